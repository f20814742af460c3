/// Text to intervals.

import LodeCore

/// PostgreSQL's interval input: `1 year 2 mons -3 days 04:05:06.5`, `1-2`, `3 04:05:06`, `P1Y2M3DT4H5M6S`, `2 hours ago`.
/// - Source: PostgreSQL, "Interval Input".
package enum ParseInterval {
    package static func interval(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Interval>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        guard !cursor.isAtEnd else { return .malformed }
        var sum = Parts()
        let outcome: ParseOutcome
        if cursor.byte | 32 == UInt8(ascii: "p"), TextByte.isDigit(cursor.next) || "-+Tt".utf8.contains(cursor.next) {
            cursor.at += 1
            outcome = sum.readISO(&cursor)
        } else {
            _ = cursor.take(UInt8(ascii: "@"))
            outcome = sum.readWords(&cursor)
        }
        guard outcome == .parsed else { return outcome }
        guard let interval = sum.interval else { return .outOfRange }
        out.pointee = interval
        return .parsed
    }

    /// One of PostgreSQL's unit names, and how many months, days or microseconds it is.
    private enum Unit {
        case months(Int64), days(Int64), micros(Int64)

        init?(_ word: String) {
            switch word {
            case "microsecond", "microseconds", "us", "usec", "usecs": self = .micros(1)
            case "millisecond", "milliseconds", "ms", "msec", "msecs": self = .micros(1000)
            case "second", "seconds", "sec", "secs", "s": self = .micros(1_000_000)
            case "minute", "minutes", "min", "mins", "m": self = .micros(60_000_000)
            case "hour", "hours", "hr", "hrs", "h": self = .micros(3_600_000_000)
            case "day", "days", "d": self = .days(1)
            case "week", "weeks", "w": self = .days(7)
            case "month", "months", "mon", "mons": self = .months(1)
            case "quarter", "quarters": self = .months(3)
            case "year", "years", "yr", "yrs", "y": self = .months(12)
            case "decade", "decades": self = .months(120)
            case "century", "centuries": self = .months(1200)
            case "millennium", "millennia", "mil", "mils": self = .months(12_000)
            default: return nil
            }
        }
    }

    /// A number with a fraction in billionths: `-1.5`.
    private struct Quantity {
        var negative = false
        var whole: Int64 = 0
        var billionths: Int64 = 0
        /// The whole part had a digit.
        var sawDigits = false

        init?(_ cursor: inout TextCursor) {
            negative = cursor.byte == UInt8(ascii: "-")
            if negative || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
            if TextByte.isDigit(cursor.byte) {
                guard let digits = cursor.digits() else { return nil }
                whole = digits.value
                sawDigits = true
            }
            if cursor.byte == UInt8(ascii: "."), TextByte.isDigit(cursor.next) || sawDigits {
                cursor.at += 1
                var unit: Int64 = 100_000_000
                while TextByte.isDigit(cursor.byte) {
                    billionths += Int64(cursor.byte - 48) * unit
                    unit /= 10
                    sawDigits = true
                    cursor.at += 1
                }
            }
            if !sawDigits { return nil }
        }
    }

    private struct Parts {
        var months: Int128 = 0
        var days: Int128 = 0
        var micros: Int128 = 0

        var interval: Interval? {
            guard let months = Int32(exactly: months), let days = Int32(exactly: days), let micros = Int64(exactly: micros) else {
                return nil
            }
            return Interval(months: months, days: days, micros: micros)
        }

        /// Fractions of months become days of a 30-day month, fractions of days microseconds.
        mutating func add(_ quantity: Quantity, _ unit: Unit) {
            let sign: Int128 = quantity.negative ? -1 : 1
            let whole = Int128(quantity.whole), part = Int128(quantity.billionths)
            switch unit {
            case .micros(let size):
                // Half a microsecond is dropped, as PostgreSQL does.
                micros += sign * (whole * Int128(size) + (part * Int128(size) + 499_999_999) / 1_000_000_000)
            case .days(let size):
                days += sign * whole * Int128(size)
                addFractionalDays(sign * part * Int128(size))
            case .months(let size):
                // Years are rounded to months, months spill into days.
                let billionths = part * Int128(size)
                if size >= 12 {
                    months += sign * (whole * Int128(size) + Self.rounded(billionths))
                } else {
                    months += sign * (whole * Int128(size) + billionths / 1_000_000_000)
                    addFractionalDays(sign * (billionths % 1_000_000_000) * 30)
                }
            }
        }

        private mutating func addFractionalDays(_ billionths: Int128) {
            days += billionths / 1_000_000_000
            micros += Self.rounded(billionths % 1_000_000_000 * Int128(CivilDate.microsPerDay))
        }

        /// Billionths as whole numbers, halves to even.
        private static func rounded(_ billionths: Int128) -> Int128 {
            let (quotient, remainder) = billionths.quotientAndRemainder(dividingBy: 1_000_000_000)
            let half: Int128 = 500_000_000, size = remainder.magnitude
            guard size > half.magnitude || (size == half.magnitude && quotient & 1 == 1) else { return quotient }
            return quotient + (remainder < 0 ? -1 : 1)
        }

        mutating func readWords(_ cursor: inout TextCursor) -> ParseOutcome {
            var sawPart = false
            while true {
                cursor.skipSpaces()
                if cursor.isAtEnd { return sawPart ? .parsed : .malformed }
                if TextByte.isLetter(cursor.byte) {
                    guard sawPart, cursor.word() == "ago" else { return .malformed }
                    (months, days, micros) = (-months, -days, -micros)
                    cursor.skipSpaces()
                    return cursor.isAtEnd ? .parsed : .malformed
                }
                let start = cursor
                guard let quantity = Quantity(&cursor) else { return .malformed }
                sawPart = true
                if cursor.byte == UInt8(ascii: ":") {
                    cursor = start
                    guard readClock(&cursor) else { return .malformed }
                } else if cursor.byte == UInt8(ascii: "-"), TextByte.isDigit(cursor.next), quantity.billionths == 0 {
                    // Years and months: 1-2.
                    cursor.at += 1
                    guard let digits = cursor.digits(), digits.value < 12 else { return .outOfRange }
                    months += (quantity.negative ? -1 : 1) * (Int128(quantity.whole) * 12 + Int128(digits.value))
                } else {
                    cursor.skipSpaces()
                    if TextByte.isLetter(cursor.byte) {
                        guard let unit = Unit(cursor.word()) else { return .malformed }
                        add(quantity, unit)
                    } else if TextByte.isDigit(cursor.byte) || "+-".utf8.contains(cursor.byte), isClockAhead(cursor) {
                        // Days before a time: 3 04:05:06.
                        add(quantity, .days(1))
                    } else {
                        add(quantity, .micros(1_000_000))
                    }
                }
            }
        }

        private func isClockAhead(_ cursor: TextCursor) -> Bool {
            var rest = cursor
            return Quantity(&rest) != nil && rest.byte == UInt8(ascii: ":")
        }

        /// `[-]hh:mm[:ss[.ffffff]]`; two numbers with a fraction are minutes and seconds.
        private mutating func readClock(_ cursor: inout TextCursor) -> Bool {
            let negative = cursor.byte == UInt8(ascii: "-")
            if negative || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
            guard let first = cursor.digits(), cursor.take(UInt8(ascii: ":")), let second = cursor.digits(), second.value < 60 else {
                return false
            }
            var total = Int128(first.value) * 3_600_000_000 + Int128(second.value) * 60_000_000
            if cursor.take(UInt8(ascii: ":")) {
                guard let third = cursor.digits(), third.value <= 60 else { return false }
                total += Int128(third.value) * 1_000_000
            } else if cursor.byte == UInt8(ascii: ".") {
                total /= 60
            }
            if cursor.take(UInt8(ascii: ".")) { total += Int128(cursor.fractionMicros() ?? 0) }
            micros += negative ? -total : total
            return true
        }

        mutating func readISO(_ cursor: inout TextCursor) -> ParseOutcome {
            var inTime = false, sawPart = false
            while !cursor.isAtEnd {
                if !inTime, cursor.byte | 32 == UInt8(ascii: "t") {
                    inTime = true
                    cursor.at += 1
                    continue
                }
                guard let quantity = Quantity(&cursor) else { return .malformed }
                switch (cursor.byte | 32, inTime) {
                case (UInt8(ascii: "y"), false): add(quantity, .months(12))
                case (UInt8(ascii: "m"), false): add(quantity, .months(1))
                case (UInt8(ascii: "w"), false): add(quantity, .days(7))
                case (UInt8(ascii: "d"), false): add(quantity, .days(1))
                case (UInt8(ascii: "h"), true): add(quantity, .micros(3_600_000_000))
                case (UInt8(ascii: "m"), true): add(quantity, .micros(60_000_000))
                case (UInt8(ascii: "s"), true): add(quantity, .micros(1_000_000))
                default: return .malformed
                }
                cursor.at += 1
                sawPart = true
            }
            return sawPart ? .parsed : .malformed
        }
    }
}
