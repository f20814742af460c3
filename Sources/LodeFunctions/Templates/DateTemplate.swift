/// Templates of dates and times: `DD Mon YYYY HH24:MI`.

import LodeCore

/// A template of to_char, to_date and to_timestamp.
/// - Source: PostgreSQL 17, table 9.27, "Template Patterns for Date/Time Formatting".
struct DateTemplate: Sendable {
    enum Field: Sendable, Equatable {
        case hour12, hour24, minute, second, fraction(Int), milliseconds, microseconds, secondsOfDay
        case halfDay(dotted: Bool), era(dotted: Bool)
        case year(Int), yearWithComma, isoYear(Int), century, quarter, julian
        case monthName, shortMonthName, month, romanMonth
        case weekdayName, shortWeekdayName, weekday, isoWeekday
        case dayOfYear, isoDayOfYear, day, weekOfMonth, weekOfYear, isoWeek
        case zoneName, zoneHours, zoneMinutes, offset
        /// FX: reading is exact from here on.
        case exact
    }

    struct Pattern: Sendable {
        var field: Field
        var letters: LetterCase
    }

    let text: String
    let parts: [TemplatePart<Pattern>]

    /// - Throws: `0A000` for what templates can hold but this does not know.
    init(_ text: String) throws(SQLError) {
        self.text = text
        parts = try Self.scanner.parts(Array(text.utf8))
    }

    private static let scanner = TemplateScanner(keywords, hasAffixes: true)

    /// Numbers in upper and in lower case, names in three cases.
    private static let keywords: [(String, Pattern)] = {
        let numbers: [(String, Field)] = [
            ("HH24", .hour24), ("HH12", .hour12), ("HH", .hour12), ("MI", .minute), ("SSSSS", .secondsOfDay), ("SSSS", .secondsOfDay),
            ("SS", .second), ("MS", .milliseconds), ("US", .microseconds), ("FF1", .fraction(1)), ("FF2", .fraction(2)),
            ("FF3", .fraction(3)),
            ("FF4", .fraction(4)), ("FF5", .fraction(5)), ("FF6", .fraction(6)),
            // Not PostgreSQL's, which has no nanoseconds: Oracle's and Snowflake's.
            ("FF7", .fraction(7)), ("FF8", .fraction(8)), ("FF9", .fraction(9)), ("Y,YYY", .yearWithComma), ("YYYY", .year(4)),
            ("YYY", .year(3)),
            ("YY", .year(2)), ("Y", .year(1)), ("IYYY", .isoYear(4)), ("IYY", .isoYear(3)), ("IY", .isoYear(2)), ("I", .isoYear(1)),
            ("MM", .month), ("DDD", .dayOfYear), ("IDDD", .isoDayOfYear), ("DD", .day), ("D", .weekday), ("ID", .isoWeekday),
            ("WW", .weekOfYear),
            ("W", .weekOfMonth), ("IW", .isoWeek), ("CC", .century), ("J", .julian), ("Q", .quarter), ("TZH", .zoneHours),
            ("TZM", .zoneMinutes),
            ("OF", .offset), ("FX", .exact),
        ]
        let words: [(String, Field)] = [
            ("AM", .halfDay(dotted: false)), ("PM", .halfDay(dotted: false)), ("A.M.", .halfDay(dotted: true)),
            ("P.M.", .halfDay(dotted: true)),
            ("BC", .era(dotted: false)), ("AD", .era(dotted: false)), ("B.C.", .era(dotted: true)), ("A.D.", .era(dotted: true)),
            ("RM", .romanMonth), ("TZ", .zoneName),
        ]
        let names: [(String, Field)] = [
            ("MONTH", .monthName), ("MON", .shortMonthName), ("DAY", .weekdayName), ("DY", .shortWeekdayName),
        ]
        var result: [(String, Pattern)] = []
        for (name, field) in numbers + words + names {
            result.append((name, Pattern(field: field, letters: .upper)))
            result.append((name.lowercased(), Pattern(field: field, letters: .lower)))
        }
        for (name, field) in names { result.append((LetterCase.capital.apply(name), Pattern(field: field, letters: .capital))) }
        return result
    }()
}

extension DateTemplate.Field {
    /// Whether it reads and writes digits.
    var isNumber: Bool {
        switch self {
        case .halfDay, .era, .monthName, .shortMonthName, .romanMonth, .weekdayName, .shortWeekdayName, .zoneName, .zoneHours, .offset,
            .exact:
            false
        default: true
        }
    }

    /// As the template has it, for errors.
    var name: String {
        switch self {
        case .hour12: "HH12"
        case .hour24: "HH24"
        case .minute: "MI"
        case .second: "SS"
        case .fraction(let places): "FF\(places)"
        case .milliseconds: "MS"
        case .microseconds: "US"
        case .secondsOfDay: "SSSS"
        case .halfDay(let dotted): dotted ? "A.M." : "AM"
        case .era(let dotted): dotted ? "B.C." : "BC"
        case .year(let digits): String(repeating: "Y", count: digits)
        case .yearWithComma: "Y,YYY"
        case .isoYear(let digits): "I" + String(repeating: "Y", count: digits - 1)
        case .century: "CC"
        case .quarter: "Q"
        case .julian: "J"
        case .monthName: "MONTH"
        case .shortMonthName: "MON"
        case .month: "MM"
        case .romanMonth: "RM"
        case .weekdayName: "DAY"
        case .shortWeekdayName: "DY"
        case .weekday: "D"
        case .isoWeekday: "ID"
        case .dayOfYear: "DDD"
        case .isoDayOfYear: "IDDD"
        case .day: "DD"
        case .weekOfMonth: "W"
        case .weekOfYear: "WW"
        case .isoWeek: "IW"
        case .zoneName: "TZ"
        case .zoneHours: "TZH"
        case .zoneMinutes: "TZM"
        case .offset: "OF"
        case .exact: "FX"
        }
    }
}
