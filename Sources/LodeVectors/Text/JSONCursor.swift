/// Stepping over JSON values, checking every byte of them.

import CLodeIntrinsics
import LodeCore

/// A position in JSON text. Reads are bounded; nesting is limited to 1,000.
///
/// The functions that step return whether they could; if not, `fault` says what is wrong, at `at`.
///
/// Public and inlinable, since the readers of files spend their time here: a call into another module costs them a quarter.
/// - Source: RFC 8259.
public struct JSONCursor {
    public let base: UnsafePointer<UInt8>
    public let end: Int
    public var at: Int
    /// Whether a value may go on behind a newline.
    public let spansLines: Bool
    /// Before it 16 bytes may be loaded at once.
    @usableFromInline let wideEnd: Int
    /// Whether `NaN` and `Infinity` are no numbers. Much that writes JSON writes them, RFC 8259 has no such thing.
    @usableFromInline let isStrict: Bool
    public private(set) var fault: JSONFault?
    /// Whether the string that was stepped over last holds escapes.
    public var hasEscapes = false

    /// Levels of brackets.
    public static let maximumDepth = 1000

    /// - Parameter padding: how many bytes beyond `end` may be read; they are never part of a value.
    @inlinable @inline(__always)
    public init(
        _ base: UnsafePointer<UInt8>, at: Int = 0, end: Int, padding: Int = 0, spansLines: Bool = true, isStrict: Bool = false
    ) {
        self.base = base
        self.at = at
        self.end = end
        wideEnd = end &+ padding &- 15
        self.spansLines = spansLines
        self.isStrict = isStrict
    }

