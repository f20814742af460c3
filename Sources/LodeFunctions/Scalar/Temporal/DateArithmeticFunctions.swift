/// Truncating, counting and moving dates and times.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let dateArithmetic: [ScalarFunction] = [
        ScalarFunction(
            "date_trunc", aliases: ["datetrunc"], "date and time",
            "The beginning of the field's span: month, week (Monday), hour, … A date stays a date.",
            source: "PostgreSQL 17, 9.9.2",
            examples: [
                ("date_trunc('month', date '2024-02-29')", "2024-02-01"),
                ("date_trunc('hour', timestamp '2024-02-29 12:34:56')", "2024-02-29 12:00:00"),
            ],
            .strict([.varchar, .date], .date, canFail: true) { call throws(SQLError) in
                let dates = call.lanes(1, Int32.self)
                return try DateSpans.withField(call, Int32(0), .date) { (field, row) throws(SQLError) in
                    if CivilDate.isInfinite(day: dates[row]) { return dates[row] }
                    return try CalendarArithmetic.date(try field.truncate(days: Int64(dates[row])))
                }
            },
            .strict([.varchar, .timestamp], .timestamp, canFail: true) { call throws(SQLError) in
                let stamps = call.lanes(1, Int64.self)
                return try DateSpans.withField(call, Int64(0), .timestamp) { (field, row) throws(SQLError) in
                    try field.truncate(stamps[row])
                }
            },
            .strict([.varchar, .timestamptz], .timestamptz, canFail: true) { call throws(SQLError) in
                let stamps = call.lanes(1, Int64.self)
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try DateSpans.withField(call, Int64(0), .timestamptz) { (field, row) throws(SQLError) in
                    try field.truncate(stamps[row], in: zone)
                }
            }
        ).forNanos(.floored),
        difference(
            "date_diff", "Whole spans of the field from the second argument to the third.", "Trino, Date and time functions",
            [
                ("date_diff('day', date '2024-02-01', date '2024-03-01')", "29"),
                ("date_diff('month', timestamp '2024-01-31 00:00:00', timestamp '2024-02-28 00:00:00')", "0"),
            ], DateSpans.wholeSpans
        ).forNanos(.difference(backward: false, .towardFirst)),
        difference(
            "datediff", "How often the field changes from the second argument to the third.", "DuckDB, Date Functions",
            [("datediff('month', date '2024-01-31', date '2024-02-01')", "1")], DateSpans.boundaries
        ).forNanos(.floored),
        ScalarFunction(
            "date_add", aliases: ["dateadd"], "date and time", "So many of a field later; or an interval later.",
            source: "Trino, Date and time functions",
            examples: [
                ("date_add('month', 1, date '2024-01-31')", "2024-02-29"),
                ("date_add(date '2024-01-31', interval '1 day')", "2024-02-01 00:00:00"),
            ],
            .strict([.varchar, .bigint, .date], .date, canFail: true) { call throws(SQLError) in
                let counts = call.lanes(1, Int64.self), dates = call.lanes(2, Int32.self)
                return try DateSpans.withField(call, Int32(0), .date) { (field, row) throws(SQLError) in
                    let interval = try field.interval(counts[row])
                    if interval.micros == 0 { return try CalendarArithmetic.add(day: dates[row], interval, 1) }
                    let moved = try CalendarArithmetic.add(try CalendarArithmetic.timestamp(ofDay: dates[row]), interval, 1)
                    return CalendarArithmetic.date(ofMicros: moved)
                }
            },
            .strict([.varchar, .bigint, .timestamp], .timestamp, canFail: true) { call throws(SQLError) in
                let counts = call.lanes(1, Int64.self), stamps = call.lanes(2, Int64.self)
                return try DateSpans.withField(call, Int64(0), .timestamp) { (field, row) throws(SQLError) in
                    try CalendarArithmetic.add(stamps[row], try field.interval(counts[row]), 1)
                }
            },
            .generic([.any, .interval]) { (types) throws(SQLError) in
                guard let bound = TemporalArithmetic.add(types[0], .interval) else { throw .noFunction("date_add", types) }
                return bound
            }
        ).forNanos(.kept),
        ScalarFunction(
            "age", "date and time", "The time between two timestamps as years, months, days and time.", source: "PostgreSQL 17, table 9.33",
            examples: [("age(timestamp '2001-04-10', timestamp '1957-06-13')", "43 years 9 mons 27 days")], volatility: .stable,
            .strict([.timestamp, .timestamp], .interval, canFail: true) { call throws(SQLError) in
                let left = call.lanes(0, Int64.self), right = call.lanes(1, Int64.self)
                return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                    try CalendarArithmetic.age(left[row], right[row])
                }
            },
            .strict([.timestamptz, .timestamptz], .interval, canFail: true) { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                let left = call.lanes(0, Int64.self), right = call.lanes(1, Int64.self)
                return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                    try CalendarArithmetic.age(try zone.local(fromUTC: left[row]), try zone.local(fromUTC: right[row]))
                }
            },
            .strict([.timestamp], .interval, canFail: true) { call throws(SQLError) in
                let now = try TimeZoneRules.named(call.context.timeZone).local(fromUTC: call.context.transactionMicros)
                let today = now &- CalendarArithmetic.floorRemainder(now, CivilDate.microsPerDay)
                let stamps = call.lanes(0, Int64.self)
                return try call.mapValid(Interval(), to: .interval) { (row) throws(SQLError) in
                    try CalendarArithmetic.age(today, stamps[row])
                }
            }
        ).forNanos(.difference(backward: true, .nearest)),
        ScalarFunction(
            "timezone", "date and time", "AT TIME ZONE: a timestamp read in a zone, or an instant shown in it.",
            source: "PostgreSQL 17, 9.9.4",
            examples: [("timestamp '2024-07-01 12:00:00' AT TIME ZONE 'Europe/Berlin'", "2024-07-01 10:00:00+00")],
            .strict([.varchar, .timestamp], .timestamptz, canFail: true) { call throws(SQLError) in
                try DateSpans.inZone(call, zone: 0, value: 1, .timestamptz) { (zone, micros) throws(SQLError) in
                    try zone.utc(fromLocal: micros)
                }
            },
            .strict([.varchar, .timestamptz], .timestamp, canFail: true) { call throws(SQLError) in
                try DateSpans.inZone(call, zone: 0, value: 1, .timestamp) { (zone, micros) throws(SQLError) in
                    try zone.local(fromUTC: micros)
                }
            }
        ).forNanos(.kept),
        SecondDigits.function,
    ]

    private static func difference(
        _ name: String, _ summary: String, _ source: String, _ examples: [(String, String)],
        _ count: @escaping @Sendable (DateField, Int64, Int64) throws(SQLError) -> Int64
    ) -> ScalarFunction {
        ScalarFunction(
            name, "date and time", summary, source: source, examples: examples,
            .strict([.varchar, .date, .date], .bigint, canFail: true) { call throws(SQLError) in
                let from = call.lanes(1, Int32.self), to = call.lanes(2, Int32.self)
                return try DateSpans.withField(call, Int64(0), .bigint) { (field, row) throws(SQLError) in
                    try count(
                        field, try CalendarArithmetic.timestamp(ofDay: from[row]), try CalendarArithmetic.timestamp(ofDay: to[row]))
                }
            },
            .strict([.varchar, .timestamp, .timestamp], .bigint, canFail: true) { call throws(SQLError) in
                let from = call.lanes(1, Int64.self), to = call.lanes(2, Int64.self)
                return try DateSpans.withField(call, Int64(0), .bigint) { (field, row) throws(SQLError) in
                    try count(field, from[row], to[row])
                }
            },
            .strict([.varchar, .timestamptz, .timestamptz], .bigint, canFail: true) { call throws(SQLError) in
                let from = call.lanes(1, Int64.self), to = call.lanes(2, Int64.self)
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try DateSpans.withField(call, Int64(0), .bigint) { (field, row) throws(SQLError) in
                    try count(field, try zone.local(fromUTC: from[row]), try zone.local(fromUTC: to[row]))
                }
            })
    }
}

