/// The fields that a template reads, and the time that they make together.

import LodeCore
import LodeVectors

/// Fields as they were written; nil where the template has none.
struct TemplateFields {
    private enum Convention { case gregorian, iso }

    private var convention: Convention?
    private var year: Int64?, yearDigits = 0, century: Int64?, isBeforeChrist = false
    private var month: Int64?, day: Int64?, dayOfYear: Int64?, weekday: Int64?, week: Int64?, weekOfMonth: Int64?, julian: Int64?
    private var hour: Int64?, minute: Int64?, second: Int64?, millis: Int64?, micros: Int64?, secondsOfDay: Int64?
    private var isTwelveHours = false, isAfternoon = false
    private var zoneSign: Int64?, zoneHours: Int64 = 0, zoneMinutes: Int64 = 0

    private mutating func set(_ field: WritableKeyPath<TemplateFields, Int64?>, _ value: Int64, _ name: String) throws(SQLError) {
        if let known = self[keyPath: field], known != value {
            throw SQLError(
                .invalidDatetimeFormat, "conflicting values for \"\(name)\" field in formatting string",
                detail: "This value contradicts a previous setting for the same field type.")
        }
        self[keyPath: field] = value
    }

    private mutating func use(_ wanted: Convention) throws(SQLError) {
        if let convention, convention != wanted {
            throw SQLError(
                .invalidDatetimeFormat, "invalid combination of date conventions",
                hint: "Do not mix Gregorian and ISO week date conventions in a formatting template.")
        }
        convention = wanted
    }

    mutating func take(_ field: DateTemplate.Field, _ reader: inout TemplateReader, isFree: Bool) throws(SQLError) {
        let name = field.name
        func integer(_ width: Int) throws(SQLError) -> Int64 { try reader.integer(name, width, isFree: isFree).value }
        switch field {
        case .hour12, .hour24:
            try set(\.hour, try integer(2), name)
            isTwelveHours = isTwelveHours || field == .hour12
        case .minute: try set(\.minute, try integer(2), name)
        case .second: try set(\.second, try integer(2), name)
        case .secondsOfDay: try set(\.secondsOfDay, try integer(5), name)
        case .milliseconds: try set(\.millis, try fraction(name, &reader, 3, 3, isFree), name)
        case .microseconds: try set(\.micros, try fraction(name, &reader, 6, 6, isFree), name)
        case .fraction(let places):
            guard places <= 6 else { throw SQLError(.featureNotSupported, "formatting field \"\(name)\" is only supported in to_char") }
            try set(\.micros, try fraction(name, &reader, places, 6, isFree), name)
        case .halfDay(let dotted):
            isAfternoon = try reader.word(name, dotted ? ["a.m.", "p.m."] : ["am", "pm"]) == 1
            isTwelveHours = true
        case .zoneHours:
            zoneSign = reader.sign()
            zoneHours = try integer(2)
        case .zoneMinutes:
            zoneSign = zoneSign ?? 1
            zoneMinutes = try integer(2)
        case .zoneName, .offset:
            throw SQLError(.featureNotSupported, "formatting field \"\(name)\" is only supported in to_char")
        default: try takeDate(field, &reader, isFree: isFree)
        }
    }

    private func fraction(_ name: String, _ reader: inout TemplateReader, _ width: Int, _ places: Int, _ isFree: Bool) throws(SQLError)
        -> Int64
    {
        let (value, length) = try reader.integer(name, width, isFree: isFree)
        return (0..<max(0, places - length)).reduce(value) { scaled, _ in scaled * 10 }
    }

    private mutating func takeDate(_ field: DateTemplate.Field, _ reader: inout TemplateReader, isFree: Bool) throws(SQLError) {
        let name = field.name
        func integer(_ width: Int) throws(SQLError) -> Int64 { try reader.integer(name, width, isFree: isFree).value }
        switch field {
        case .isoYear, .isoWeek, .isoWeekday, .isoDayOfYear: try use(.iso)
        case .quarter, .era: break
        default: try use(.gregorian)
        }
        switch field {
        case .era(let dotted): isBeforeChrist = try reader.word(name, dotted ? ["a.d.", "b.c."] : ["ad", "bc"]) == 1
        case .monthName: try set(\.month, Int64(try reader.word(name, TemplateText.monthNames)) + 1, name)
        case .shortMonthName: try set(\.month, Int64(try reader.word(name, TemplateText.monthNames.map { String($0.prefix(3)) })) + 1, name)
        case .month: try set(\.month, try integer(2), name)
        case .romanMonth:
            let longestFirst = TemplateText.romanMonths.sorted { $0.count > $1.count }
            let found = longestFirst[try reader.word(name, longestFirst)]
            try set(\.month, Int64(TemplateText.romanMonths.firstIndex(of: found) ?? 0) + 1, name)
        case .weekdayName: try set(\.weekday, Int64(try reader.word(name, DateFormat.weekdays)) + 1, name)
        case .shortWeekdayName: try set(\.weekday, Int64(try reader.word(name, DateFormat.weekdays.map { String($0.prefix(3)) })) + 1, name)
        case .weekday: try set(\.weekday, try integer(1), name)
        case .isoWeekday: try set(\.weekday, try integer(1) % 7 + 1, name)
        case .dayOfYear, .isoDayOfYear: try set(\.dayOfYear, try integer(3), name)
        case .day: try set(\.day, try integer(2), name)
        case .weekOfYear, .isoWeek: try set(\.week, try integer(2), name)
        case .weekOfMonth: try set(\.weekOfMonth, try integer(1), name)
        // The quarter does not say which day is meant.
        case .quarter: _ = try integer(1)
        case .century: try set(\.century, try integer(2), name)
        case .julian: try set(\.julian, try integer(7), name)
        case .yearWithComma:
            let thousands = try reader.integer(name, 1, isFree: true).value
            guard reader.take(UInt8(ascii: ",")) else { throw reader.invalid("invalid input string for \"Y,YYY\"", "A comma is missing.") }
            try set(\.year, thousands * 1000 + (try reader.integer(name, 3, isFree: false).value), name)
            yearDigits = 4
        case .year(let digits), .isoYear(let digits):
            let (value, length) = try reader.integer(name, digits, isFree: isFree)
            try set(\.year, length < 4 && digits < 4 ? Self.near2020(value) : value, name)
            yearDigits = digits
        default: break
        }
    }