    /// Whether `count` bytes are exactly one value, with white space around it. Strings are not checked for UTF-8.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard var cursor = JSONCursor(strict: bytes) else { return false }
        cursor.skipSpaces()
        guard cursor.skipValue() else { return false }
        cursor.skipSpaces()
        return cursor.isAtEnd
    }

    /// Over text in which `NaN` and `Infinity` are no numbers; nil if it is empty.
    package init?(strict bytes: UnsafeRawBufferPointer, at: Int = 0) {
        guard let base = bytes.baseAddress else { return nil }
        self.init(base.assumingMemoryBound(to: UInt8.self), at: at, end: bytes.count, isStrict: true)
    }

    public mutating func fail(_ fault: JSONFault) -> Bool {
        self.fault = at >= end ? .unexpectedEnd : !spansLines && base[at] == 10 ? .lineEnds : fault
        return false
    }

    /// The byte here, 0 at the end.
    @inlinable @inline(__always)
    public var byte: UInt8 { at < end ? base[at] : 0 }

    @inlinable @inline(__always)
    public mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, base[at] == byte else { return false }
        at &+= 1
        return true
    }

    @inlinable @inline(__always)
    public mutating func skipSpaces() {
        // Mostly it is none, or one.
        _ = take(32)
        if at < end, base[at] <= 32 { skipRun() }
    }

    @inline(never) @usableFromInline
    mutating func skipRun() {
        while at < end, base[at] == 32 || base[at] == 9 || base[at] == 13 || (base[at] == 10 && spansLines) { at &+= 1 }
    }

    @inlinable public var isAtEnd: Bool { at >= end }

    // MARK: Values

    package enum Kind { case null, boolean, number, string, array, object }

    /// What the value behind the white space here is, by its first byte; nil if none begins here.
    package mutating func kind() -> Kind? {
        skipSpaces()
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), 48...57: return .number
        default: return nil
        }
    }

    /// Steps over the value here.
    @inlinable @inline(__always)
    public mutating func skipValue() -> Bool {
        switch byte {
        case UInt8(ascii: "\""): skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): skipNested()
        default: skipScalar()
        }
    }

    /// The same, and the white space on both sides of it.
    package mutating func skipSpacedValue() -> Bool {
        skipSpaces()
        guard skipValue() else { return false }
        skipSpaces()
        return true
    }

    /// A string, from its opening quote on, which the caller has seen.
    @inlinable @inline(__always)
    public mutating func skipString() -> Bool {
        var here = at &+ 1
        while here < wideEnd, here < end {
            let stops = lode_json_stops16(base + here)
            if stops == 0 {
                here &+= 16
                continue
            }
            here &+= stops.trailingZeroBitCount
            guard here < end, base[here] == UInt8(ascii: "\"") else { break }
            at = here &+ 1
            hasEscapes = false
            return true
        }
        at = min(here, end)
        return skipEscapes()
    }

    /// The rest of a string of which the plain beginning is behind.
    @inline(never) @usableFromInline
    mutating func skipEscapes() -> Bool {
        hasEscapes = false
        while at < end {
            switch base[at] {
            case UInt8(ascii: "\""):
                at &+= 1
                return true
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard end &- at >= 2 else { return stopAtEnd() }
                switch base[at &+ 1] {
                case UInt8(ascii: "u"):
                    guard end &- at >= 6 else { return stopAtEnd() }
                    for index in 2...5 where HexDigit.value(base[at &+ index]) == nil { return fail(.badEscape) }
                    at &+= 6
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
                    UInt8(ascii: "r"), UInt8(ascii: "t"):
                    at &+= 2
                default: return fail(.badEscape)
                }
            case 0..<32: return fail(.controlCharacter)
            default: at &+= 1
            }
        }
        return fail(.unexpectedEnd)
    }

    private mutating func stopAtEnd() -> Bool {
        at = end
        return fail(.unexpectedEnd)
    }

    /// A number, `true`, `false` or `null`.
    @inlinable @inline(__always)
    mutating func skipScalar() -> Bool {
        let first = byte
        if first &- 45 < 13 { return skipNumber() }
        switch first {
        case UInt8(ascii: "t"): return skipWord("true")
        case UInt8(ascii: "f"): return skipWord("false")
        case UInt8(ascii: "n"): return skipWord("null")
        case UInt8(ascii: "N") where !isStrict: return skipWord("NaN")
        case UInt8(ascii: "I") where !isStrict: return skipWord("Infinity")
        default: return fail(.expectedValue)
        }
    }

    @usableFromInline mutating func skipWord(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        var index = 1
        while index < length {
            if at &+ index >= end { return stopAtEnd() }
            if base[at &+ index] != word.utf8Start[index] { return fail(.expectedValue) }
            index &+= 1
        }
        at &+= length
        return true
    }

    @inlinable @inline(__always)
    mutating func skipNumber() -> Bool {
        let first = base[at] == UInt8(ascii: "-") ? at &+ 1 : at
        var here = behindDigits(first)
        if here == first { return skipOddNumber(first) }
        let isPadded = base[first] == 48 && here &- first > 1
        var isWhole = true
        if here < end, base[here] == UInt8(ascii: ".") {
            let fraction = here &+ 1
            here = behindDigits(fraction)
            isWhole = here > fraction
        }
        if here < end, base[here] | 32 == UInt8(ascii: "e") {
            var exponent = here &+ 1
            if exponent < end, base[exponent] == UInt8(ascii: "+") || base[exponent] == UInt8(ascii: "-") { exponent &+= 1 }
            here = behindDigits(exponent)
            isWhole = isWhole && here > exponent
        }
        at = here
        return isWhole && !isPadded || fail(.badNumber)
    }

    /// Where no digit is behind the sign, if there is one.
    @usableFromInline mutating func skipOddNumber(_ first: Int) -> Bool {
        let sign = at
        at = first
        return first > sign && !isStrict && byte == UInt8(ascii: "I") ? skipWord("Infinity") : fail(.expectedValue)
    }

    /// The first position from `start` on that has no digit, eight tried at a time.
    @inlinable @inline(__always)
    func behindDigits(_ start: Int) -> Int {
        var here = start
        while here &+ 8 <= end {
            let word = UnsafeRawPointer(base + here).loadUnaligned(as: UInt64.self).littleEndian ^ 0x3030_3030_3030_3030
            // The high bit of each byte that is more than nine.
            let others = ((word & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676 | word) & 0x8080_8080_8080_8080
            here &+= others.trailingZeroBitCount &>> 3
            if others != 0 { return here }
        }
        while here < end, TextByte.isDigit(base[here]) { here &+= 1 }
        return here
    }

    /// An object or array, without recursion.
    @inline(never) @usableFromInline
    mutating func skipNested() -> Bool {
        var nesting = JSONNesting()
        nesting.push(isObject: base[at] == UInt8(ascii: "{"))
        at &+= 1
        var isFresh = true
        while true {
            skipSpaces()
            if isFresh, take(nesting.close) {
                if nesting.pop() { return true }
            } else {
                if nesting.isObject {
                    guard key() != nil else { return false }
                    skipSpaces()
                }
                let first = byte
                if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                    guard nesting.depth < Self.maximumDepth else { return fail(.tooDeep) }
                    nesting.push(isObject: first == UInt8(ascii: "{"))
                    at &+= 1
                    isFresh = true
                    continue
                }
                guard first == UInt8(ascii: "\"") ? skipString() : skipScalar() else { return false }
            }
            // Behind a value: out of what it ends, and on to the next.
            skipSpaces()
            while !take(UInt8(ascii: ",")) {
                guard take(nesting.close) else { return fail(.expectedComma) }
                if nesting.pop() { return true }
                skipSpaces()
            }
            isFresh = false
        }
    }

    /// Steps over a key and its colon.
    /// - Returns: where what is between its quotes stands.
    @inlinable @inline(__always)
    public mutating func key() -> Range<Int>? {
        let start = at &+ 1
        guard byte == UInt8(ascii: "\"") else {
            _ = fail(.expectedKey)
            return nil
        }
        guard skipString() else { return nil }
        let end = at &- 1
        return skipColon() ? start..<end : nil
    }

    @inlinable @inline(__always)
    public mutating func skipColon() -> Bool {
        skipSpaces()
        return take(UInt8(ascii: ":")) || fail(.expectedColon)
    }
}

/// The brackets that are open: a bit each, set for objects.
private struct JSONNesting {
    private(set) var depth = 0
    /// The innermost 64, the innermost lowest.
    private var bits: UInt64 = 0
    private var outer: [UInt64] = []

    var isObject: Bool { bits & 1 == 1 }
    var close: UInt8 { isObject ? UInt8(ascii: "}") : UInt8(ascii: "]") }

    mutating func push(isObject: Bool) {
        if depth > 0, depth & 63 == 0 { outer.append(bits) }
        bits = bits &<< 1 | (isObject ? 1 : 0)
        depth &+= 1
    }

    /// Whether that was the last one.
    mutating func pop() -> Bool {
        depth &-= 1
        bits &>>= 1
        if depth & 63 == 0, let word = outer.popLast() { bits = word }
        return depth == 0
    }
}
