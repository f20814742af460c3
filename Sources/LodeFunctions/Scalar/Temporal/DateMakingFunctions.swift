/// Making dates and times: from parts, from epochs, from the clock.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let dateMaking: [ScalarFunction] = [
        clock(
            "now", aliases: ["current_timestamp", "transaction_timestamp", "get_current_timestamp"],
            "The instant at which the transaction began.", .timestamptz, call: "now()"
        ) { (micros, _) throws(SQLError) in .timestamp(micros) },
        ScalarFunction(
            "statement_timestamp", "date and time", "The instant at which the statement began.", source: "PostgreSQL 17, 9.9.5",
            examples: [("statement_timestamp() >= now()", "true")], volatility: .stable,
            .plain([], .timestamptz, canFail: false) { _, count, context throws(SQLError) in
                try .constant(.timestamp(context.statementMicros), .timestamptz, count: count)
            }),
        ScalarFunction(
            "clock_timestamp", "date and time", "This very instant.", source: "PostgreSQL 17, 9.9.5",
            examples: [("clock_timestamp() >= statement_timestamp()", "true")], volatility: .volatile,
            .row([], .timestamptz, canFail: false) { (_) throws(SQLError) in .timestamp(WallClock.micros()) }),
        clock("localtimestamp", aliases: ["current_localtimestamp"], "The transaction's beginning on the session's clock.", .timestamp) {
            (micros, zone) throws(SQLError) in .timestamp(try zone.local(fromUTC: micros))
        },
        clock("current_date", aliases: ["today"], "The transaction's date in the session's zone.", .date) {
            (micros, zone) throws(SQLError) in
            .date(CalendarArithmetic.date(ofMicros: try zone.local(fromUTC: micros)))
        },
        clock("current_time", aliases: ["localtime"], "The transaction's time of day in the session's zone.", .time) {
            (micros, zone) throws(SQLError) in
            .time(CalendarArithmetic.floorRemainder(try zone.local(fromUTC: micros), CivilDate.microsPerDay))
        },
        ScalarFunction(
            "make_date", "date and time", "The date of a year, month and day.", source: "PostgreSQL 17, table 9.33",
            examples: [("make_date(2024, 2, 29)", "2024-02-29")],
            .strict([.bigint, .bigint, .bigint], .date, canFail: true) { call throws(SQLError) in
                let years = call.lanes(0, Int64.self), months = call.lanes(1, Int64.self), days = call.lanes(2, Int64.self)
                return try call.mapValid(Int32(0), to: .date) { (row) throws(SQLError) in
                    try DateMaking.date(years[row], months[row], days[row])
                }
            }),
        ScalarFunction(
            "make_time", "date and time", "The time of an hour, minute and second.", source: "PostgreSQL 17, table 9.33",
            examples: [("make_time(8, 15, 23.5)", "08:15:23.5")],
            .strict([.bigint, .bigint, .double], .time, canFail: true) { call throws(SQLError) in
                let hours = call.lanes(0, Int64.self), minutes = call.lanes(1, Int64.self), seconds = call.lanes(2, Double.self)
                return try call.mapValid(Int64(0), to: .time) { (row) throws(SQLError) in
                    try DateMaking.time(hours[row], minutes[row], seconds[row])
                }
            }),
        ScalarFunction(
            "make_timestamp", "date and time",
            "The timestamp of a year, month, day, hour, minute and second; or of microseconds since 1970.",
            source: "PostgreSQL 17, table 9.33", examples: [("make_timestamp(2013, 7, 15, 8, 15, 23.5)", "2013-07-15 08:15:23.5")],
            .strict([.bigint, .bigint, .bigint, .bigint, .bigint, .double], .timestamp, canFail: true) { call throws(SQLError) in
                let years = call.lanes(0, Int64.self), months = call.lanes(1, Int64.self), days = call.lanes(2, Int64.self)
                let hours = call.lanes(3, Int64.self), minutes = call.lanes(4, Int64.self), seconds = call.lanes(5, Double.self)
                return try call.mapValid(Int64(0), to: .timestamp) { (row) throws(SQLError) in
                    let day = try DateMaking.date(years[row], months[row], days[row])
                    return try CalendarArithmetic.join(Int64(day), try DateMaking.time(hours[row], minutes[row], seconds[row]))
                }
            },
            .strict([.bigint], .timestamp, canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Int64.self)
                return try call.mapValid(Int64(0), to: .timestamp) { (row) throws(SQLError) in
                    guard CivilDate.timestamps.contains(numbers[row]) else { throw .timestampOutOfRange }
                    return numbers[row]
                }
            }),
        ScalarFunction(
            "to_timestamp", aliases: ["from_unixtime"], "date and time",
            "The instant so many seconds after 1970-01-01 UTC; or a string read by PostgreSQL's patterns.",
            source: "PostgreSQL 17, tables 9.26 and 9.33",
            examples: [
                ("to_timestamp(1284352323)", "2010-09-13 04:32:03+00"),
                ("to_timestamp('05 Dec 2000', 'DD Mon YYYY')", "2000-12-05 00:00:00+00"),
            ],
            .strict([.double], .timestamptz, canFail: true) { call throws(SQLError) in
                let seconds = call.lanes(0, Double.self)
                return try call.mapValid(Int64(0), to: .timestamptz) { (row) throws(SQLError) in
                    if seconds[row].isInfinite { return seconds[row] > 0 ? .max : .min }
                    guard let micros = Int64(exactly: (seconds[row] * 1_000_000).rounded(.toNearestOrEven)),
                        CivilDate.timestamps.contains(micros)
                    else { throw .timestampOutOfRange }
                    return micros
                }
            },
            TemplateKernels.read(.timestamptz)),
        ScalarFunction(
            "epoch_ms", "date and time", "Milliseconds since 1970-01-01 of a timestamp; or the timestamp of such a number.",
            source: "DuckDB, Timestamp Functions",
            examples: [("epoch_ms(timestamp '1970-01-01 00:00:01.5')", "1500"), ("epoch_ms(1500)", "1970-01-01 00:00:01.5")],
            epoch(.timestamp, 1000), epoch(.timestamptz, 1000),
            .strict([.bigint], .timestamp, canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Int64.self)
                return try call.mapValid(Int64(0), to: .timestamp) { (row) throws(SQLError) in
                    let (micros, overflow) = numbers[row].multipliedReportingOverflow(by: 1000)
                    guard !overflow, CivilDate.timestamps.contains(micros) else { throw .timestampOutOfRange }
                    return micros
                }
            }
        ).forNanos(.floored),
        ScalarFunction(
            "epoch_us", "date and time", "Microseconds since 1970-01-01.", source: "DuckDB, Timestamp Functions",
            examples: [("epoch_us(timestamp '1970-01-01 00:00:01')", "1000000")], epoch(.timestamp, 1), epoch(.timestamptz, 1)
        ).forNanos(.floored),
        ScalarFunction(
            "epoch_ns", "date and time", "Nanoseconds since 1970-01-01.", source: "DuckDB, Timestamp Functions",
            examples: [("epoch_ns(timestamp_ns '1970-01-01 00:00:01.000000002')", "1000000002")],
            epochNanos(.timestamp), epochNanos(.timestamptz), epochNanos(.timestampNanos), epochNanos(.timestamptzNanos)),
        ScalarFunction(
            "make_timestamp_ns", "date and time", "The timestamp so many nanoseconds after 1970-01-01.",
            source: "DuckDB, Timestamp Functions", examples: [("make_timestamp_ns(1000000002)", "1970-01-01 00:00:01.000000002")],
            .strict([.bigint], .timestampNanos, canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Int64.self)
                return try call.mapValid(Int64(0), to: .timestampNanos) { (row) throws(SQLError) in
                    if Nanoseconds.isInfinite(numbers[row]) { throw .timestampOutOfRange(.timestampNanos) }
                    return numbers[row]
                }
            }),
        ScalarFunction(
            "date", "date and time", "The date of a timestamp or a string.",
            source: "Trino, Date and time functions", examples: [("date('2024-02-29')", "2024-02-29")],
            .generic([.any]) { (types) throws(SQLError) in
                guard let kernel = Casts.kernel(from: types[0], to: .date, isTry: false) else { throw .noFunction("date", types) }
                return BoundScalar(parameters: types, returns: .date, canFail: true, kernel: kernel)
            }),
    ]

    /// An infinite timestamp has no number: NULL.
    private static func epoch(_ type: SQLType, _ unit: Int64) -> ScalarOverload {
        .strict([type], .bigint, canFail: false) { call throws(SQLError) in
            let stamps = call.lanes(0, Int64.self)
            return try call.mapOptional(Int64(0), to: .bigint) { (row) throws(SQLError) in
                CivilDate.isInfinite(stamps[row]) ? nil : CalendarArithmetic.floorDivide(stamps[row], unit)
            }
        }
    }

    private static func epochNanos(_ type: SQLType) -> ScalarOverload {
        let isMicros = type.inMicros == nil
        return .strict([type], .bigint, canFail: isMicros) { call throws(SQLError) in
            let stamps = call.lanes(0, Int64.self)
            return try call.mapOptional(Int64(0), to: .bigint) { (row) throws(SQLError) in
                if CivilDate.isInfinite(stamps[row]) { return nil }
                if !isMicros { return stamps[row] }
                guard let nanos = Nanoseconds.join(stamps[row]) else { throw .outOfRange(.bigint) }
                return nanos
            }
        }
    }

    private static func clock(
        _ name: String, aliases: [String], _ summary: String, _ type: SQLType, call: String? = nil,
        _ value: @escaping @Sendable (Int64, TimeZoneRules) throws(SQLError) -> Value
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "date and time", summary, source: "PostgreSQL 17, 9.9.5",
            examples: [("\(call ?? name) IS NULL", "false")],
            volatility: .stable,
            .plain([], type, canFail: false) { _, count, context throws(SQLError) in
                let zone = try TimeZoneRules.named(context.timeZone)
                return try .constant(try value(context.transactionMicros, zone), type, count: count)
            })
    }
}

