/// The proleptic Gregorian calendar as arithmetic on day numbers.

/// Conversions between days since 1970-01-01 and year, month, day.
/// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
package enum CivilDate {
    package static let microsPerDay: Int64 = 86_400_000_000

    /// The calendar of SQL's dates: 4714-11-24 BC (Julian day 0) to 5874897-12-31. Beyond it are only the infinities.
    /// - Source: PostgreSQL 17, table 8.9.
    package static let calendar: ClosedRange<Int64> = -2_440_588...2_145_042_905
    /// The timestamps that the calendar and 64 bits of microseconds hold; the greatest and the least number are the infinities.
    package static let timestamps: ClosedRange<Int64> = -2_440_588 * microsPerDay...Int64.max - 1

    /// Whether a timestamp is `infinity` or `-infinity`.
    @inline(__always)
    package static func isInfinite(_ micros: Int64) -> Bool { micros == .max || micros == .min }

    /// Whether a date is `infinity` or `-infinity`.
    @inline(__always)
    package static func isInfinite(day: Int32) -> Bool { day == .max || day == .min }

    /// Year (astronomical: 0 is 1 BC), month 1...12 and day 1...31 of a day number.
    package static func civil(fromDays days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra =
            (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
        let day = Int(dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9)
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return (year, month, day)
    }

    /// The day number of a date. `month` 1...12; `day` is not checked against the month.
    package static func days(year: Int64, month: Int, day: Int) -> Int64 {
        let y = month <= 2 ? year &- 1 : year
        let era = (y >= 0 ? y : y &- 399) / 400
        let yearOfEra = y &- era &* 400
        let dayOfYear = Int64((153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1)
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    package static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func daysInMonth(year: Int64, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
