/// Adding intervals to dates and times, by the calendar.

import LodeCore

enum CalendarArithmetic {
    static let microsPerDay = CivilDate.microsPerDay

    /// The day so many months later; the day of the month is cut to the month's length (31 January + 1 month is 28 or 29 February).
    @inline(__always)
    static func addMonths(_ days: Int64, _ months: Int32) -> Int64 {
        if months == 0 { return days }
        let (year, month, day) = CivilDate.civil(fromDays: days)
        let total = year &* 12 &+ Int64(month &- 1) &+ Int64(months)
        let newYear = floorDivide(total, 12), newMonth = Int(total &- newYear &* 12) &+ 1
        return CivilDate.days(
            year: newYear, month: newMonth, day: min(day, CivilDate.daysInMonth(year: newYear, month: newMonth)))
    }

    /// A timestamp plus `sign` (1 or -1) times an interval: months first, then days, then microseconds.
    /// - Throws: `22008` if the result is beyond 64 bits of microseconds.
    @inline(__always)
    static func add(_ micros: Int64, _ interval: Interval, _ sign: Int64) throws(SQLError) -> Int64 {
        var result = micros
        if interval.months != 0 {
            let day = floorDivide(result, microsPerDay)
            let time = result &- day &* microsPerDay
            let months = Int64(interval.months) &* sign
            let moved = addMonths(day, Int32(truncatingIfNeeded: months))
            result = try join(moved, time)
        }
        if interval.days != 0 {
            let (added, overflow) = result.addingReportingOverflow(Int64(interval.days) &* sign &* microsPerDay)
            if overflow { throw .timestampOutOfRange }
            result = added
        }
        let (added, overflow) =
            sign > 0
            ? result.addingReportingOverflow(interval.micros) : result.subtractingReportingOverflow(interval.micros)
        if overflow { throw .timestampOutOfRange }
        return added
    }

    /// A timestamp of a day number and microseconds of the day.
    @inline(__always)
    static func join(_ days: Int64, _ micros: Int64) throws(SQLError) -> Int64 {
        let (start, overflow) = days.multipliedReportingOverflow(by: microsPerDay)
        let (result, beyond) = start.addingReportingOverflow(micros)
        if overflow || beyond { throw .timestampOutOfRange }
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
        let (micros, overflow) = left.subtractingReportingOverflow(right)
        if overflow { throw .intervalOutOfRange }
        let days = micros / microsPerDay
        return Interval(days: Int32(truncatingIfNeeded: days), micros: micros &- days &* microsPerDay)
    }

    /// The time between two timestamps as years, months, days and time, each with the same sign (PostgreSQL, timestamp_age).
    static func age(_ later: Int64, _ earlier: Int64) -> Interval {
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
    static func multiply(_ interval: Interval, _ factor: Double) throws(SQLError) -> Interval {
        let months = Double(interval.months) * factor, wholeMonths = months.rounded(.towardZero)
        let days = Double(interval.days) * factor, wholeDays = days.rounded(.towardZero)
        // A month lends 30 days, a day 24 hours.
        let monthDays = (months - wholeMonths) * 30
        let roundedMonthDays = (monthDays * 1e6).rounded() / 1e6
        let wholeMonthDays = roundedMonthDays.rounded(.towardZero)
        var seconds = ((days - wholeDays) + (roundedMonthDays - wholeMonthDays)) * 86_400
        seconds = (seconds * 1e6).rounded() / 1e6
        let micros = (Double(interval.micros) * factor + seconds * 1e6).rounded(.toNearestOrEven)
        guard abs(wholeMonths) < 2_147_483_648, abs(wholeDays + wholeMonthDays) < 2_147_483_648, abs(micros) < 9.2e18 else {
            throw .intervalOutOfRange
        }
        return Interval(months: Int32(wholeMonths), days: Int32(wholeDays + wholeMonthDays), micros: Int64(micros))
    }

    static func add(_ left: Interval, _ right: Interval, _ sign: Int64) throws(SQLError) -> Interval {
        let months = Int64(left.months) + sign * Int64(right.months), days = Int64(left.days) + sign * Int64(right.days)
        let (micros, overflow) =
            sign > 0 ? left.micros.addingReportingOverflow(right.micros) : left.micros.subtractingReportingOverflow(right.micros)
        guard !overflow, let m = Int32(exactly: months), let d = Int32(exactly: days) else { throw .intervalOutOfRange }
        return Interval(months: m, days: d, micros: micros)
    }
}
