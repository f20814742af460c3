/// The field syntaxes of partition text: dates, times, decimals, hex.

import LodeCore

extension PartitionText {
    static func date(_ days: Int64) -> String {
        let (year, month, day) = CivilDate.civil(fromDays: days)
        let sign = year < 0 ? "-" : ""
        return "\(sign)\(padded(Int64(year.magnitude), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))"
    }

    /// `12:30:00`, with as many digits of a second as are not zero.
    static func clock(_ micros: Int64) -> String {
        let seconds = micros / 1_000_000
        var text = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        var fraction = padded(micros % 1_000_000, 6)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        if !fraction.isEmpty { text += "." + fraction }
        return text
    }

    static func timestamp(_ micros: Int64) -> String {
        var (days, rest) = micros.quotientAndRemainder(dividingBy: CivilDate.microsPerDay)
        if rest < 0 {
            days -= 1
            rest += CivilDate.microsPerDay
        }
        return "\(date(days)) \(clock(rest))"
    }

    /// As `timestamp`, with nanoseconds where they are not zero.
    static func timestamp(nanos: Int64) -> String {
        if Nanoseconds.isInfinite(nanos) { return nanos > 0 ? "infinity" : "-infinity" }
        let (micros, rest) = Nanoseconds.split(nanos)
        if rest == 0 { return timestamp(micros) }
        var (days, clock) = micros.quotientAndRemainder(dividingBy: CivilDate.microsPerDay)
        if clock < 0 {
            days -= 1
            clock += CivilDate.microsPerDay
        }
        let second = clock / 1_000_000
        var fraction = padded(clock % 1_000_000 * 1000 + rest, 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(date(days)) \(self.clock(second * 1_000_000)).\(fraction)"
    }

    /// Days of `2024-01-31`, also with a sign and with a year of more digits.
    static func readDate(_ text: Substring) -> Int64? {
        let negative = text.hasPrefix("-")
        let parts = (negative ? text.dropFirst() : text).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, (4...7).contains(parts[0].utf8.count),
            let year = digits(parts[0]), let month = digits(parts[1]), let day = digits(parts[2]),
            (1...12).contains(month), parts[1].utf8.count <= 2, parts[2].utf8.count <= 2
        else { return nil }
        let signed = negative ? -year : year
        guard day >= 1, day <= CivilDate.daysInMonth(year: signed, month: Int(month)) else { return nil }
        return CivilDate.days(year: signed, month: Int(month), day: Int(day))
    }

    /// Microseconds of `12:30`, `12:30:05` or `12:30:05.25`.
    static func readClock(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hours = digits(parts[0]), let minutes = digits(parts[1]),
            hours < 24, minutes < 60, parts[1].utf8.count == 2
        else { return nil }
        var micros = (hours * 60 + minutes) * 60_000_000
        if parts.count == 3 {
            let second = parts[2].split(separator: ".", omittingEmptySubsequences: false)
            guard (1...2).contains(second.count), second[0].utf8.count == 2, let whole = digits(second[0]), whole < 60
            else { return nil }
            micros += whole * 1_000_000
            if second.count == 2 {
                guard let fraction = fractionMicros(second[1]) else { return nil }
                micros += fraction
            }
        }
        return micros
    }

    /// `2024-01-31`, `2024-01-31 12:30:05.25` or with a `T`, optionally with a final `Z`.
    static func readTimestamp(_ text: String) -> Value? {
        var text = text[...]
        if text.hasSuffix("Z") { text = text.dropLast() }
        let split = text.firstIndex { $0 == " " || $0 == "T" }
        guard let days = readDate(text[..<(split ?? text.endIndex)]) else { return nil }
        var clock: Int64 = 0
        if let split {
            guard let micros = readClock(text[text.index(after: split)...]) else { return nil }
            clock = micros
        }
        let (base, overflow) = days.multipliedReportingOverflow(by: CivilDate.microsPerDay)
        if overflow { return nil }
        let (sum, carry) = base.addingReportingOverflow(clock)
        return carry ? nil : .timestamp(sum)
    }

    /// As `readTimestamp`, with up to nine places of a second.
    static func readNanos(_ text: String) -> Value? {
        if text == "infinity" || text == "-infinity" { return .timestampNanos(text == "infinity" ? .max : .min) }
        var whole = text, rest: Int64 = 0
        if let point = text.lastIndex(of: ".") {
            let digits = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }
            let extra = digits.dropFirst(6)
            guard extra.utf8.count <= 3, extra.isEmpty || Self.digits(extra) != nil else { return nil }
            for place in 0..<3 {
                let digit = extra.dropFirst(place).first?.wholeNumberValue ?? 0
                rest = rest * 10 + Int64(digit)
            }
            whole.removeSubrange(extra.startIndex..<extra.endIndex)
        }
        guard case .timestamp(let micros)? = readTimestamp(whole) else { return nil }
        return Nanoseconds.join(micros, rest).map { .timestampNanos($0) }
    }

    static func decimal(_ text: String, precision: Int, scale: Int) -> Value? {
        var body = text[...]
        let negative = body.hasPrefix("-")
        if negative || body.hasPrefix("+") { body = body.dropFirst() }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.count == 1 || parts[1].utf8.count <= scale else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        let all = parts[0] + fraction
        guard !all.isEmpty, all.utf8.count <= 38, all.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            let magnitude = Int128(all),
            let unscaled = Decimal128.rescale(negative ? -magnitude : magnitude, from: fraction.utf8.count, to: scale),
            Decimal128.fits(unscaled, precision: precision)
        else { return nil }
        return .decimal(unscaled, scale: scale)
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    static func unhex(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for i in stride(from: 0, to: digits.count, by: 2) {
            guard let high = HexDigit.value(digits[i]), let low = HexDigit.value(digits[i + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func uuid(_ bits: UInt128) -> String {
        var text = String(bits, radix: 16)
        text = String(repeating: "0", count: 32 - text.utf8.count) + text
        let digits = Array(text)
        return [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
            .map { String($0) }.joined(separator: "-")
    }

    static func readUUID(_ text: String) -> Value? {
        let digits = text.filter { $0 != "-" }
        guard digits.utf8.count == 32, digits.utf8.allSatisfy({ HexDigit.value($0) != nil }) else { return nil }
        return UInt128(digits, radix: 16).map { .uuid($0) }
    }

    private static func digits(_ text: Substring) -> Int64? {
        guard (1...7).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int64(text)
    }

    private static func fractionMicros(_ text: Substring) -> Int64? {
        guard (1...6).contains(text.utf8.count), let number = digits(text) else { return nil }
        var scaled = number
        for _ in text.utf8.count..<6 { scaled *= 10 }
        return scaled
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
    }
}
