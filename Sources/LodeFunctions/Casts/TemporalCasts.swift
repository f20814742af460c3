/// Between dates, times, timestamps and intervals; timestamptz by the session's zone.

import LodeCore
import LodeVectors

enum TemporalCasts {
    private static let day = CalendarArithmetic.microsPerDay

    static func body(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        if from.inMicros != nil || to.inMicros != nil { return nanos(from, to, isTry) }
        switch (from, to) {
        case (.date, .timestamp), (.date, .timestamptz): return { call throws(SQLError) in try fromDate(call, to, isTry) }
        case (.timestamp, .timestamptz), (.timestamptz, .timestamp):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try convert(call, Int64(0), to, isTry) { (micros) throws(SQLError) in
                    to == .timestamp ? try zone.local(fromUTC: micros) : try zone.utc(fromLocal: micros)
                }
            }
        case (.timestamp, .date):
            return { call throws(SQLError) in try call.map(Int64.self, to: .date) { CalendarArithmetic.date(ofMicros: $0) } }
        case (.timestamptz, .date):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try convert(call, Int32(0), to, isTry) { (micros) throws(SQLError) in
                    CalendarArithmetic.date(ofMicros: try zone.local(fromUTC: micros))
                }
            }
        case (.timestamp, .time), (.timestamptz, .time):
            return { call throws(SQLError) in
                let zone = try TimeZoneRules.named(from == .timestamptz ? call.context.timeZone : "UTC")
                // An infinite timestamp has no time of day.
                return try convert(call, Int64(0), to, isTry) { (micros) throws(SQLError) in
                    CivilDate.isInfinite(micros) ? nil : floor(try zone.local(fromUTC: micros))
                }
            }
        case (.time, .interval): return { call throws(SQLError) in try call.map(Int64.self, to: .interval) { Interval(micros: $0) } }
        case (.interval, .time): return { call throws(SQLError) in try call.map(Interval.self, to: .time) { floor($0.micros) } }
        case (.uuid, .varbinary): return { call throws(SQLError) in try uuidBytes(call) }
        default: return nil
        }
    }

    /// Timestamps in nanoseconds, by way of microseconds. Between two of them the nanoseconds stay; a date is that of the instant, and
    /// everything else rounds to the nearest microsecond.
    private static func nanos(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        let source = from.inMicros ?? from, target = to.inMicros ?? to
        let middle = source == target ? nil : body(source, target, isTry)
        if source != target, middle == nil { return nil }
        let keepsRest = to.inMicros != nil, rounds = !keepsRest && to != .date
        return { call throws(SQLError) in
            var column = call.arguments[0], stamps: ArgumentLanes<Int64>?
            if from.inMicros != nil {
                stamps = call.lanes(0, Int64.self)
                column = try call.map(Int64.self, to: source) { rounds ? Nanoseconds.rounded($0) : Nanoseconds.split($0).micros }
            }
            if let middle {
                let whole = StrictCall(arguments: [column], count: call.count, validity: call.validity, context: call.context)
                column = try middle(whole)
            }
            if !keepsRest { return column }
            return try joined(call, try column.flattened(), stamps, to, isTry)
        }
    }

    /// Microseconds with the nanoseconds of `stamps` behind them.
    private static func joined(
        _ call: StrictCall, _ whole: Column, _ stamps: ArgumentLanes<Int64>?, _ to: SQLType, _ isTry: Bool
    ) throws(SQLError) -> Column {
        let micros = whole.lanes(as: Int64.self)
        return try call.mapOptional(Int64(0), to: to) { (row) throws(SQLError) in
            // What the cast between made NULL stays it.
            if whole.mayHaveNulls, whole.isNull(row) { return nil }
            let rest = if let stamps { Nanoseconds.split(stamps[row]).rest } else { Int64(0) }
            if let nanos = Nanoseconds.join(micros[row], rest) { return nanos }
            if isTry { return nil }
            throw SQLError.timestampOutOfRange(to)
        }
    }

    @inline(__always)
    private static func floor(_ micros: Int64) -> Int64 { CalendarArithmetic.floorRemainder(micros, day) }

    /// Each valid timestamp converted; nil is NULL, and with `isTry` so is an error.
    @inline(__always)
    private static func convert<R: BitwiseCopyable>(
        _ call: StrictCall, _ zero: R, _ to: SQLType, _ isTry: Bool, _ body: (Int64) throws(SQLError) -> R?
    ) throws(SQLError) -> Column {
        let stamps = call.lanes(0, Int64.self)
        return try call.mapOptional(zero, to: to) { (row) throws(SQLError) in
            do throws(SQLError) { return try body(stamps[row]) } catch {
                if isTry { return nil }
                throw error
            }
        }
    }

    private static func fromDate(_ call: StrictCall, _ to: SQLType, _ isTry: Bool) throws(SQLError) -> Column {
        let dates = call.lanes(0, Int32.self)
        let zone = try TimeZoneRules.named(to == .timestamptz ? call.context.timeZone : "UTC")
        return try call.mapOptional(Int64(0), to: to) { (row) throws(SQLError) in
            do throws(SQLError) { return try zone.utc(fromLocal: try CalendarArithmetic.timestamp(ofDay: dates[row])) } catch {
                if isTry { return nil }
                throw error
            }
        }
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