/// Spans of fields between and from local times.
enum DateSpans {
    /// One value a valid row, with the field that the first argument names.
    @inline(__always)
    static func withField<R: BitwiseCopyable>(
        _ call: StrictCall, _ zero: R, _ type: SQLType, _ body: (DateField, Int) throws(SQLError) -> R
    ) throws(SQLError) -> Column {
        let names = call.texts(0)
        let constant = call.isConstant(0) ? try DateField.named(names[0].string) : nil
        return try call.mapValid(zero, to: type) { (row) throws(SQLError) in
            if let constant { return try body(constant, row) }
            return try body(try .named(names[row].string), row)
        }
    }

    static func inZone(
        _ call: StrictCall, zone: Int, value: Int, _ type: SQLType,
        _ shift: (TimeZoneRules, Int64) throws(SQLError) -> Int64
    ) throws(SQLError) -> Column {
        let names = call.texts(zone), stamps = call.lanes(value, Int64.self)
        let constant = call.isConstant(zone) ? try TimeZoneRules.named(names[0].string) : nil
        return try call.mapValid(Int64(0), to: type) { (row) throws(SQLError) in
            if let constant { return try shift(constant, stamps[row]) }
            return try shift(try .named(names[row].string), stamps[row])
        }
    }

    private static func months(_ micros: Int64) -> Int64 {
        let (year, month, _) = CivilDate.civil(fromDays: CalendarArithmetic.floorDivide(micros, CivilDate.microsPerDay))
        return year * 12 + Int64(month - 1)
    }