enum DateMaking {
    static func date(_ year: Int64, _ month: Int64, _ day: Int64) throws(SQLError) -> Int32 {
        guard year != 0, year >= -4714, year <= 5_874_897, (1...12).contains(month), day >= 1 else { throw outOfRange(year, month, day) }
        let astronomical = year < 0 ? year + 1 : year
        guard day <= Int64(CivilDate.daysInMonth(year: astronomical, month: Int(month))) else { throw outOfRange(year, month, day) }
        return try CalendarArithmetic.date(CivilDate.days(year: astronomical, month: Int(month), day: Int(day)))
    }

    private static func outOfRange(_ year: Int64, _ month: Int64, _ day: Int64) -> SQLError {
        SQLError(.datetimeFieldOverflow, "date field value out of range: \(year)-\(month)-\(day)")
    }

    static func time(_ hour: Int64, _ minute: Int64, _ second: Double) throws(SQLError) -> Int64 {
        guard (0...24).contains(hour), (0...59).contains(minute), second >= 0, second <= 60 else {
            throw SQLError(.datetimeFieldOverflow, "time field value out of range: \(hour):\(minute):\(second)")
        }
        let micros = (hour * 60 + minute) * 60_000_000 + Int64((second * 1_000_000).rounded())
        guard micros <= CivilDate.microsPerDay else {
            throw SQLError(.datetimeFieldOverflow, "time field value out of range: \(hour):\(minute):\(second)")
        }
        return micros
    }
}
