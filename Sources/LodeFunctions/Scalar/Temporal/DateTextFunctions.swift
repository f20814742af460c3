/// Dates and times to and from text by patterns: strftime, to_char, date_format.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let dateTexts: [ScalarFunction] = [
        writing(
            "strftime", .strftime, "A date or timestamp as text by strftime's specifiers.", "DuckDB, Date Format Functions",
            [("strftime(date '2024-02-29', '%d.%m.%Y')", "29.02.2024")]),
        writing(
            "date_format", .mysql, "A date or timestamp as text by MySQL's specifiers.", "Trino, Date and time functions",
            [("date_format(timestamp '2024-02-29 12:34:56', '%Y-%m-%d %H:%i:%s')", "2024-02-29 12:34:56")]),
        reading(
            "strptime", .timestamp, .strftime, "A string read by strftime's specifiers.", "DuckDB, Date Format Functions",
            [("strptime('29.02.2024', '%d.%m.%Y')", "2024-02-29 00:00:00")]),
        reading(
            "try_strptime", .timestamp, .strftime, isTry: true, "A string read by strftime's specifiers; NULL if it does not fit.",
            "DuckDB, Date Format Functions", [("try_strptime('x', '%Y')", "NULL")]),
        reading(
            "date_parse", .timestamp, .mysql, "A string read by MySQL's specifiers.", "Trino, Date and time functions",
            [("date_parse('2024-02-29 12:34', '%Y-%m-%d %H:%i')", "2024-02-29 12:34:00")]),
    ]

    private static func writing(
        _ name: String, _ dialect: DatePatternDialect, _ summary: String, _ source: String, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, "date and time", summary, source: source, examples: examples,
            overloads: [SQLType.date, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos].map {
                DateTextKernels.write($0, dialect)
            })
    }

    private static func reading(
        _ name: String, _ type: SQLType, _ dialect: DatePatternDialect, isTry: Bool = false, _ summary: String, _ source: String,
        _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, "date and time", summary, source: source, examples: examples, DateTextKernels.parse(type, dialect, isTry: isTry))
    }
}

/// How a pattern is written; all become `DateFormat`s.
enum DatePatternDialect: Sendable {
    case strftime, mysql

    /// The year of a string without one.
    var missingYear: Int64 { self == .mysql ? 1970 : 1900 }

    func format(_ pattern: String) throws(SQLError) -> DateFormat {
        switch self {
        case .strftime: try DateFormat(pattern)
        case .mysql: try DateFormat(Self.fromMySQL(pattern))
        }
    }

    /// Minutes are %i, seconds %s or %S, month names %M, weekday names %W, numbers without zeros %c %e %k %l.
    private static let mySQLSpecifiers: [Character: String] = [
        "i": "%M", "s": "%S", "S": "%S", "M": "%B", "W": "%A", "c": "%-m", "e": "%-d", "k": "%-H", "l": "%-I", "h": "%I",
        "r": "%I:%M:%S %p",
    ]

    private static func fromMySQL(_ pattern: String) -> String {
        var result = "", isSpecifier = false
        for character in pattern {
            if isSpecifier {
                result += mySQLSpecifiers[character] ?? "%\(character)"
                isSpecifier = false
            } else if character == "%" {
                isSpecifier = true
            } else {
                result.append(character)
            }
        }
        return isSpecifier ? result + "%" : result
    }
}

enum DateTextKernels {
    /// The formats of a chunk: compiled once when the pattern is a constant.
    private final class Formats {
        private let call: StrictCall
        private let index: Int
        private let dialect: DatePatternDialect
        private var known: (pattern: StringView, format: DateFormat)?

        init(_ call: StrictCall, _ index: Int, _ dialect: DatePatternDialect) {
            self.call = call
            self.index = index
            self.dialect = dialect
        }

        func get(_ row: Int) throws(SQLError) -> DateFormat {
            let pattern = call.text(index, row)
            if let known, known.pattern == pattern { return known.format }
            let format = try dialect.format(pattern.string)
            known = (pattern, format)
            return format
        }
    }

    static func write(_ type: SQLType, _ dialect: DatePatternDialect) -> ScalarOverload {
        .strict([type, .varchar], .varchar, canFail: true) { call throws(SQLError) in
            let formats = Formats(call, 1, dialect)
            let zone = try TimeZoneRules.named(type.isZoned ? call.context.timeZone : "UTC")
            let sink = try ByteSink(capacity: 64)
            return try call.mapText { (row, arena) throws(SQLError) in
                let stamp = try instant(call, type, row)
                let (micros, rest) = type.inMicros == nil ? (stamp, 0) : Nanoseconds.split(stamp)
                if CivilDate.isInfinite(micros) { return try arena.add(micros > 0 ? "infinity" : "-infinity" as StaticString) }
                sink.truncate()
                try formats.get(row).append(
                    try zone.local(fromUTC: micros), offsetSeconds: zone.offsetSeconds(atUTC: micros), nanos: rest, to: sink)
                return try arena.add(sink.bytes)
            }
        }
    }

    /// The timestamp of a date, or a timestamp in its own unit.
    static func instant(_ call: StrictCall, _ type: SQLType, _ row: Int) throws(SQLError) -> Int64 {
        type == .date ? try CalendarArithmetic.timestamp(ofDay: call.lanes(0, Int32.self)[row]) : call.lanes(0, Int64.self)[row]
    }

    static func parse(_ type: SQLType, _ dialect: DatePatternDialect, isTry: Bool = false) -> ScalarOverload {
        .strict([.varchar, .varchar], type, canFail: true) { call throws(SQLError) in
            let formats = Formats(call, 1, dialect)
            let texts = call.texts(0)
            let zone = try TimeZoneRules.named(type == .timestamptz ? call.context.timeZone : "UTC")
            func read(_ row: Int) throws(SQLError) -> Int64? {
                let view = texts[row]
                let format = try formats.get(row)
                guard let reading = view.withPaddedBytes({ format.read($0, view.count, missingYear: dialect.missingYear) }) else {
                    if isTry { return nil }
                    throw SQLError(
                        .invalidDatetimeFormat, "could not parse \"\(String(view.string.prefix(60)))\" by the format \"\(format.pattern)\"")
                }
                if let offset = reading.offsetSeconds { return reading.micros &- Int64(offset) &* 1_000_000 }
                return type == .timestamptz ? try zone.utc(fromLocal: reading.micros) : reading.micros
            }
            if type == .date {
                return try call.mapOptional(Int32(0), to: type) { (row) throws(SQLError) in
                    try read(row).map { Int32(truncatingIfNeeded: CalendarArithmetic.floorDivide($0, CivilDate.microsPerDay)) }
                }
            }
            return try call.mapOptional(Int64(0), to: type) { (row) throws(SQLError) in try read(row) }
        }
    }
}
