/// Buckets of time of any width: date_bin and time_bucket.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let timeBuckets: [ScalarFunction] = [
        ScalarFunction(
            "date_bin", "date and time", "The beginning of the bucket of that width in which the timestamp lies; one begins at the origin.",
            source: "PostgreSQL 17, 9.9.3",
            examples: [
                ("date_bin('15 minutes', timestamp '2024-01-01 10:17:00', timestamp '2000-01-01 00:00:00')", "2024-01-01 10:15:00")
            ],
            .strict([.interval, .timestamp, .timestamp], .timestamp, canFail: true) { call throws(SQLError) in
                try TimeBucket.bins(call, .timestamp)
            },
            .strict([.interval, .timestamptz, .timestamptz], .timestamptz, canFail: true) { call throws(SQLError) in
                try TimeBucket.bins(call, .timestamptz)
            }
        ).forNanos(.floored),
        ScalarFunction(
            "time_bucket", "date and time",
            "The beginning of the bucket of that width in which the timestamp lies. Buckets of months begin at 2000-01-01, others at "
                + "Monday, 2000-01-03, or at the origin.",
            source: "DuckDB, Timestamp Functions",
            examples: [
                ("time_bucket(interval '15 minutes', timestamp '2024-01-01 10:17:00')", "2024-01-01 10:15:00"),
                ("time_bucket(interval '2 weeks', date '1992-04-20')", "1992-04-20"),
                ("time_bucket(interval '3 months', date '2024-05-20')", "2024-04-01"),
            ],
            .strict([.interval, .date], .date, canFail: true) { call throws(SQLError) in try TimeBucket.dates(call) },
            .strict([.interval, .date, .date], .date, canFail: true) { call throws(SQLError) in try TimeBucket.dates(call) },
            .strict([.interval, .timestamp], .timestamp, canFail: true) { call throws(SQLError) in
                try TimeBucket.stamps(call, .timestamp)
            },
            .strict([.interval, .timestamp, .timestamp], .timestamp, canFail: true) { call throws(SQLError) in
                try TimeBucket.stamps(call, .timestamp)
            },
            .strict([.interval, .timestamptz], .timestamptz, canFail: true) { call throws(SQLError) in
                try TimeBucket.stamps(call, .timestamptz)
            },
            .strict([.interval, .timestamptz, .timestamptz], .timestamptz, canFail: true) { call throws(SQLError) in
                try TimeBucket.stamps(call, .timestamptz)
            }
        ).forNanos(.floored),
    ]
}

/// The buckets of one width.
struct TimeBucket {
    /// Months, or microseconds where there are none.
    private let months: Int64
    private let micros: Int64

    /// Microseconds of Monday, 2000-01-03, and of 2000-01-01.
    private static let monday: Int64 = 946_857_600_000_000, firstOfYear: Int64 = 946_684_800_000_000

    /// - Throws: `22023` for a width that is not positive, or that mixes months with days, `22008` for one that is too wide.
    init(_ width: Interval) throws(SQLError) {
        let (days, overflow) = Int64(width.days).multipliedReportingOverflow(by: CivilDate.microsPerDay)
        let (sum, carries) = days.addingReportingOverflow(width.micros)
        if overflow || carries { throw .intervalOutOfRange }
        (months, micros) = (Int64(width.months), sum)
        if months != 0, micros != 0 {
            throw SQLError(
                .invalidParameterValue, "a bucket can't have months beside days or time", hint: "Months are not all of the same length.")
        }
        guard months > 0 || micros > 0 else {
            throw SQLError(.invalidParameterValue, "the width of a bucket must be greater than zero")
        }
    }

    func start(of stamp: Int64, origin: Int64?) throws(SQLError) -> Int64 {
        if CivilDate.isInfinite(stamp) { return stamp }
        if months > 0 { return try startOfMonths(stamp, origin ?? Self.firstOfYear) }
        let origin = origin ?? Self.monday
        try CalendarArithmetic.refuseInfinity(origin, stamp)
        let (distance, overflow) = stamp.subtractingReportingOverflow(origin)
        if overflow { throw .timestampOutOfRange(.timestamp) }
        let (start, underflow) = stamp.subtractingReportingOverflow(CalendarArithmetic.floorRemainder(distance, micros))
        if underflow || CivilDate.isInfinite(start) { throw .timestampOutOfRange(.timestamp) }
        return start
    }

