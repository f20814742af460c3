/// Dates, times and intervals as text by a template.

import LodeCore
import LodeVectors

/// What a template shows: a local time, or the parts of an interval.
struct TemplateTime {
    /// Astronomical; of an interval, the whole years.
    var year: Int64
    var month: Int64
    var day: Int64
    /// Days since 1970-01-01; nil for an interval.
    var dayNumber: Int64?
    var dayOfYear: Int64
    /// Hours of an interval go on after 24; all parts have its sign.
    var hour: Int64, minute: Int64, second: Int64, micros: Int64
    /// What comes behind the microseconds.
    var nanos: Int64 = 0
    /// Seconds east of UTC, and what the zone is called then; nil without a zone.
    var zone: (offset: Int, name: String)?

    init(micros: Int64, zone: (Int, String)? = nil) {
        let days = CalendarArithmetic.floorDivide(micros, CivilDate.microsPerDay)
        self.init(days: days, clock: micros &- days &* CivilDate.microsPerDay, zone: zone)
    }

    init(days: Int64, clock: Int64, zone: (Int, String)? = nil) {
        let (year, month, day) = CivilDate.civil(fromDays: days)
        self.year = year
        self.month = Int64(month)
        self.day = Int64(day)
        dayNumber = days
        dayOfYear = days - CivilDate.days(year: year, month: 1, day: 1) + 1
        (hour, minute, second, micros) = Self.clock(clock)
        self.zone = zone
    }

    init(_ interval: Interval) {
        year = Int64(interval.months / 12)
        month = Int64(interval.months % 12)
        day = Int64(interval.days)
        dayNumber = nil
        dayOfYear = Int64(interval.months) * 30 + day
        (hour, minute, second, micros) = Self.clock(interval.micros)
    }

    private static func clock(_ micros: Int64) -> (Int64, Int64, Int64, Int64) {
        (micros / 3_600_000_000, micros / 60_000_000 % 60, micros / 1_000_000 % 60, micros % 1_000_000)
    }

    var isInterval: Bool { dayNumber == nil }
    /// 0 is Sunday.
    var weekday: Int64 { CalendarArithmetic.floorRemainder((dayNumber ?? 0) + 4, 7) }
    /// The year as people count: 1 BC is 1.
    var shownYear: Int64 { isInterval || year > 0 ? year : 1 - year }
}

extension DateTemplate {
    /// - Throws: `22007` for patterns that an interval has no value for.
    func append(_ time: TemplateTime, to sink: ByteSink) throws(SQLError) {
        for part in parts {
            switch part {
            case .literal(let character, _): for byte in character { try sink.append(byte) }
            case .pattern(let pattern, let modifiers):
                let text = try Self.text(pattern, modifiers, time)
                try sink.append(text)
                if let ordinal = modifiers.ordinal, pattern.field.isNumber { try sink.append(ordinal.apply(TemplateText.ordinal(text))) }
            }
        }
    }

    private static func text(_ pattern: Pattern, _ modifiers: TemplateModifiers, _ time: TemplateTime) throws(SQLError) -> String {
        if time.isInterval {
            switch pattern.field {
            case .era, .monthName, .shortMonthName, .weekdayName, .shortWeekdayName, .weekday, .isoWeekday, .zoneName, .zoneHours,
                .zoneMinutes,
                .offset, .isoYear, .isoWeek, .isoDayOfYear, .julian:
                throw SQLError(
                    .invalidDatetimeFormat, "invalid format specification for an interval value: \"\(pattern.field.name)\"",
                    hint: "Intervals are not tied to specific calendar dates.")
            default: break
            }
        }
        return number(pattern.field, modifiers.fills, time) ?? word(pattern, modifiers, time)
    }

