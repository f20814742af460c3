/// Fewer digits of a second: what a cast to `timestamp(3)` does.

import LodeCore
import LodeVectors

/// - Source: PostgreSQL 17, AdjustTimestampForTypmod: halves go away from the year 2000, from zero in times and intervals.
enum SecondDigits {
    /// Microseconds of 2000-01-01.
    private static let epoch: Int64 = 946_684_800_000_000

    static let function = ScalarFunction(
        "round_seconds", "date and time", "A time, timestamp or interval with so many digits of a second (0 to 6), rounded.",
        source: "PostgreSQL 17, 8.5", examples: [("round_seconds(timestamp '2024-02-29 12:00:00.1235', 3)", "2024-02-29 12:00:00.124")],
        overloads: [SQLType.timestamp, .timestamptz, .timestampNanos, .timestamptzNanos].map(stamps) + [times, intervals])

    private static func stamps(_ type: SQLType) -> ScalarOverload {
        let result = type.inMicros ?? type, scale = type.inMicros == nil ? 1 : Nanoseconds.perMicro
        return .strict([type, .bigint], result, canFail: true) { call throws(SQLError) in
            let stamps = call.lanes(0, Int64.self), digits = call.lanes(1, Int64.self)
            return try call.mapValid(Int64(0), to: result) { (row) throws(SQLError) in
                if CivilDate.isInfinite(stamps[row]) { return stamps[row] }
                let since = rounded(Int128(stamps[row]) - Int128(epoch) * Int128(scale), try unit(digits[row]) * scale)
                guard let micros = Int64(exactly: since / Int128(scale) + Int128(epoch)), CivilDate.timestamps.contains(micros) else {
                    throw .timestampOutOfRange
                }
                return micros
            }
        }
    }

    private static let times = ScalarOverload.strict([.time, .bigint], .time, canFail: true) { call throws(SQLError) in
        let times = call.lanes(0, Int64.self), digits = call.lanes(1, Int64.self)
        return try call.mapValid(Int64(0), to: .time) { (row) throws(SQLError) in
            Int64(truncatingIfNeeded: rounded(Int128(times[row]), try unit(digits[row])))
        }
    }

    private static let intervals = ScalarOverload.strict([.interval, .bigint], .interval, canFail: true) { call throws(SQLError) in
        let intervals = call.lanes(0, Interval.self), digits = call.lanes(1, Int64.self)
        return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
            var interval = intervals[row]
            guard let micros = Int64(exactly: rounded(Int128(interval.micros), try unit(digits[row]))) else { throw .intervalOutOfRange }
            interval.micros = micros
            return interval
        }
    }

    /// Microseconds of the last digit.
    private static func unit(_ digits: Int64) throws(SQLError) -> Int64 {
        guard (0...6).contains(digits) else {
            throw SQLError(.invalidParameterValue, "precision of a second must be from 0 to 6, not \(digits)")
        }
        return (digits..<6).reduce(1) { unit, _ in unit * 10 }
    }

    /// The nearest multiple of a unit, halves away from zero.
    private static func rounded(_ value: Int128, _ unit: Int64) -> Int128 {
        let unit = Int128(unit), (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        if remainder * 2 >= unit { return (quotient + 1) * unit }
        return remainder * 2 <= -unit ? (quotient - 1) * unit : quotient * unit
    }
}
