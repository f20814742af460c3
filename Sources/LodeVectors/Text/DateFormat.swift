/// Dates and times by a pattern: `%d/%m/%Y %H:%M:%S`.

import LodeCore

/// A compiled pattern of `strftime`'s specifiers, for reading and for writing.
///
///     %Y year   %y two digits   %m month   %d day   %b %B month name   %a %A weekday name   %j day of year
///     %H hour   %I hour of 12   %p AM/PM   %M minute   %S second   %f microseconds   %g milliseconds   %n nanoseconds   %z offset   %%
///     %F = %Y-%m-%d   %T = %H:%M:%S   %R = %H:%M   %D = %m/%d/%y      a minus (%-d) writes no leading zero
package struct DateFormat: Sendable, Hashable, CustomStringConvertible {
    private enum Part: Hashable, Sendable {
        case literal(UInt8)
        case field(UInt8, padded: Bool)
    }

    package let pattern: String
    private let parts: [Part]
    /// Whether the pattern has a time of day, a date, a zone.
    package let hasTime: Bool
    package let hasDate: Bool
    package let hasZone: Bool

    package var description: String { pattern }

    /// - Throws: `22023` for a specifier that is not known.
    package init(_ pattern: String) throws(SQLError) {
        var parts: [Part] = []
        let bytes = Array(pattern.utf8)
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "%"), at + 1 < bytes.count else {
                parts.append(.literal(bytes[at]))
                at += 1
                continue
            }
            at += 1
            var padded = true
            if bytes[at] == UInt8(ascii: "-"), at + 1 < bytes.count {
                padded = false
                at += 1
            }
            let specifier = bytes[at]
            at += 1
            if let expansion = Self.expansions[specifier] {
                parts += try DateFormat(expansion).parts
            } else if specifier == UInt8(ascii: "%") {
                parts.append(.literal(specifier))
            } else if "YymdbBajAHIpMSfgnzZe".utf8.contains(specifier) {
                parts.append(.field(specifier, padded: padded))
            } else {
                throw SQLError(
                    .invalidParameterValue, "unknown specifier in date format \"\(pattern)\"",
                    detail: "%\(Character(Unicode.Scalar(specifier))) has no meaning here.",
                    hint: "Use %Y %m %d %H %M %S %f %p %b %B %j %z, for instance \"%d/%m/%Y\".")
            }
        }
        self.pattern = pattern
        self.parts = parts
        func has(_ letters: String) -> Bool {
            parts.contains { if case .field(let letter, _) = $0 { letters.utf8.contains(letter) } else { false } }
        }
        hasTime = has("HIMSfgnp")
        hasDate = has("Yymdbje")
        hasZone = has("zZ")
    }

    private static let expansions: [UInt8: String] = [
        UInt8(ascii: "F"): "%Y-%m-%d", UInt8(ascii: "T"): "%H:%M:%S", UInt8(ascii: "R"): "%H:%M", UInt8(ascii: "D"): "%m/%d/%y",
    ]

    /// What a string said: local microseconds since 1970, and seconds east of UTC if it named a zone.
    package struct Reading: Sendable {
        package var micros: Int64
        package var offsetSeconds: Int?
        /// What nanoseconds would add to the microseconds, which are rounded: -500 to 500.
        package var nanosMore: Int64 = 0
    }

    /// Reads a string that must fit the pattern wholly; nil if it does not, or names no real date.
    /// A pattern without a year means `missingYear`: 1900 in C, Python and DuckDB.
    package func read(_ text: UnsafePointer<UInt8>, _ count: Int, missingYear: Int64 = 1900) -> Reading? {
        var cursor = TextCursor(text, count)
        var fields = Fields(year: missingYear)
        for part in parts {
            switch part {
            case .literal(32):
                guard cursor.take(32) || cursor.isAtEnd else { return nil }
                cursor.skipSpaces()
            case .literal(let byte): guard cursor.take(byte) else { return nil }
            case .field(let letter, _): guard fields.take(letter, &cursor) else { return nil }
            }
        }
        return cursor.isAtEnd ? fields.reading : nil
    }

    private struct Fields {
        var year: Int64, month = 1, day: Int64 = 1, dayOfYear: Int64? = nil
        var hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0, micros: Int64 = 0, nanosMore: Int64 = 0
        var afternoon: Bool?
        var offset: Int?

        mutating func number(_ cursor: inout TextCursor, _ width: Int, _ range: ClosedRange<Int64>) -> Int64? {
            var value: Int64 = 0
            var taken = 0
            while taken < width, TextByte.isDigit(cursor.byte) {
                value = value * 10 + Int64(cursor.byte - 48)
                cursor.at += 1
                taken += 1
            }
            return taken > 0 && range.contains(value) ? value : nil
        }

        mutating func take(_ letter: UInt8, _ cursor: inout TextCursor) -> Bool {
            func set(_ target: inout Int64, _ value: Int64?) -> Bool {
                guard let value else { return false }
                target = value
                return true
            }
            switch letter {
            case UInt8(ascii: "Y"):
                let start = cursor.at
                return set(&year, number(&cursor, 4, 1...9999)) && cursor.at - start == 4
            case UInt8(ascii: "y"):
                guard let short = number(&cursor, 2, 0...99) else { return false }
                year = short + (short < 70 ? 2000 : 1900)
            case UInt8(ascii: "m"):
                guard let value = number(&cursor, 2, 1...12) else { return false }
                month = Int(value)
            case UInt8(ascii: "d"), UInt8(ascii: "e"):
                cursor.skipSpaces()
                return set(&day, number(&cursor, 2, 1...31))
            case UInt8(ascii: "j"):
                dayOfYear = number(&cursor, 3, 1...366)
                return dayOfYear != nil
            case UInt8(ascii: "b"), UInt8(ascii: "B"):
                guard let value = ParseDate.month(named: cursor.word()) else { return false }
                month = value
            case UInt8(ascii: "a"), UInt8(ascii: "A"):
                let word = cursor.word()
                return word.utf8.count >= 3 && DateFormat.weekdays.contains { $0.lowercased().hasPrefix(word) }
            case UInt8(ascii: "H"): return set(&hour, number(&cursor, 2, 0...23))
            case UInt8(ascii: "I"): return set(&hour, number(&cursor, 2, 1...12))
            case UInt8(ascii: "M"): return set(&minute, number(&cursor, 2, 0...59))
            case UInt8(ascii: "S"): return set(&second, number(&cursor, 2, 0...59))
            case UInt8(ascii: "f"), UInt8(ascii: "g"), UInt8(ascii: "n"):
                let start = cursor.at
                guard let fraction = cursor.fractionMicros() else { return false }
                micros = fraction
                nanosMore = cursor.nanos(from: start) &- fraction &* 1000
            case UInt8(ascii: "p"):
                let word = cursor.word()
                guard word == "am" || word == "pm" else { return false }
                afternoon = word == "pm"
            default:
                let (outcome, seconds) = ParseTimestamp.zone(&cursor, 0, nil)
                guard outcome == .parsed else { return false }
                offset = seconds
            }
            return true
        }

        var reading: Reading? {
            var days: Int64
            if let dayOfYear {
                guard dayOfYear <= (CivilDate.isLeap(year) ? 366 : 365) else { return nil }
                days = CivilDate.days(year: year, month: 1, day: 1) + dayOfYear - 1
            } else {
                guard day <= Int64(CivilDate.daysInMonth(year: year, month: month)) else { return nil }
                days = CivilDate.days(year: year, month: month, day: Int(day))
            }
            var hours = hour
            if let afternoon {
                guard hours <= 12 else { return nil }
                hours = hours % 12 + (afternoon ? 12 : 0)
            }
            let clock = ((hours * 60 + minute) * 60 + second) * 1_000_000 + micros
            days = days * CivilDate.microsPerDay + clock
            return Reading(micros: days, offsetSeconds: offset, nanosMore: nanosMore)
        }
    }

    package static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// Writes an instant that is `micros` since 1970 on the local clock and `nanos` behind them, `offsetSeconds` east of UTC.
    package func append(_ micros: Int64, offsetSeconds: Int = 0, nanos: Int64 = 0, to sink: ByteSink) throws(SQLError) {
        var days = micros / CivilDate.microsPerDay
        var clock = micros % CivilDate.microsPerDay
        if clock < 0 {
            days -= 1
            clock += CivilDate.microsPerDay
        }
        let (year, month, day) = CivilDate.civil(fromDays: days)
        for part in parts {
            switch part {
            case .literal(let byte): try sink.append(byte)
            case .field(let letter, let padded):
                func number(_ value: Int64, _ width: Int) throws(SQLError) {
                    let out = try sink.reserve(20)
                    if padded, value >= 0, Digits.count(UInt64(value)) <= width {
                        Digits.padded(UInt64(value), width, out)
                        sink.advance(width)
                    } else {
                        try NumberText.append(value, to: sink)
                    }
                }
                let hour = clock / 3_600_000_000
                switch letter {
                case UInt8(ascii: "Y"): try number(year, 4)
                case UInt8(ascii: "y"): try number(((year % 100) + 100) % 100, 2)
                case UInt8(ascii: "m"): try number(Int64(month), 2)
                case UInt8(ascii: "d"): try number(Int64(day), 2)
                case UInt8(ascii: "e"): try number(Int64(day), 1)
                case UInt8(ascii: "j"): try number(days - CivilDate.days(year: year, month: 1, day: 1) + 1, 3)
                case UInt8(ascii: "b"): try sink.append(Self.monthName(month, short: true))
                case UInt8(ascii: "B"): try sink.append(Self.monthName(month, short: false))
                case UInt8(ascii: "a"): try sink.append(String(Self.weekdays[Self.weekday(days)].prefix(3)))
                case UInt8(ascii: "A"): try sink.append(Self.weekdays[Self.weekday(days)])
                case UInt8(ascii: "H"): try number(hour, 2)
                case UInt8(ascii: "I"): try number(hour % 12 == 0 ? 12 : hour % 12, 2)
                case UInt8(ascii: "M"): try number(clock / 60_000_000 % 60, 2)
                case UInt8(ascii: "S"): try number(clock / 1_000_000 % 60, 2)
                case UInt8(ascii: "f"): try number(clock % 1_000_000, 6)
                case UInt8(ascii: "g"): try number(clock % 1_000_000 / 1000, 3)
                case UInt8(ascii: "n"): try number(clock % 1_000_000 * 1000 + nanos, 9)
                case UInt8(ascii: "p"): try sink.append(hour < 12 ? "AM" : "PM")
                case UInt8(ascii: "Z"): try sink.append(offsetSeconds == 0 ? "UTC" : "")
                default:
                    try sink.append(UInt8(ascii: offsetSeconds < 0 ? "-" : "+"))
                    let minutes = Int64(offsetSeconds.magnitude / 60)
                    try number(minutes / 60, 2)
                    if minutes % 60 != 0 {
                        try sink.append(UInt8(ascii: ":"))
                        try number(minutes % 60, 2)
                    }
                }
            }
        }
    }

    private static func monthName(_ month: Int, short: Bool) -> String {
        let name = ParseDate.monthNames[max(0, min(11, month - 1))]
        let capital = name.prefix(1).uppercased() + name.dropFirst()
        return short ? String(capital.prefix(3)) : capital
    }

    /// 0 is Sunday.
    private static func weekday(_ days: Int64) -> Int { Int(((days + 4) % 7 + 7) % 7) }
}
