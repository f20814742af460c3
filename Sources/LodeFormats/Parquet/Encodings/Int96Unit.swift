/// Timestamps stored as INT96, the form that Impala, Hive and old Spark write: nanoseconds of the day and a Julian day number.

import LodeCore

/// In what INT96 is read. The form holds both nanoseconds and years that 64 bits of them don't reach.
enum Int96Unit: Hashable, Sendable {
    /// Microseconds; finer digits are cut off.
    case micros
    /// Microseconds of values that have no finer digits.
    case exactMicros
    case nanos

    var type: SQLType { self == .nanos ? .timestampNanos : .timestamp }

    /// The value at a place; `fits` becomes false if the unit does not hold it.
    @inline(__always)
    func timestamp(_ place: UnsafeRawPointer, _ fits: inout Bool) -> Int64 {
        let nanos = place.loadUnaligned(as: Int64.self)
        let julianDay = Int64((place + 8).loadUnaligned(as: Int32.self))
        let (clock, rest) = Nanoseconds.split(nanos)
        // 2440588 is the Julian day of 1970-01-01.
        let (midnight, overflow) = (julianDay &- 2_440_588).multipliedReportingOverflow(by: CivilDate.microsPerDay)
        let (micros, carry) = midnight.addingReportingOverflow(clock)
        if overflow || carry { fits = false }
        switch self {
        case .micros: return micros
        case .exactMicros:
            if rest != 0 { fits = false }
            return micros
        case .nanos:
            guard let whole = Nanoseconds.join(micros, rest) else {
                fits = false
                return 0
            }
            return whole
        }
    }

    /// What to do about a value that does not fit.
    func refusal() -> SQLError {
        switch self {
        case .nanos:
            SQLError(
                .datetimeFieldOverflow, "timestamp out of range for type timestamp_ns", detail: "The column is stored as INT96.",
                hint: "With int96_as = 'timestamp' it is read in microseconds, which reach further.")
        case .micros, .exactMicros:
            SQLError(
                .datetimeFieldOverflow, "a stored timestamp is out of range, or has nanoseconds where the first ones have none",
                detail: "The column is stored as INT96, whose values alone tell what digits they have.",
                hint: "With int96_as = 'timestamp_ns' it is read in nanoseconds, with 'timestamp' they are cut off.")
        }
    }
}