    private func start(of day: Int32, origin: Int64?) throws(SQLError) -> Int32 {
        if CivilDate.isInfinite(day: day) { return day }
        return CalendarArithmetic.date(ofMicros: try start(of: try CalendarArithmetic.timestamp(ofDay: day), origin: origin))
    }

    /// The last of the origin's months that is not behind the timestamp.
    private func startOfMonths(_ stamp: Int64, _ origin: Int64) throws(SQLError) -> Int64 {
        try CalendarArithmetic.refuseInfinity(origin, stamp)
        let between = CalendarArithmetic.floorDivide(Self.month(of: stamp) - Self.month(of: origin), months)
        let start = try moved(origin, between)
        // The day and time of the origin are not reached yet.
        return start > stamp ? try moved(origin, between - 1) : start
    }

    private func moved(_ origin: Int64, _ buckets: Int64) throws(SQLError) -> Int64 {
        guard let count = Int32(exactly: buckets * months) else { throw .timestampOutOfRange(.timestamp) }
        return try CalendarArithmetic.add(origin, Interval(months: count), 1)
    }

    private static func month(of micros: Int64) -> Int64 {
        let (year, month, _) = CivilDate.civil(fromDays: CalendarArithmetic.floorDivide(micros, CivilDate.microsPerDay))
        return year * 12 + Int64(month - 1)
    }

    // MARK: Kernels

    static func bins(_ call: StrictCall, _ type: SQLType) throws(SQLError) -> Column {
        let stamps = call.lanes(1, Int64.self), origins = call.lanes(2, Int64.self)
        return try withBucket(call, Int64(0), type) { (bucket, row) throws(SQLError) in
            if bucket.months > 0 {
                throw SQLError(
                    .featureNotSupported, "timestamps cannot be binned into intervals containing months or years",
                    hint: "time_bucket takes months, date_trunc takes 'month' and 'year'.")
            }
            return try bucket.start(of: stamps[row], origin: origins[row])
        }
    }

    static func stamps(_ call: StrictCall, _ type: SQLType) throws(SQLError) -> Column {
        let stamps = call.lanes(1, Int64.self)
        guard call.arguments.count > 2 else {
            return try withBucket(call, Int64(0), type) { (bucket, row) throws(SQLError) in try bucket.start(of: stamps[row], origin: nil) }
        }
        let origins = call.lanes(2, Int64.self)
        return try withBucket(call, Int64(0), type) { (bucket, row) throws(SQLError) in
            try bucket.start(of: stamps[row], origin: origins[row])
        }
    }

    static func dates(_ call: StrictCall) throws(SQLError) -> Column {
        let days = call.lanes(1, Int32.self)
        guard call.arguments.count > 2 else {
            return try withBucket(call, Int32(0), .date) { (bucket, row) throws(SQLError) in try bucket.start(of: days[row], origin: nil) }
        }
        let origins = call.lanes(2, Int32.self)
        return try withBucket(call, Int32(0), .date) { (bucket, row) throws(SQLError) in
            try bucket.start(of: days[row], origin: try CalendarArithmetic.timestamp(ofDay: origins[row]))
        }
    }

    @inline(__always)
    private static func withBucket<R: BitwiseCopyable>(
        _ call: StrictCall, _ zero: R, _ type: SQLType, _ body: (TimeBucket, Int) throws(SQLError) -> R
    ) throws(SQLError) -> Column {
        let widths = call.lanes(0, Interval.self)
        let constant = call.isConstant(0) && call.count > 0 ? try TimeBucket(widths[0]) : nil
        return try call.mapValid(zero, to: type) { (row) throws(SQLError) in
            if let constant { return try body(constant, row) }
            return try body(try TimeBucket(widths[row]), row)
        }
    }
}
