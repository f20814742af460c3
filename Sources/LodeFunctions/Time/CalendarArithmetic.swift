/// Adding intervals to dates and times, by the calendar.

import LodeCore

/// Results lie within SQL's calendar (`CivilDate.calendar`, `CivilDate.timestamps`); the infinities stay what they are.
package enum CalendarArithmetic {
    static let microsPerDay = CivilDate.microsPerDay

    /// The day this many months later; the day of the month is cut to the month's length (31 January + 1 month is 28 or 29 February).
    @inline(__always)
    static func addMonths(_ days: Int64, _ months: Int64) -> Int64 {
        if months == 0 { return days }
        let (year, month, day) = CivilDate.civil(fromDays: days)
        let total = year &* 12 &+ Int64(month &- 1) &+ months
        let newYear = floorDivide(total, 12), newMonth = Int(total &- newYear &* 12) &+ 1
        return CivilDate.days(
            year: newYear, month: newMonth, day: min(day, CivilDate.daysInMonth(year: newYear, month: newMonth)))
    }

    /// A timestamp plus `sign` (1 or -1) times an interval: months first, then days, then microseconds.
    /// - Throws: `22008` if the result is beyond the calendar.
    @inline(__always)
    package static func add(_ micros: Int64, _ interval: Interval, _ sign: Int64) throws(SQLError) -> Int64 {
        if CivilDate.isInfinite(micros) { return micros }
        var result = micros
        if interval.months != 0 {
            let day = floorDivide(result, microsPerDay)
            let time = result &- day &* microsPerDay
            result = try join(addMonths(day, Int64(interval.months) &* sign), time)
        }
        if interval.days != 0 {
            let (days, overflow) = (Int64(interval.days) &* sign).multipliedReportingOverflow(by: microsPerDay)
            let (added, beyond) = result.addingReportingOverflow(days)
            if overflow || beyond { throw .timestampOutOfRange }
            result = added
        }
        let (added, overflow) =
            sign > 0
            ? result.addingReportingOverflow(interval.micros) : result.subtractingReportingOverflow(interval.micros)
        guard !overflow, CivilDate.timestamps.contains(added) else { throw .timestampOutOfRange }
        return added
    }

    /// An instant plus an interval: months and days by what clocks show in the zone, time by the instant.
    package static func add(_ instant: Int64, _ interval: Interval, _ sign: Int64, in zone: TimeZoneRules) throws(SQLError) -> Int64 {
        var instant = instant
        if interval.months != 0 || interval.days != 0 {
            let calendar = Interval(months: interval.months, days: interval.days)
            instant = try zone.utc(fromLocal: try add(try zone.local(fromUTC: instant), calendar, sign))
        }
        return try add(instant, Interval(micros: interval.micros), sign)
    }

    /// A date plus an interval of months and days alone.
    static func add(day: Int32, _ interval: Interval, _ sign: Int64) throws(SQLError) -> Int32 {
        if CivilDate.isInfinite(day: day) { return day }
        return try date(addMonths(Int64(day), Int64(interval.months) &* sign) &+ Int64(interval.days) &* sign)
    }

    /// A day number as a date.
    @inline(__always)
    static func date(_ day: Int64) throws(SQLError) -> Int32 {
        guard CivilDate.calendar.contains(day) else { throw .dateOutOfRange }
        return Int32(truncatingIfNeeded: day)
    }

    /// The date that a local timestamp is in.
    @inline(__always)
    static func date(ofMicros micros: Int64) -> Int32 {
        if CivilDate.isInfinite(micros) { return micros > 0 ? .max : .min }
        return Int32(truncatingIfNeeded: floorDivide(micros, microsPerDay))
    }

    /// The beginning of a date as a timestamp.
    @inline(__always)
    static func timestamp(ofDay day: Int32, _ clock: Int64 = 0) throws(SQLError) -> Int64 {
        if CivilDate.isInfinite(day: day) { return day > 0 ? .max : .min }
        return try join(Int64(day), clock)
    }

    /// A timestamp of a day number and microseconds of the day.
    /// - Throws: `22008` if it is beyond the calendar.
    @inline(__always)
    static func join(_ days: Int64, _ micros: Int64) throws(SQLError) -> Int64 {
        let (start, overflow) = days.multipliedReportingOverflow(by: microsPerDay)
        let (result, beyond) = start.addingReportingOverflow(micros)
        guard !overflow, !beyond, CivilDate.timestamps.contains(result) else { throw .timestampOutOfRange }
        return result
    }

    /// The quotient rounded down; `divisor` is positive.
    @inline(__always)
    static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend &- quotient &* divisor < 0 ? quotient &- 1 : quotient
    }

    /// The remainder of `floorDivide`, 0 ..< divisor.
    @inline(__always)
    static func floorRemainder(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let remainder = dividend % divisor
        return remainder < 0 ? remainder &+ divisor : remainder
    }

    /// The time between two timestamps as days and microseconds (PostgreSQL, timestamp_mi).
    static func difference(_ left: Int64, _ right: Int64) throws(SQLError) -> Interval {
        try refuseInfinity(left, right)
        let (micros, overflow) = left.subtractingReportingOverflow(right)
        if overflow { throw .intervalOutOfRange }
        let days = micros / microsPerDay
        return Interval(days: Int32(truncatingIfNeeded: days), micros: micros &- days &* microsPerDay)
    }

    /// What has no distance: there is no infinite interval.
    @inline(__always)
    static func refuseInfinity(_ left: Int64, _ right: Int64) throws(SQLError) {
        if CivilDate.isInfinite(left) || CivilDate.isInfinite(right) {
            throw SQLError(.datetimeFieldOverflow, "cannot subtract infinite timestamps")
        }
    }

    /// The time between two timestamps as years, months, days and time, each with the same sign (PostgreSQL, timestamp_age).
    static func age(_ later: Int64, _ earlier: Int64) throws(SQLError) -> Interval {
        try refuseInfinity(later, earlier)
        let negative = later < earlier
        let (a, b) = negative ? (earlier, later) : (later, earlier)
        let aDay = floorDivide(a, microsPerDay), bDay = floorDivide(b, microsPerDay)
        let x = CivilDate.civil(fromDays: aDay), y = CivilDate.civil(fromDays: bDay)
        var micros = (a &- aDay &* microsPerDay) &- (b &- bDay &* microsPerDay)
        var days = x.day - y.day
        var months = (x.year &- y.year) &* 12 &+ Int64(x.month - y.month)
        if micros < 0 {
            micros &+= microsPerDay
            days -= 1
        }
        if days < 0 {
            // The days of the earlier date's month are borrowed, as in PostgreSQL.
            days += CivilDate.daysInMonth(year: y.year, month: y.month)
            months -= 1
        }
        let sign: Int64 = negative ? -1 : 1
        return Interval(
            months: Int32(truncatingIfNeeded: months &* sign), days: Int32(truncatingIfNeeded: Int64(days) &* sign), micros: micros &* sign)
    }

    /// `interval * factor`: fractions of months become days, fractions of days time (PostgreSQL, interval_mul).
    static func multiply(_ interval: Interval, _ factor: Double) throws(SQLError) -> Interval { try scale(interval) { $0 * factor } }

    /// `interval / divisor`, which is not zero (PostgreSQL, interval_div).
    static func divide(_ interval: Interval, _ divisor: Double) throws(SQLError) -> Interval { try scale(interval) { $0 / divisor } }

    @inline(__always)
    private static func scale(_ interval: Interval, _ by: (Double) -> Double) throws(SQLError) -> Interval {
        let months = by(Double(interval.months)), days = by(Double(interval.days))
        guard abs(months) < 2_147_483_648, abs(days) < 2_147_483_648 else { throw .intervalOutOfRange }
        let wholeMonths = months.rounded(.towardZero), wholeDays = days.rounded(.towardZero)
        // A month lends 30 days, a day 24 hours; both to the microsecond.
        let monthDays = ((months - wholeMonths) * 30 * 1e6).rounded(.toNearestOrEven) / 1e6
        let wholeMonthDays = monthDays.rounded(.towardZero)
        var seconds = ((days - wholeDays + monthDays - wholeMonthDays) * 86_400 * 1e6).rounded(.toNearestOrEven) / 1e6
        let carried = (seconds / 86_400).rounded(.towardZero)
        seconds -= carried * 86_400
        let allDays = wholeDays + wholeMonthDays + carried
        let micros = (by(Double(interval.micros)) + seconds * 1e6).rounded(.toNearestOrEven)
        guard abs(allDays) < 2_147_483_648, let exact = Int64(exactly: micros) else { throw .intervalOutOfRange }
        return Interval(months: Int32(wholeMonths), days: Int32(allDays), micros: exact)
    }

    static func add(_ left: Interval, _ right: Interval, _ sign: Int64) throws(SQLError) -> Interval {
        let months = Int64(left.months) + sign * Int64(right.months), days = Int64(left.days) + sign * Int64(right.days)
        let (micros, overflow) =
            sign > 0 ? left.micros.addingReportingOverflow(right.micros) : left.micros.subtractingReportingOverflow(right.micros)
        guard !overflow, let m = Int32(exactly: months), let d = Int32(exactly: days) else { throw .intervalOutOfRange }
        return Interval(months: m, days: d, micros: micros)
    }
}
