/// Whether a text is one JSON value.

/// A checker without recursion and without allocation beyond one bit a level.
/// - Source: RFC 8259.
enum JSONCheck {
    static let maximumDepth = 1000

    /// Whether the bytes are exactly one value, with white space around it. Strings are not checked for UTF-8.
    static func isValid(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 0
        guard skipValue(bytes, &at, count) == nil else { return false }
        skipSpaces(bytes, &at, count)
        return at == count
    }

    @inline(__always)
    static func skipSpaces(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) {
        while at < count, bytes[at] == 32 || bytes[at] == 10 || bytes[at] == 13 || bytes[at] == 9 { at &+= 1 }
    }

    /// Steps over one value; what is wrong otherwise, with `at` where it is wrong.
    static func skipValue(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> JSONFault? {
        // Bit i of the stack: whether level i is an object.
        var stack: [Bool] = []
        value: while true {
            skipSpaces(bytes, &at, count)
            guard at < count else { return .unexpectedEnd }
            var isOpen = false
            switch bytes[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard stack.count < maximumDepth else { return .tooDeep }
                stack.append(bytes[at] == UInt8(ascii: "{"))
                at &+= 1
                isOpen = true
            case UInt8(ascii: "\""): if let fault = skipString(bytes, &at, count) { return fault }
            default: if let fault = skipScalar(bytes, &at, count) { return fault }
            }
            // Behind a value, or behind an opening bracket: to the next value.
            while let isObject = stack.last {
                skipSpaces(bytes, &at, count)
                guard at < count else { return .unexpectedEnd }
                let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
                if bytes[at] == close {
                    at &+= 1
                    stack.removeLast()
                    isOpen = false
                    continue
                }
                if !isOpen {
                    guard bytes[at] == UInt8(ascii: ",") else { return .expectedComma }
                    at &+= 1
                    skipSpaces(bytes, &at, count)
                }
                if isObject, let fault = skipKey(bytes, &at, count) { return fault }
                continue value
            }
            return nil
        }
    }

    /// A key and its colon.
    private static func skipKey(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> JSONFault? {
        guard at < count else { return .unexpectedEnd }
        guard bytes[at] == UInt8(ascii: "\"") else { return .expectedKey }
        if let fault = skipString(bytes, &at, count) { return fault }
        skipSpaces(bytes, &at, count)
        guard at < count else { return .unexpectedEnd }
        guard bytes[at] == UInt8(ascii: ":") else { return .expectedColon }
        at &+= 1
        return nil
    }

    /// A string from its opening quote on.
    static func skipString(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> JSONFault? {
        at &+= 1
        while at < count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at &+= 1
                return nil
            }
            if byte == UInt8(ascii: "\\") {
                guard at &+ 1 < count else { return .unexpectedEnd }
                let next = bytes[at &+ 1]
                if next == UInt8(ascii: "u") {
                    guard at &+ 5 < count else { return .unexpectedEnd }
                    for index in 2...5 where !isHex(bytes[at &+ index]) { return .badEscape }
                    at &+= 6
                } else {
                    guard "\"\\/bfnrt".utf8.contains(next) else { return .badEscape }
                    at &+= 2
                }
                continue
            }
            if byte < 32 { return .controlCharacter }
            at &+= 1
        }
        return .unexpectedEnd
    }

    private static func isHex(_ byte: UInt8) -> Bool { TextByte.isDigit(byte) || (byte | 32) &- 97 < 6 }

    /// A number, `true`, `false` or `null`.
    static func skipScalar(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> JSONFault? {
        switch bytes[at] {
        case UInt8(ascii: "t"): return skipWord("true", bytes, &at, count)
        case UInt8(ascii: "f"): return skipWord("false", bytes, &at, count)
        case UInt8(ascii: "n"): return skipWord("null", bytes, &at, count)
        default: return skipNumber(bytes, &at, count)
        }
    }

    private static func skipWord(_ word: StaticString, _ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> JSONFault? {
        let length = word.utf8CodeUnitCount
        guard count &- at >= length else { return .expectedValue }
        for index in 0..<length where bytes[at &+ index] != word.utf8Start[index] { return .expectedValue }
        at &+= length
        return nil
    }

    private static func skipNumber(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> JSONFault? {
        var here = at
        if here < count, bytes[here] == UInt8(ascii: "-") { here &+= 1 }
        guard here < count, TextByte.isDigit(bytes[here]) else { return .expectedValue }
        let isZero = bytes[here] == 48
        here &+= 1
        if isZero, here < count, TextByte.isDigit(bytes[here]) { return .badNumber }
        while here < count, TextByte.isDigit(bytes[here]) { here &+= 1 }
        if here < count, bytes[here] == UInt8(ascii: ".") {
            here &+= 1
            guard here < count, TextByte.isDigit(bytes[here]) else { return .badNumber }
            while here < count, TextByte.isDigit(bytes[here]) { here &+= 1 }
        }
        if here < count, bytes[here] | 32 == UInt8(ascii: "e") {
            here &+= 1
            if here < count, bytes[here] == UInt8(ascii: "+") || bytes[here] == UInt8(ascii: "-") { here &+= 1 }
            guard here < count, TextByte.isDigit(bytes[here]) else { return .badNumber }
            while here < count, TextByte.isDigit(bytes[here]) { here &+= 1 }
        }
        at = here
        return nil
    }
}

/// What is wrong with a JSON text.
enum JSONFault: String {
    case unexpectedEnd = "the text ends within a value"
    case expectedValue = "a value is expected"
    case expectedComma = "a comma or a closing bracket is expected"
    case expectedColon = "a colon is expected"
    case expectedKey = "a key in quotes is expected"
    case badEscape = "unknown escape in a string"
    case badNumber = "a number is malformed"
    case controlCharacter = "a control character stands in a string"
    case tooDeep = "it is nested more than 1000 levels deep"
    case invalidText = "a string is not UTF-8"
}
