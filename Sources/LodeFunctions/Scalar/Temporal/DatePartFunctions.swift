/// Fields of dates and times: EXTRACT, date_part, year, month, …

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let dateParts: [ScalarFunction] =
        [
            part("year", .year, "The year.", "2024"), part("month", .month, "The month, 1 to 12.", "2"),
            part("day", aliases: ["dayofmonth", "day_of_month"], .day, "The day of the month.", "29"),
            part("quarter", .quarter, "The quarter of the year, 1 to 4.", "1"),
            part("week", aliases: ["weekofyear", "week_of_year"], .week, "The week of the year by ISO 8601.", "9"),
            part("isoyear", aliases: ["year_of_week", "yow"], .isoyear, "The year of the week by ISO 8601.", "2024"),
            part("dayofweek", aliases: ["dow", "weekday"], .dow, "The day of the week, from 0 for Sunday.", "4"),
            part("isodow", aliases: ["day_of_week"], .isodow, "The day of the week, from 1 for Monday.", "4"),
            part("dayofyear", aliases: ["doy", "day_of_year"], .doy, "The day of the year.", "60"),
            part("decade", .decade, "The year divided by ten.", "202"), part("century", .century, "The century.", "21"),
            part("millennium", .millennium, "The millennium.", "3"), part("era", .era, "1 from the year 1 on, 0 before.", "1"),
            part("hour", .hour, "The hour.", "0"), part("minute", .minute, "The minute.", "0"),
            part("second", .second, "The second, without its fraction.", "0"),
            part("millisecond", aliases: ["milliseconds"], .millisecond, "The seconds with their fraction, in milliseconds.", "0"),
            part("microsecond", aliases: ["microseconds"], .microsecond, "The seconds with their fraction, in microseconds.", "0"),
        ] + [
            ScalarFunction(
                "epoch", aliases: ["to_unixtime"], "date and time", "Seconds since 1970-01-01 UTC, or of an interval.",
                source: "PostgreSQL 17, 9.9.1",
                examples: [("epoch(timestamp '1970-01-02 00:00:01')", "86401")], overloads: DateParts.overloads(.epoch, .double)),
            ScalarFunction(
                "julian", "date and time", "The Julian day.",
                source: "PostgreSQL 17, 9.9.1", examples: [("julian(date '1970-01-01')", "2440588")],
                overloads: DateParts.overloads(.julian, .double)),
            ScalarFunction(
                "date_part", aliases: ["datepart", "extract"], "date and time", "A field by its name, as a double.",
                source: "PostgreSQL 17, 9.9.1",
                examples: [("date_part('year', date '2024-02-29')", "2024")], overloads: DateParts.byName()),
            ScalarFunction(
                "last_day", aliases: ["last_day_of_month"], "date and time", "The last day of the month.",
                source: "Trino, Date and time functions",
                examples: [("last_day(date '2024-02-03')", "2024-02-29")],
                .strict([.date], .date, canFail: false) { call throws(SQLError) in
                    try call.map(Int32.self, to: .date) { DateParts.lastDay($0) }
                },
                .strict([.timestamp], .date, canFail: false) { call throws(SQLError) in
                    try call.map(Int64.self, to: .date) { DateParts.lastDay(CalendarArithmetic.date(ofMicros: $0)) }
                }
            ).forNanos(.floored),
            name("monthname", "The English name of the month.", "February") { month, _ in DateParts.months[month - 1] },
            name("dayname", "The English name of the weekday.", "Thursday") { _, weekday in DateFormat.weekdays[weekday] },
        ]

    private static func part(
        _ name: String, aliases: [String] = [], _ field: DateField, _ summary: String, _ result: String
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "date and time", summary, source: "PostgreSQL 17, 9.9.1; DuckDB, Date Part Functions",
            examples: [("\(name)(date '2024-02-29')", result)], overloads: DateParts.overloads(field, .bigint))
    }

    private static func name(
        _ name: String, _ summary: String, _ result: String, _ body: @escaping @Sendable (Int, Int) -> String
    ) -> ScalarFunction {
        @Sendable func text(_ day: Int32) -> String? {
            if CivilDate.isInfinite(day: day) { return nil }
            return body(CivilDate.civil(fromDays: Int64(day)).month, Int(CalendarArithmetic.floorRemainder(Int64(day) + 4, 7)))
        }
        return ScalarFunction(
            name, "date and time", summary, source: "DuckDB, Date Functions", examples: [("\(name)(date '2024-02-29')", result)],
            .strict([.date], .varchar, canFail: false) { call throws(SQLError) in
                let dates = call.lanes(0, Int32.self)
                return try call.mapOptionalText { (row, arena) throws(SQLError) in
                    try text(dates[row]).map { (name) throws(SQLError) in try arena.add(name) }
                }
            },
            .strict([.timestamp], .varchar, canFail: false) { call throws(SQLError) in
                let stamps = call.lanes(0, Int64.self)
                return try call.mapOptionalText { (row, arena) throws(SQLError) in
                    try text(CalendarArithmetic.date(ofMicros: stamps[row])).map { (name) throws(SQLError) in try arena.add(name) }
                }
            }
        ).forNanos(.floored)
    }
}

