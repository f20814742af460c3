/// `+` and `-` of dates, times and intervals.

import LodeCore
import LodeVectors

/// What an operator does with these types, if one of them is a date, a time or an interval.
/// - Source: PostgreSQL 17, table 9.32, "Date/Time Operators".
enum TemporalArithmetic {
    static func add(_ left: SQLType, _ right: SQLType) -> BoundScalar? {
        switch (left, right) {
        case (.date, .tinyint), (.date, .smallint), (.date, .integer), (.date, .bigint): return dateAndDays(1)
        case (.tinyint, .date), (.smallint, .date), (.integer, .date), (.bigint, .date): return swapped(dateAndDays(1))
        case (.date, .interval), (.timestamp, .interval): return timestampAndInterval(left, 1)
        case (.interval, .date), (.interval, .timestamp): return swapped(timestampAndInterval(right, 1))
        case (.timestamptz, .interval): return zonedAndInterval(1)
        case (.interval, .timestamptz): return swapped(zonedAndInterval(1))
        case (.timestampNanos, .interval), (.timestamptzNanos, .interval): return nanosAndInterval(left, 1)
        case (.interval, .timestampNanos), (.interval, .timestamptzNanos): return swapped(nanosAndInterval(right, 1))
        case (.time, .interval): return timeAndInterval(1)
        case (.interval, .time): return swapped(timeAndInterval(1))
        case (.date, .time): return dateAndTime
        case (.time, .date): return swapped(dateAndTime)
        case (.interval, .interval): return intervals(1)
        default: return nil
        }
    }