    private static func monthsEach(_ field: DateField) -> Int64? {
        switch field {
        case .month: 1
        case .quarter: 3
        case .year, .isoyear: 12
        case .decade: 120
        case .century: 1200
        case .millennium: 12_000
        default: nil
        }
    }

    private static func microsEach(_ field: DateField) throws(SQLError) -> Int64 {
        switch field {
        case .microsecond: return 1
        case .millisecond: return 1000
        case .second, .epoch: return 1_000_000
        case .minute: return 60_000_000
        case .hour: return 3_600_000_000
        case .day, .dow, .isodow, .doy, .julian: return CivilDate.microsPerDay
        case .week: return 7 * CivilDate.microsPerDay
        default: throw SQLError(.invalidParameterValue, "unit \"\(field.rawValue)\" is not a span of time")
        }
    }

    /// Spans that have passed wholly, negative when `to` is earlier.
    @Sendable static func wholeSpans(_ field: DateField, _ from: Int64, _ to: Int64) throws(SQLError) -> Int64 {
        try CalendarArithmetic.refuseInfinity(from, to)
        if let each = monthsEach(field) {
            var passed = months(to) - months(from)
            // The last month counts once its day and time are reached; a short month's last day stands for later ones (Joda-Time).
            if passed != 0 {
                let reached = try CalendarArithmetic.add(from, Interval(months: Int32(truncatingIfNeeded: passed)), 1)
                if passed > 0, reached > to { passed -= 1 }
                if passed < 0, reached < to { passed += 1 }
            }
            return passed / each
        }
        let (micros, overflow) = to.subtractingReportingOverflow(from)
        if overflow { throw .intervalOutOfRange }
        return micros / (try microsEach(field))
    }

    /// Boundaries of the field between the two.
    @Sendable static func boundaries(_ field: DateField, _ from: Int64, _ to: Int64) throws(SQLError) -> Int64 {
        try CalendarArithmetic.refuseInfinity(from, to)
        if let each = monthsEach(field) {
            return CalendarArithmetic.floorDivide(months(to), each) - CalendarArithmetic.floorDivide(months(from), each)
        }
        let unit = try microsEach(field)
        // Weeks begin on Mondays; 1970-01-01 was a Thursday.
        let shift = field == .week ? 3 * CivilDate.microsPerDay : 0
        return CalendarArithmetic.floorDivide(to &+ shift, unit) - CalendarArithmetic.floorDivide(from &+ shift, unit)
    }
}
