/// The fields of dates, times and intervals.

import LodeCore

/// A field that EXTRACT, date_part, date_trunc, date_diff know, with its other names.
/// - Source: PostgreSQL 17, 9.9.1.
package enum DateField: String, Sendable, CaseIterable {
    case microsecond, millisecond, second, minute, hour, day, week, month, quarter, year, decade, century, millennium
    case dow, isodow, doy, isoyear, epoch, julian, era
    case timezone, timezone_hour, timezone_minute

    /// `years`, `dayofweek`, `y`, … in any case.
    package init?(_ name: String) {
        let folded = name.lowercased()
        if let field = DateField(rawValue: folded) {
            self = field
            return
        }
        guard let field = Self.names[folded] else { return nil }
        self = field
    }

    private static let names: [String: DateField] = [
        "microseconds": .microsecond, "us": .microsecond, "usec": .microsecond, "usecs": .microsecond, "milliseconds": .millisecond,
        "ms": .millisecond, "msec": .millisecond, "msecs": .millisecond, "seconds": .second, "sec": .second, "secs": .second, "s": .second,
        "minutes": .minute, "min": .minute, "mins": .minute, "m": .minute, "hours": .hour, "hr": .hour, "hrs": .hour, "h": .hour,
        "days": .day,
        "d": .day, "dayofmonth": .day, "day_of_month": .day, "weeks": .week, "w": .week, "weekofyear": .week, "week_of_year": .week,
        "months": .month, "mon": .month, "mons": .month, "quarters": .quarter, "years": .year, "y": .year, "yr": .year, "yrs": .year,
        "decades": .decade, "centuries": .century, "millenniums": .millennium, "millennia": .millennium, "dayofweek": .dow, "weekday": .dow,
        "day_of_week": .isodow, "dayofyear": .doy, "day_of_year": .doy, "year_of_week": .isoyear, "yow": .isoyear,
    ]

    /// - Throws: `22023` naming the field and a near one.
    package static func named(_ name: String) throws(SQLError) -> DateField {
        if let field = DateField(name) { return field }
        let near = NearestName.find(name, among: Self.allCases.map(\.rawValue))
        throw SQLError(
            .invalidParameterValue, "unit \"\(String(name.prefix(60)))\" not recognized",
            hint: near.map { "Did you mean \"\($0)\"?" } ?? "Use year, quarter, month, week, day, hour, minute, second, …")
    }

    /// The field of a local time in microseconds. `offset` is the zone's, in seconds, for the fields that ask for it;
    /// `nanos` come behind the microseconds.
    @inline(__always)
    func value(ofMicros micros: Int64, offset: Int = 0, nanos: Int64 = 0) -> Double {
        let days = CalendarArithmetic.floorDivide(micros, CivilDate.microsPerDay)
        let clock = micros &- days &* CivilDate.microsPerDay
        switch self {
        case .microsecond: return Double(clock % 60_000_000 &* 1000 &+ nanos) / 1000
        case .millisecond: return Double(clock % 60_000_000 &* 1000 &+ nanos) / 1_000_000
        case .second: return Double(clock % 60_000_000 &* 1000 &+ nanos) / 1_000_000_000
        case .minute: return Double(clock / 60_000_000 % 60)
        case .hour: return Double(clock / 3_600_000_000)
        case .epoch:
            let utc = micros &- Int64(offset) &* 1_000_000
            if nanos == 0 { return Double(utc) / 1_000_000 }
            let second = CalendarArithmetic.floorDivide(utc, 1_000_000)
            return Double(second) + Double((utc &- second &* 1_000_000) &* 1000 &+ nanos) / 1_000_000_000
        case .julian: return Double(days + 2_440_588) + (Double(clock) + Double(nanos) / 1000) / Double(CivilDate.microsPerDay)
        case .timezone: return Double(offset)
        case .timezone_hour: return Double(offset / 3600)
        case .timezone_minute: return Double(offset / 60 % 60)
        default: return Double(integer(ofDays: days))
        }
    }

    /// The field of a day number; 0 for fields of the clock.
    @inline(__always)
    func integer(ofDays days: Int64) -> Int64 {
        switch self {
        case .dow: return CalendarArithmetic.floorRemainder(days &+ 4, 7)
        case .isodow: return CalendarArithmetic.floorRemainder(days &+ 3, 7) &+ 1
        case .epoch: return days &* 86_400
        case .julian: return days &+ 2_440_588
        case .week, .isoyear:
            // The Thursday of the week names its year (ISO 8601).
            let thursday = days &- CalendarArithmetic.floorRemainder(days &+ 3, 7) &+ 3
            let year = CivilDate.civil(fromDays: thursday).year
            return self == .isoyear ? (year > 0 ? year : year &- 1) : (thursday &- CivilDate.days(year: year, month: 1, day: 1)) / 7 &+ 1
        default: break
        }
        let (year, month, day) = CivilDate.civil(fromDays: days)
        switch self {
        case .year: return year > 0 ? year : year &- 1
        case .month: return Int64(month)
        case .day: return Int64(day)
        case .quarter: return Int64((month &+ 2) / 3)
        case .doy: return days &- CivilDate.days(year: year, month: 1, day: 1) &+ 1
        case .decade: return CalendarArithmetic.floorDivide(year, 10)
        case .century: return year > 0 ? (year &+ 99) / 100 : -((100 &- year) / 100)
        case .millennium: return year > 0 ? (year &+ 999) / 1000 : -((1000 &- year) / 1000)
        case .era: return year > 0 ? 1 : 0
        default: return 0
        }
    }

    /// The field of an interval.
    func value(of interval: Interval) -> Double {
        let months = Int64(interval.months)
        switch self {
        case .microsecond: return Double(interval.micros % 60_000_000)
        case .millisecond: return Double(interval.micros % 60_000_000) / 1000
        case .second: return Double(interval.micros % 60_000_000) / 1_000_000
        case .minute: return Double(interval.micros / 60_000_000 % 60)
        case .hour: return Double(interval.micros / 3_600_000_000)
        case .day: return Double(interval.days)
        case .week: return Double(interval.days / 7)
        case .month: return Double(months % 12)
        case .quarter: return Double(months % 12 / 3 + 1)
        case .year: return Double(months / 12)
        case .decade: return Double(months / 120)
        case .century: return Double(months / 1200)
        case .millennium: return Double(months / 12_000)
        case .epoch:
            // A year is 365.25 days here (PostgreSQL, interval_part).
            return Double(months / 12) * 31_557_600 + Double(months % 12) * 2_592_000 + Double(interval.days) * 86_400
                + Double(interval.micros) / 1_000_000
        default: return 0
        }
    }

    /// The microseconds of fields of the clock; nil for those of the calendar.
    private var clockMicros: Int64? {
        switch self {
        case .microsecond: 1
        case .millisecond: 1000
        case .second: 1_000_000
        case .minute: 60_000_000
        case .hour: 3_600_000_000
        default: nil
        }
    }

    /// The beginning of the field's span that holds a local time.
    func truncate(_ micros: Int64) throws(SQLError) -> Int64 {
        if CivilDate.isInfinite(micros) { return micros }
        if let unit = clockMicros { return micros &- CalendarArithmetic.floorRemainder(micros, unit) }
        let days = CalendarArithmetic.floorDivide(micros, CivilDate.microsPerDay)
        return try CalendarArithmetic.join(try truncate(days: days), 0)
    }

    /// The beginning of the field's span that holds an instant, by the clocks of a zone.
    ///
    /// Below a day the offset of the instant stays, so that the hour that clocks repeat is not left (PostgreSQL, timestamptz_trunc).
    func truncate(_ instant: Int64, in zone: TimeZoneRules) throws(SQLError) -> Int64 {
        if CivilDate.isInfinite(instant) { return instant }
        let local = try zone.local(fromUTC: instant)
        if let unit = clockMicros { return instant &- CalendarArithmetic.floorRemainder(local, unit) }
        return try zone.utc(fromLocal: try truncate(local))
    }

    /// The first day of the field's span that holds a day.
    @inline(__always)
    func truncate(days: Int64) throws(SQLError) -> Int64 {
        switch self {
        case .microsecond, .millisecond, .second, .minute, .hour, .day: return days
        case .week: return days &- CalendarArithmetic.floorRemainder(days &+ 3, 7)
        case .month, .quarter, .year, .decade, .century, .millennium: break
        default: throw SQLError(.invalidParameterValue, "unit \"\(rawValue)\" not supported for date_trunc")
        }
        let (year, month, _) = CivilDate.civil(fromDays: days)
        switch self {
        case .month: return CivilDate.days(year: year, month: month, day: 1)
        case .quarter: return CivilDate.days(year: year, month: (month - 1) / 3 * 3 + 1, day: 1)
        case .decade: return CivilDate.days(year: CalendarArithmetic.floorDivide(year, 10) * 10, month: 1, day: 1)
        case .century: return CivilDate.days(year: CalendarArithmetic.floorDivide(year - 1, 100) * 100 + 1, month: 1, day: 1)
        case .millennium: return CivilDate.days(year: CalendarArithmetic.floorDivide(year - 1, 1000) * 1000 + 1, month: 1, day: 1)
        default: return CivilDate.days(year: year, month: 1, day: 1)
        }
    }

    /// That many of the field as an interval.
    func interval(_ count: Int64) throws(SQLError) -> Interval {
        func months(_ each: Int64) throws(SQLError) -> Interval {
            guard let months = Int32(exactly: count.multipliedReportingOverflow(by: each).overflow ? .max : count * each) else {
                throw .intervalOutOfRange
            }
            return Interval(months: months)
        }
        func days(_ each: Int64) throws(SQLError) -> Interval {
            guard let days = Int32(exactly: count.multipliedReportingOverflow(by: each).overflow ? .max : count * each) else {
                throw .intervalOutOfRange
            }
            return Interval(days: days)
        }
        func micros(_ each: Int64) throws(SQLError) -> Interval {
            let (product, overflow) = count.multipliedReportingOverflow(by: each)
            if overflow { throw .intervalOutOfRange }
            return Interval(micros: product)
        }
        switch self {
        case .microsecond: return try micros(1)
        case .millisecond: return try micros(1000)
        case .second: return try micros(1_000_000)
        case .minute: return try micros(60_000_000)
        case .hour: return try micros(3_600_000_000)
        case .day: return try days(1)
        case .week: return try days(7)
        case .month: return try months(1)
        case .quarter: return try months(3)
        case .year: return try months(12)
        case .decade: return try months(120)
        case .century: return try months(1200)
        case .millennium: return try months(12_000)
        default: throw SQLError(.invalidParameterValue, "unit \"\(rawValue)\" is not a span of time")
        }
    }
}