    /// A field of digits, padded with zeros to its width unless FM stands before it.
    private static func number(_ field: Field, _ fills: Bool, _ time: TemplateTime) -> String? {
        func wide(_ number: Int64, _ width: Int) -> String {
            TemplateText.padded(number, fills ? (number < 0 ? width + 1 : width) : 0)
        }
        let days = time.dayNumber ?? 0
        switch field {
        case .hour12: return wide(time.hour % 12 == 0 ? 12 : time.hour % 12, 2)
        case .hour24: return wide(time.hour, 2)
        case .minute: return wide(time.minute, 2)
        case .second: return wide(time.second, 2)
        case .milliseconds: return TemplateText.padded(time.micros / 1000, 3)
        case .microseconds: return TemplateText.padded(time.micros, 6)
        case .fraction(let places):
            let unit = (places..<9).reduce(Int64(1)) { unit, _ in unit * 10 }
            return TemplateText.padded((time.micros * 1000 + time.nanos) / unit, places)
        case .secondsOfDay: return String(time.hour * 3600 + time.minute * 60 + time.second)
        case .year(let digits): return year(time.shownYear, digits, fills)
        case .isoYear(let digits):
            let year = DateField.isoyear.integer(ofDays: days)
            return self.year(abs(year), digits, fills)
        case .yearWithComma:
            let thousands = time.shownYear / 1000
            return "\(thousands),\(TemplateText.padded(time.shownYear - thousands * 1000, 3))"
        case .century:
            let century = time.isInterval ? time.year / 100 : (time.year > 0 ? (time.year - 1) / 100 + 1 : time.year / 100 - 1)
            return abs(century) <= 99 ? wide(century, 2) : String(century)
        case .quarter: return time.month == 0 ? "" : String((time.month - 1) / 3 + 1)
        case .julian: return String(days + 2_440_588)
        case .month: return wide(time.month, 2)
        case .weekday: return String(time.weekday + 1)
        case .isoWeekday: return String(time.weekday == 0 ? 7 : time.weekday)
        case .dayOfYear: return TemplateText.padded(time.dayOfYear, fills ? 3 : 0)
        case .isoDayOfYear:
            return TemplateText.padded(
                (DateField.week.integer(ofDays: days) - 1) * 7 + DateField.isodow.integer(ofDays: days), fills ? 3 : 0)
        case .day: return TemplateText.padded(time.day, fills ? 2 : 0)
        case .weekOfMonth: return String((time.day - 1) / 7 + 1)
        case .weekOfYear: return TemplateText.padded((time.dayOfYear - 1) / 7 + 1, fills ? 2 : 0)
        case .isoWeek: return TemplateText.padded(DateField.week.integer(ofDays: days), fills ? 2 : 0)
        default: return nil
        }
    }

    private static func year(_ year: Int64, _ digits: Int, _ fills: Bool) -> String {
        let shown = [10, 100, 1000, Int64.max][digits - 1]
        return TemplateText.padded(year % shown, fills || digits == 1 ? (year < 0 && digits > 1 ? digits + 1 : digits) : 0)
    }

    private static func word(_ pattern: Pattern, _ modifiers: TemplateModifiers, _ time: TemplateTime) -> String {
        func padded(_ name: String, _ width: Int) -> String {
            let shown = pattern.letters.apply(name)
            guard modifiers.fills, !modifiers.isLocalized else { return shown }
            return shown + String(repeating: " ", count: max(0, width - shown.utf8.count))
        }
        let month = TemplateText.monthNames[Int(max(1, time.month)) - 1], weekday = DateFormat.weekdays[Int(time.weekday)]
        switch pattern.field {
        case .monthName: return padded(month, 9)
        case .shortMonthName: return pattern.letters.apply(String(month.prefix(3)))
        case .weekdayName: return padded(weekday, 9)
        case .shortWeekdayName: return pattern.letters.apply(String(weekday.prefix(3)))
        case .romanMonth:
            if time.month == 0, time.year == 0 { return "" }
            // A month of an interval that is not positive counts back from December.
            let numeral = pattern.letters.apply(
                TemplateText.romanMonths[Int(time.month > 0 ? time.month - 1 : time.month == 0 ? 11 : 12 + time.month)])
            return modifiers.fills ? numeral + String(repeating: " ", count: 4 - numeral.utf8.count) : numeral
        case .halfDay(let dotted):
            let isLate = time.hour % 24 >= 12
            return pattern.letters.apply(dotted ? (isLate ? "P.M." : "A.M.") : (isLate ? "PM" : "AM"))
        case .era(let dotted):
            let isBefore = time.year <= 0
            return pattern.letters.apply(dotted ? (isBefore ? "B.C." : "A.D.") : (isBefore ? "BC" : "AD"))
        case .zoneName: return time.zone.map { pattern.letters.apply($0.name) } ?? ""
        case .zoneHours:
            let offset = time.zone?.offset ?? 0
            return (offset < 0 ? "-" : "+") + TemplateText.padded(Int64(abs(offset) / 3600), 2)
        case .zoneMinutes: return TemplateText.padded(Int64(abs(time.zone?.offset ?? 0) % 3600 / 60), 2)
        case .offset:
            let size = abs(time.zone?.offset ?? 0)
            let hours = (time.zone?.offset ?? 0 < 0 ? "-" : "+") + TemplateText.padded(Int64(size / 3600), modifiers.fills ? 2 : 0)
            return size % 3600 == 0 ? hours : hours + ":" + TemplateText.padded(Int64(size % 3600 / 60), 2)
        default: return ""
        }
    }
}
