/// Between dates, times, timestamps and intervals; timestamptz by the session's zone.

import LodeCore
import LodeVectors

enum TemporalCasts {
    private static let day = CalendarArithmetic.microsPerDay

    static func body(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        switch (from, to) {
        case (.date, .timestamp): return { call throws(SQLError) in try dateToTimestamp(call, isTry) }
        case (.date, .timestamptz):
            return { call throws(SQLError) in
                let local = try dateToTimestamp(call, isTry)
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try shifted(call, local, .timestamptz) { zone.utc(fromLocal: $0) }
            }
        case (.timestamp, .date): return { call throws(SQLError) in try date(call) { $0 } }
        case (.timestamp, .time): return { call throws(SQLError) in try time(call) { $0 } }
        case (.timestamp, .timestamptz):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try call.map(Int64.self, to: .timestamptz) { zone.utc(fromLocal: $0) }
            }
        case (.timestamptz, .timestamp):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try call.map(Int64.self, to: .timestamp) { zone.local(fromUTC: $0) }
            }
        case (.timestamptz, .date):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try date(call) { zone.local(fromUTC: $0) }
            }
        case (.timestamptz, .time):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try time(call) { zone.local(fromUTC: $0) }
            }
        case (.time, .interval): return { call throws(SQLError) in try call.map(Int64.self, to: .interval) { Interval(micros: $0) } }
        case (.interval, .time): return { call throws(SQLError) in try call.map(Interval.self, to: .time) { floor($0.micros) } }
        case (.uuid, .varbinary): return { call throws(SQLError) in try uuidBytes(call) }
        default: return nil
        }
    }

    @inline(__always)
    private static func floor(_ micros: Int64) -> Int64 { CalendarArithmetic.floorRemainder(micros, day) }

    private static func dateToTimestamp(_ call: StrictCall, _ isTry: Bool) throws(SQLError) -> Column {
        let dates = call.lanes(0, Int32.self)
        // Days beyond this don't fit 64 bits of microseconds.
        let most: Int64 = 106_751_990
        return try call.convert(Int64(0), to: .timestamp, isTry: isTry) { (row) -> Int64? in
            let days = Int64(dates[row])
            if days == Int64(Int32.max) { return .max }
            if days == Int64(Int32.min) { return .min }
            return days <= most && days >= -most ? days &* day : nil
        } failure: { _ in .timestampOutOfRange }
    }

    private static func shifted(
        _ call: StrictCall, _ column: Column, _ type: SQLType, _ shift: (Int64) -> Int64
    ) throws(SQLError) -> Column {
        let lanes = column.lanes.assumingMemoryBound(to: Int64.self)
        for row in 0..<call.count { lanes[row] = shift(lanes[row]) }
        return column.retyped(type)
    }

    @inline(__always)
    private static func date(_ call: StrictCall, _ local: (Int64) -> Int64) throws(SQLError) -> Column {
        try call.map(Int64.self, to: .date) { micros -> Int32 in
            if micros == .max { return .max }
            if micros == .min { return .min }
            return Int32(truncatingIfNeeded: CalendarArithmetic.floorDivide(local(micros), day))
        }
    }

    @inline(__always)
    private static func time(_ call: StrictCall, _ local: (Int64) -> Int64) throws(SQLError) -> Column {
        try call.map(Int64.self, to: .time) { floor(local($0)) }
    }

    private static func uuidBytes(_ call: StrictCall) throws(SQLError) -> Column {
        let ids = call.lanes(0, Int128.self)
        return try call.mapText(to: .varbinary) { (row, arena) throws(SQLError) in
            let bytes = [(UInt128(bitPattern: ids[row]) ^ (1 << 127)).bigEndian]
            let copy = try arena.reserve(16)
            bytes.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: 16) }
            return StringView(copy, count: 16)
        }
    }
}