    /// A year of fewer than four digits, completed to be nearest to 2020.
    private static func near2020(_ year: Int64) -> Int64 {
        switch year {
        case 0..<70: year + 2000
        case 70..<100: year + 1900
        case 100..<520: year + 2000
        case 520..<1000: year + 1000
        default: year
        }
    }

    func reading(_ text: String) throws(SQLError) -> DateTemplate.Reading {
        let day = try date(text), clock = try clock(text)
        let micros = try CalendarArithmetic.join(day, clock)
        guard let zoneSign else { return .init(micros: micros) }
        guard zoneHours <= 15, zoneMinutes < 60 else { throw Self.outOfRange(text) }
        return .init(micros: micros, offsetSeconds: Int(zoneSign * (zoneHours * 3600 + zoneMinutes * 60)))
    }

    private static func outOfRange(_ text: String) -> SQLError {
        SQLError(.datetimeFieldOverflow, "date/time field value out of range: \"\(String(text.prefix(60)))\"")
    }

    private func clock(_ text: String) throws(SQLError) -> Int64 {
        var hour = self.hour ?? 0, minute = self.minute ?? 0, second = self.second ?? 0
        if let secondsOfDay { (hour, minute, second) = (secondsOfDay / 3600, secondsOfDay / 60 % 60, secondsOfDay % 60) }
        if isTwelveHours, self.hour != nil {
            guard (1...12).contains(hour) else {
                throw SQLError(
                    .invalidDatetimeFormat, "hour \"\(hour)\" is invalid for the 12-hour clock",
                    hint: "Use the 24-hour clock, or give an hour between 1 and 12.")
            }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second) else { throw Self.outOfRange(text) }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + (millis ?? 0) * 1000 + (micros ?? 0)
    }

    /// The astronomical year; 0, which is 1 BC, if none was given.
    private var fullYear: Int64 {
        let sign: Int64 = isBeforeChrist ? -1 : 1
        guard let year, year != 0 else {
            guard let century else { return 0 }
            let signed = century * sign
            return signed >= 0 ? (signed - 1) * 100 + 1 : signed * 100 + 1
        }
        if let century, yearDigits <= 2 {
            let signed = century * sign, short = year % 100
            if short == 0 { return signed * 100 + (signed >= 0 ? 0 : 1) }
            return signed >= 0 ? short + (signed - 1) * 100 : (signed + 1) * 100 - short + 1
        }
        let signed = year * sign
        return signed < 0 ? signed + 1 : signed
    }

    private func date(_ text: String) throws(SQLError) -> Int64 {
        let year = fullYear
        if let julian { return julian - 2_440_588 }
        if convention == .iso, let week {
            guard (1...53).contains(week) else { throw Self.outOfRange(text) }
            // Weeks begin on Mondays; without a weekday, that is meant.
            return Self.isoMonday(year) + (week - 1) * 7 + (weekday.map { $0 == 1 ? 6 : $0 - 2 } ?? 0)
        }
        let counted = week.map { ($0 - 1) * 7 + 1 } ?? dayOfYear
        let day = weekOfMonth.map { ($0 - 1) * 7 + 1 } ?? self.day
        if let counted, (month ?? 1) <= 1 || (day ?? 1) <= 1 {
            guard self.year != nil || century != nil || isBeforeChrist else {
                throw SQLError(.invalidDatetimeFormat, "cannot calculate day of year without year information")
            }
            guard counted >= 1, counted <= (convention == .iso ? 371 : CivilDate.isLeap(year) ? 366 : 365) else {
                throw Self.outOfRange(text)
            }
            return (convention == .iso ? Self.isoMonday(year) : CivilDate.days(year: year, month: 1, day: 1)) + counted - 1
        }
        let month = self.month ?? 1
        guard (1...12).contains(month), let day = Optional(day ?? 1), day >= 1,
            day <= Int64(CivilDate.daysInMonth(year: year, month: Int(month)))
        else { throw Self.outOfRange(text) }
        return CivilDate.days(year: year, month: Int(month), day: Int(day))
    }

    /// The Monday of an ISO year's first week, which holds 4 January.
    private static func isoMonday(_ year: Int64) -> Int64 {
        let fourth = CivilDate.days(year: year, month: 1, day: 4)
        return fourth - CalendarArithmetic.floorRemainder(fourth + 3, 7)
    }
}