enum DateParts {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    static func lastDay(_ date: Int32) -> Int32 {
        if CivilDate.isInfinite(day: date) { return date }
        let (year, month, _) = CivilDate.civil(fromDays: Int64(date))
        return Int32(truncatingIfNeeded: CivilDate.days(year: year, month: month, day: CivilDate.daysInMonth(year: year, month: month)))
    }

    /// A field of each type that has it, as bigint or double.
    static func overloads(_ field: DateField, _ type: SQLType) -> [ScalarOverload] {
        let known = micros(field, type)
        // Doubles have the fraction, in which nanoseconds count.
        if type == .double { return known + [nanos(field, .timestampNanos), nanos(field, .timestamptzNanos)] }
        return known + known.compactMap { $0.forNanos(.floored) }
    }

    private static func nanos(_ field: DateField, _ type: SQLType) -> ScalarOverload {
        .strict([type], .double, canFail: false) { call throws(SQLError) in
            let stamps = call.lanes(0, Int64.self)
            let zone = try TimeZoneRules.named(type.isZoned ? call.context.timeZone : "UTC")
            return try call.mapOptional(0.0, to: .double) { (row) throws(SQLError) in field.number(ofNanos: stamps[row], zone) }
        }
    }

    private static func micros(_ field: DateField, _ type: SQLType) -> [ScalarOverload] {
        [
            .strict([.date], type, canFail: false) { call throws(SQLError) in
                let dates = call.lanes(0, Int32.self)
                if type == .double {
                    return try call.mapOptional(0.0, to: .double) { (row) throws(SQLError) in field.number(ofDate: dates[row]) }
                }
                return try integers(call, field, Int32.self, { CivilDate.isInfinite(day: $0) }) { field.integer(ofDays: Int64($0)) }
            },
            .strict([.timestamp], type, canFail: false) { call throws(SQLError) in try stamps(call, field, type) { (0, $0) } },
            .strict([.timestamptz], type, canFail: false) { call throws(SQLError) in
                let zone = try TimeZoneRules.named(call.context.timeZone)
                return try stamps(call, field, type) {
                    let offset = zone.offsetSeconds(atUTC: $0)
                    return (offset, $0 &+ Int64(offset) &* 1_000_000)
                }
            },
            .strict([.time], type, canFail: false) { call throws(SQLError) in try stamps(call, field, type) { (0, $0) } },
            .strict([.interval], type, canFail: false) { call throws(SQLError) in
                if type == .double { return try call.map(Interval.self, to: .double) { field.value(of: $0) } }
                return try call.map(Interval.self, to: .bigint) { Int64(field.value(of: $0)) }
            },
        ]
    }

    /// Integer fields. Those of infinity are NULL, for an integer can't be infinite: one look at the chunk, since hardly any has one.
    @inline(__always)
    private static func integers<Lane: BitwiseCopyable>(
        _ call: StrictCall, _ field: DateField, _: Lane.Type, _ isInfinite: (Lane) -> Bool, _ value: (Lane) -> Int64
    ) throws(SQLError) -> Column {
        let lanes = call.lanes(0, Lane.self)
        var infinite = 0, i = 0
        while i < call.count {
            infinite &+= isInfinite(lanes[i]) ? 1 : 0
            i &+= 1
        }
        if infinite == 0 { return try call.map(Lane.self, to: .bigint, value) }
        return try call.mapOptional(Int64(0), to: .bigint) { (row) throws(SQLError) in isInfinite(lanes[row]) ? nil : value(lanes[row]) }
    }

