/// Years, months, days and hours, counted from the beginning of 1970.

import LodeCore

/// - Source: Iceberg spec, "Partition Transforms".
enum IcebergPeriod {
    case year, month, day, hour

    private static let hoursPerDay: Int64 = 24

    /// The number of the period in which a date or timestamp lies; nil for other values, and for infinite ones.
    func number(of value: Value) -> Int64? {
        switch value {
        case .date(let day): self == .hour || CivilDate.isInfinite(day: day) ? nil : number(ofDay: Int64(day))
        case .timestamp(let micros): CivilDate.isInfinite(micros) ? nil : number(micros, perDay: CivilDate.microsPerDay)
        case .timestampNanos(let nanos): Nanoseconds.isInfinite(nanos) ? nil : number(nanos, perDay: Self.nanosPerDay)
        default: nil
        }
    }

    private static let nanosPerDay = CivilDate.microsPerDay * Nanoseconds.perMicro

    private func number(_ stamp: Int64, perDay: Int64) -> Int64 {
        self == .hour ? Self.floor(stamp, perDay / Self.hoursPerDay) : number(ofDay: Self.floor(stamp, perDay))
    }

    private func number(ofDay day: Int64) -> Int64 {
        if self == .day { return day }
        let date = CivilDate.civil(fromDays: day), years = date.year - 1970
        return self == .year ? years : years * 12 + Int64(date.month) - 1
    }

    private static func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The first value of a period, in the values that a column of a type has; nil where there is none.
    func start(_ number: Int64, _ type: SQLType) -> Value? { at(number, type, 0) }

    /// The last value of a period.
    func end(_ number: Int64, _ type: SQLType) -> Value? {
        let (next, overflow) = number.addingReportingOverflow(1)
        return overflow ? nil : at(next, type, -1)
    }

    private func at(_ number: Int64, _ type: SQLType, _ shift: Int64) -> Value? {
        switch type {
        case .date:
            guard self != .hour, let day = firstDay(number) else { return nil }
            return Int32(exactly: day + shift).map { .date($0) }
        case .timestamp, .timestamptz: return stamp(number, CivilDate.microsPerDay, shift).map { .timestamp($0) }
        case .timestampNanos, .timestamptzNanos: return stamp(number, Self.nanosPerDay, shift).map { .timestampNanos($0) }
        default: return nil
        }
    }

    private func stamp(_ number: Int64, _ perDay: Int64, _ shift: Int64) -> Int64? {
        let unit = self == .hour ? perDay / Self.hoursPerDay : perDay
        guard let count = self == .hour ? number : firstDay(number) else { return nil }
        let (start, overflow) = count.multipliedReportingOverflow(by: unit)
        let (moved, carry) = start.addingReportingOverflow(shift)
        return overflow || carry ? nil : moved
    }

    private func firstDay(_ number: Int64) -> Int64? {
        // Farther than any date.
        guard (-Int64(Int32.max)...Int64(Int32.max)).contains(number) else { return nil }
        switch self {
        case .year: return CivilDate.days(year: 1970 + number, month: 1, day: 1)
        case .month:
            let year = Self.floor(number, 12)
            return CivilDate.days(year: 1970 + year, month: Int(number - year * 12) + 1, day: 1)
        case .day, .hour: return number
        }
    }
}