    static func subtract(_ left: SQLType, _ right: SQLType) -> BoundScalar? {
        switch (left, right) {
        case (.date, .tinyint), (.date, .smallint), (.date, .integer), (.date, .bigint): return dateAndDays(-1)
        case (.date, .date):
            return .strict([.date, .date], .bigint, canFail: true) { call throws(SQLError) in
                let left = call.lanes(0, Int32.self), right = call.lanes(1, Int32.self)
                return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
                    guard !CivilDate.isInfinite(day: left[row]), !CivilDate.isInfinite(day: right[row]) else {
                        throw SQLError(.datetimeFieldOverflow, "cannot subtract infinite dates")
                    }
                    return Int64(left[row]) &- Int64(right[row])
                }
            }
        case (.date, .interval), (.timestamp, .interval): return timestampAndInterval(left, -1)
        case (.timestamptz, .interval): return zonedAndInterval(-1)
        case (.timestampNanos, .interval), (.timestamptzNanos, .interval): return nanosAndInterval(left, -1)
        case (_, _) where (left.inMicros ?? right.inMicros) != nil && left != .interval:
            return Casts.commonType(left, right)?.inMicros.map { difference($0).forNanos(.difference(backward: true, .nearest)) }
        case (.time, .interval): return timeAndInterval(-1)
        case (.time, .time):
            return .strict([.time, .time], .interval, canFail: false) { call throws(SQLError) in
                try call.map(Int64.self, Int64.self, to: .interval) { Interval(micros: $0 &- $1) }
            }
        case (.timestamp, .timestamp), (.timestamp, .date), (.date, .timestamp): return difference(.timestamp)
        case (.timestamptz, .timestamptz), (.timestamptz, .timestamp), (.timestamp, .timestamptz), (.timestamptz, .date),
            (.date, .timestamptz):
            return difference(.timestamptz)
        case (.interval, .interval): return intervals(-1)
        default: return nil
        }
    }

    /// `interval * number`, `number * interval`.
    static func multiply(_ left: SQLType, _ right: SQLType) -> BoundScalar? {
        if left == .interval, right.isNumeric || right == .null { return scaled }
        if right == .interval, left.isNumeric || left == .null { return swapped(scaled) }
        return nil
    }

    static func divide(_ left: SQLType, _ right: SQLType) -> BoundScalar? {
        guard left == .interval, right.isNumeric || right == .null else { return nil }
        return .strict([.interval, .double], .interval, canFail: true) { call throws(SQLError) in
            let intervals = call.lanes(0, Interval.self), divisors = call.lanes(1, Double.self)
            return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                if divisors[row] == 0 { throw .divisionByZero }
                return try CalendarArithmetic.divide(intervals[row], divisors[row])
            }
        }
    }

    private static var scaled: BoundScalar {
        .strict([.interval, .double], .interval, canFail: true) { call throws(SQLError) in
            let intervals = call.lanes(0, Interval.self), factors = call.lanes(1, Double.self)
            return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                try CalendarArithmetic.multiply(intervals[row], factors[row])
            }
        }
    }

    /// The same function of exchanged arguments.
    private static func swapped(_ bound: BoundScalar) -> BoundScalar {
        let kernel = bound.kernel
        return BoundScalar(parameters: bound.parameters.reversed(), returns: bound.returns, canFail: bound.canFail) {
            arguments, count, context throws(SQLError) in
            try kernel([arguments[1], arguments[0]], count, context)
        }
    }

    private static func dateAndDays(_ sign: Int64) -> BoundScalar {
        .strict([.date, .bigint], .date, canFail: true) { call throws(SQLError) in
            let dates = call.lanes(0, Int32.self), days = call.lanes(1, Int64.self)
            return try call.mapValid(Int32(0), to: .date) { (row) throws(SQLError) in
                if CivilDate.isInfinite(day: dates[row]) { return dates[row] }
                let day = Int64(dates[row])
                let (sum, overflow) = sign > 0 ? day.addingReportingOverflow(days[row]) : day.subtractingReportingOverflow(days[row])
                if overflow { throw .dateOutOfRange }
                return try CalendarArithmetic.date(sum)
            }
        }
    }

    private static func timestampAndInterval(_ type: SQLType, _ sign: Int64) -> BoundScalar {
        if type == .date {
            return .strict([.date, .interval], .timestamp, canFail: true) { call throws(SQLError) in
                let dates = call.lanes(0, Int32.self), intervals = call.lanes(1, Interval.self)
                return try call.mapValid(Int64(0), to: .timestamp) { (row) throws(SQLError) in
                    try CalendarArithmetic.add(try CalendarArithmetic.timestamp(ofDay: dates[row]), intervals[row], sign)
                }
            }
        }
        return .strict([.timestamp, .interval], .timestamp, canFail: true) { call throws(SQLError) in
            let stamps = call.lanes(0, Int64.self), intervals = call.lanes(1, Interval.self)
            return try call.mapValid(Int64(0), to: .timestamp) { (row) throws(SQLError) in
                try CalendarArithmetic.add(stamps[row], intervals[row], sign)
            }
        }
    }

    /// As for microseconds, which an interval has: the nanoseconds behind them stay.
    private static func nanosAndInterval(_ type: SQLType, _ sign: Int64) -> BoundScalar {
        (type.isZoned ? zonedAndInterval(sign) : timestampAndInterval(.timestamp, sign)).forNanos(.kept)
    }

    /// Months and days are added to what clocks show in the session's zone, time to the instant.
    private static func zonedAndInterval(_ sign: Int64) -> BoundScalar {
        .strict([.timestamptz, .interval], .timestamptz, canFail: true) { call throws(SQLError) in
            let zone = try TimeZoneRules.named(call.context.timeZone)
            let stamps = call.lanes(0, Int64.self), intervals = call.lanes(1, Interval.self)
            return try call.mapValid(Int64(0), to: .timestamptz) { (row) throws(SQLError) in
                try CalendarArithmetic.add(stamps[row], intervals[row], sign, in: zone)
            }
        }
    }

    private static func timeAndInterval(_ sign: Int64) -> BoundScalar {
        .strict([.time, .interval], .time, canFail: false) { call throws(SQLError) in
            let day = CalendarArithmetic.microsPerDay
            return try call.map(Int64.self, Interval.self, to: .time) {
                CalendarArithmetic.floorRemainder($0 &+ sign &* ($1.micros % day), day)
            }
        }
    }

    private static var dateAndTime: BoundScalar {
        .strict([.date, .time], .timestamp, canFail: true) { call throws(SQLError) in
            let dates = call.lanes(0, Int32.self), times = call.lanes(1, Int64.self)
            return try call.mapValid(Int64(0), to: .timestamp) { (row) throws(SQLError) in
                try CalendarArithmetic.timestamp(ofDay: dates[row], times[row])
            }
        }
    }

    private static func difference(_ type: SQLType) -> BoundScalar {
        .strict([type, type], .interval, canFail: true) { call throws(SQLError) in
            let left = call.lanes(0, Int64.self), right = call.lanes(1, Int64.self)
            return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                try CalendarArithmetic.difference(left[row], right[row])
            }
        }
    }

    private static func intervals(_ sign: Int64) -> BoundScalar {
        .strict([.interval, .interval], .interval, canFail: true) { call throws(SQLError) in
            let left = call.lanes(0, Interval.self), right = call.lanes(1, Interval.self)
            return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                try CalendarArithmetic.add(left[row], right[row], sign)
            }
        }
    }
}
