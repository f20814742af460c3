/// The rule that a zone follows after its last listed transition.

import LodeCore

/// `CET-1CEST,M3.5.0,M10.5.0/3`: standard and summer offsets with the days of the year on which they begin.
/// - Source: POSIX.1-2017, 8.3, "TZ".
struct PosixZone: Sendable {
    private enum Day {
        /// Week (5 is the last) and weekday of a month.
        case week(month: Int, week: Int, weekday: Int)
        /// 1...365, 29 February never counted.
        case julian(Int)
        /// 0...365, 29 February counted.
        case ordinal(Int)
    }

    private struct Change {
        var day: Day
        /// Seconds after midnight, wall time; may be negative or beyond a day.
        var seconds: Int64
    }

    private let standard: Int32
    private let summer: Int32
    private let standardName: String
    private let summerName: String
    private let start: Change?
    private let end: Change?

    init?(_ text: String) {
        var scanner = Scanner(text: Array(text.utf8))
        guard let name = scanner.name(), let west = scanner.time() else { return nil }
        standard = Int32(truncatingIfNeeded: -west)
        standardName = name
        guard !scanner.isAtEnd else {
            summer = standard
            summerName = name
            start = nil
            end = nil
            return
        }
        guard let summerName = scanner.name() else { return nil }
        self.summerName = summerName
        if scanner.peek == UInt8(ascii: ",") {
            summer = standard + 3600
        } else {
            guard let west = scanner.time() else { return nil }
            summer = Int32(truncatingIfNeeded: -west)
        }
        guard scanner.take(UInt8(ascii: ",")), let first = scanner.change(), scanner.take(UInt8(ascii: ",")), let second = scanner.change()
        else { return nil }
        start = first
        end = second
    }

    /// Seconds east of UTC at an instant in UTC seconds.
    func offset(atUTC seconds: Int64) -> Int32 { isSummer(atUTC: seconds) ? summer : standard }

    func abbreviation(atUTC seconds: Int64) -> String { isSummer(atUTC: seconds) ? summerName : standardName }

    private func isSummer(atUTC seconds: Int64) -> Bool {
        guard let start, let end else { return false }
        let day = CalendarArithmetic.floorDivide(seconds &+ Int64(standard), 86_400)
        let year = CivilDate.civil(fromDays: day).year
        let begins = Self.seconds(start, year) - Int64(standard), ends = Self.seconds(end, year) - Int64(summer)
        return begins < ends ? seconds >= begins && seconds < ends : !(seconds >= ends && seconds < begins)
    }

    private static func seconds(_ change: Change, _ year: Int64) -> Int64 {
        let day: Int64
        switch change.day {
        case .ordinal(let number): day = CivilDate.days(year: year, month: 1, day: 1) + Int64(number)
        case .julian(let number):
            let skipsLeapDay = CivilDate.isLeap(year) && number >= 60
            day = CivilDate.days(year: year, month: 1, day: 1) + Int64(number - 1) + (skipsLeapDay ? 1 : 0)
        case .week(let month, let week, let weekday):
            let first = CivilDate.days(year: year, month: month, day: 1)
            let firstWeekday = Int(CalendarArithmetic.floorRemainder(first + 4, 7))
            var date = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            while date > CivilDate.daysInMonth(year: year, month: month) { date -= 7 }
            day = first + Int64(date - 1)
        }
        return day * 86_400 + change.seconds
    }

    /// Reads the parts of the text.
    private struct Scanner {
        let text: [UInt8]
        var at = 0

        var isAtEnd: Bool { at >= text.count }
        var peek: UInt8 { at < text.count ? text[at] : 0 }

        mutating func take(_ byte: UInt8) -> Bool {
            guard peek == byte, !isAtEnd else { return false }
            at += 1
            return true
        }

        /// Letters, or anything between angle brackets.
        mutating func name() -> String? {
            let isBracketed = take(UInt8(ascii: "<")), begin = at
            while !isAtEnd, isBracketed ? peek != UInt8(ascii: ">") : (peek | 32) >= 97 && (peek | 32) <= 122 { at += 1 }
            let name = String(decoding: text[begin..<at], as: UTF8.self)
            return isBracketed ? (take(UInt8(ascii: ">")) ? name : nil) : (name.isEmpty ? nil : name)
        }

        mutating func number() -> Int? {
            var value = 0, digits = 0
            while !isAtEnd, peek >= 48, peek <= 57, digits < 6 {
                value = value * 10 + Int(peek - 48)
                digits += 1
                at += 1
            }
            return digits > 0 ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int64? {
            let negative = peek == UInt8(ascii: "-")
            if negative || peek == UInt8(ascii: "+") { at += 1 }
            guard let hours = number() else { return nil }
            var seconds = Int64(hours) * 3600
            var unit: Int64 = 60
            while unit > 0, take(UInt8(ascii: ":")) {
                guard let part = number() else { return nil }
                seconds += Int64(part) * unit
                unit = unit == 60 ? 1 : 0
            }
            return negative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            let day: Day
            if take(UInt8(ascii: "M")) {
                guard let month = number(), (1...12).contains(month), take(UInt8(ascii: ".")), let week = number(), (1...5).contains(week),
                    take(UInt8(ascii: ".")), let weekday = number(), weekday < 7
                else { return nil }
                day = .week(month: month, week: week, weekday: weekday)
            } else if take(UInt8(ascii: "J")) {
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), number <= 365 else { return nil }
                day = .ordinal(number)
            }
            guard take(UInt8(ascii: "/")) else { return Change(day: day, seconds: 7200) }
            guard let seconds = time() else { return nil }
            return Change(day: day, seconds: seconds)
        }
    }
}
