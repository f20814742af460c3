/// A position in a short text: what the parsers of less common spellings walk with.

/// Reads bytes without ever going past the end. Spaces are ASCII white space; words are ASCII letters.
struct TextCursor {
    let base: UnsafePointer<UInt8>
    private(set) var end: Int
    var at: Int

    /// Over the text without the white space around it.
    init(_ base: UnsafePointer<UInt8>, _ count: Int) {
        var first = 0, last = max(0, count)
        while first < last, TextByte.isSpace(base[first]) { first &+= 1 }
        while last > first, TextByte.isSpace(base[last &- 1]) { last &-= 1 }
        self.base = base
        at = first
        end = last
    }

    var isAtEnd: Bool { at >= end }
    /// The byte here, 0 at the end.
    var byte: UInt8 { at < end ? base[at] : 0 }
    var next: UInt8 { at + 1 < end ? base[at + 1] : 0 }
    var remaining: Int { end - at }

    mutating func skipSpaces() { while at < end, TextByte.isSpace(base[at]) { at &+= 1 } }

    /// Steps over `byte` if it is here.
    mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, base[at] == byte else { return false }
        at &+= 1
        return true
    }

    /// The digits from here on, at most 18 of them; nil if there are none or more.
    mutating func digits() -> (value: Int64, count: Int)? {
        let start = at
        var value: Int64 = 0
        while at < end, TextByte.isDigit(base[at]) {
            guard at - start < 18 else { return nil }
            value = value &* 10 &+ Int64(base[at] &- 48)
            at &+= 1
        }
        return at > start ? (value, at - start) : nil
    }

    /// The letters from here on in lower case, at most 20; empty if there are none.
    mutating func word() -> String {
        let start = at
        while at < end, TextByte.isLetter(base[at]), at - start < 20 { at &+= 1 }
        return String(decoding: UnsafeBufferPointer(start: base + start, count: at - start), as: UTF8.self).lowercased()
    }

    /// Digits after a point as millionths, rounded to nearest, halves to even; nil if there are none.
    mutating func fractionMicros() -> Int64? {
        let start = at
        var micros: Int64 = 0, places = 0
        // What comes behind the sixth place, against a half: its first digit, and whether any other is not zero.
        var next: UInt8 = 0, hasMore = false
        while at < end, TextByte.isDigit(base[at]) {
            let digit = base[at] &- 48
            if places < 6 {
                micros = micros &* 10 &+ Int64(digit)
            } else if places == 6 {
                next = digit
            } else {
                hasMore = hasMore || digit != 0
            }
            places &+= 1
            at &+= 1
        }
        guard at > start else { return nil }
        while places < 6 {
            micros &*= 10
            places &+= 1
        }
        return micros + (next > 5 || (next == 5 && (hasMore || micros & 1 == 1)) ? 1 : 0)
    }

    /// Nanoseconds of a fraction that was taken from `start` to here; a half of the tenth place rounds up.
    func nanos(from start: Int) -> Int64 {
        var nanos: Int64 = 0, places = 0
        for index in start..<at where places < 9 {
            nanos = nanos &* 10 &+ Int64(base[index] &- 48)
            places &+= 1
        }
        while places < 9 {
            nanos &*= 10
            places &+= 1
        }
        return nanos &+ (at &- start > 9 && base[start &+ 9] >= UInt8(ascii: "5") ? 1 : 0)
    }

    /// Takes `BC` or `AD` off the end of the text; whether it was BC, nil if neither is there.
    mutating func takeEra() -> Bool? {
        guard end - at > 3, TextByte.isSpace(base[end - 3]) || TextByte.isDigit(base[end - 3]) else { return nil }
        let first = base[end - 2] | 32, second = base[end - 1] | 32
        let isBefore = first == UInt8(ascii: "b") && second == UInt8(ascii: "c")
        guard isBefore || (first == UInt8(ascii: "a") && second == UInt8(ascii: "d")) else { return nil }
        end -= 2
        while end > at, TextByte.isSpace(base[end - 1]) { end -= 1 }
        return isBefore
    }

    /// Whether the whole text is `word`, without regard to case.
    func isWholly(_ word: StaticString) -> Bool {
        guard remaining == word.utf8CodeUnitCount else { return false }
        for index in 0..<remaining where base[at + index] | 32 != word.utf8Start[index] | 32 { return false }
        return true
    }
}