    @inline(__always)
    private static func stamps(
        _ call: StrictCall, _ field: DateField, _ type: SQLType, _ local: (Int64) -> (Int, Int64)
    ) throws(SQLError) -> Column {
        if type == .double {
            let stamps = call.lanes(0, Int64.self)
            return try call.mapOptional(0.0, to: .double) { (row) throws(SQLError) in
                if CivilDate.isInfinite(stamps[row]) { return field.number(ofInfinity: stamps[row] > 0) }
                let (offset, micros) = local(stamps[row])
                return field.value(ofMicros: micros, offset: offset)
            }
        }
        return try integers(call, field, Int64.self, { CivilDate.isInfinite($0) }) {
            let (offset, micros) = local($0)
            return field.integer(ofMicros: micros, offset: offset)
        }
    }

    /// `date_part(name, x)`: the name may vary by row, but seldom does.
    static func byName() -> [ScalarOverload] {
        let types: [SQLType] = [.date, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos, .time, .interval]
        return types.map { type in
            .strict([.varchar, type], .double, canFail: true) { call throws(SQLError) in
                let names = call.texts(0)
                let zone = try TimeZoneRules.named(type.isZoned ? call.context.timeZone : "UTC")
                var known: (name: StringView, field: DateField)?
                return try call.mapOptional(0.0, to: .double) { (row) throws(SQLError) in
                    let name = names[row]
                    let field: DateField
                    if let known, known.name == name { field = known.field } else { field = try .named(name.string) }
                    known = (name, field)
                    switch type {
                    case .date: return field.number(ofDate: call.lanes(1, Int32.self)[row])
                    case .interval: return field.value(of: call.lanes(1, Interval.self)[row])
                    case .timestampNanos, .timestamptzNanos: return field.number(ofNanos: call.lanes(1, Int64.self)[row], zone)
                    default:
                        let micros = call.lanes(1, Int64.self)[row]
                        if CivilDate.isInfinite(micros) { return field.number(ofInfinity: micros > 0) }
                        let offset = zone.offsetSeconds(atUTC: micros)
                        return field.value(ofMicros: micros &+ Int64(offset) &* 1_000_000, offset: offset)
                    }
                }
            }
        }
    }
}

extension DateField {
    /// The field of a date, which may be beyond what microseconds hold.
    func number(ofDate day: Int32) -> Double? {
        if CivilDate.isInfinite(day: day) { return number(ofInfinity: day > 0) }
        switch self {
        case .microsecond, .millisecond, .second, .minute, .hour, .timezone, .timezone_hour, .timezone_minute: return 0
        default: return Double(integer(ofDays: Int64(day)))
        }
    }

    /// The field of a timestamp in nanoseconds by the clocks of a zone.
    func number(ofNanos nanos: Int64, _ zone: TimeZoneRules) -> Double? {
        if CivilDate.isInfinite(nanos) { return number(ofInfinity: nanos > 0) }
        let (micros, rest) = Nanoseconds.split(nanos)
        let offset = zone.offsetSeconds(atUTC: micros)
        return value(ofMicros: micros &+ Int64(offset) &* 1_000_000, offset: offset, nanos: rest)
    }

    /// The field of infinity: infinite where fields grow without end, else NULL (PostgreSQL, NonFiniteTimestampTzPart).
    func number(ofInfinity isPositive: Bool) -> Double? {
        switch self {
        case .year, .decade, .century, .millennium, .isoyear, .julian, .epoch: isPositive ? .infinity : -.infinity
        default: nil
        }
    }

    /// The field of a local time as an integer, fractions cut off.
    @inline(__always)
    func integer(ofMicros micros: Int64, offset: Int) -> Int64 {
        switch self {
        case .microsecond, .millisecond, .second, .minute, .hour, .epoch, .julian, .timezone, .timezone_hour, .timezone_minute:
            Int64(value(ofMicros: micros, offset: offset).rounded(.down))
        default: integer(ofDays: CalendarArithmetic.floorDivide(micros, CivilDate.microsPerDay))
        }
    }
}
