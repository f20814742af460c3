/// Walks JSON text without building anything.

import LodeCore
import LodeVectors

/// A position in JSON text. Reads are bounded; nesting is limited to 1,000.
/// - Source: RFC 8259.
struct JSONScanner {
    static let deepest = 1000

    let bytes: UnsafeRawBufferPointer
    var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    enum Kind { case null, boolean, number, string, array, object }

    var isAtEnd: Bool { at >= bytes.count }
    var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var scanner = JSONScanner(bytes)
        guard scanner.skipValue() else { return false }
        scanner.skipSpaces()
        return scanner.isAtEnd
    }

    mutating func skipSpaces() {
        while at < bytes.count, bytes[at] == 32 || (bytes[at] >= 9 && bytes[at] <= 13) { at += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// What the next value is; nil if none begins here.
    mutating func kind() -> Kind? {
        skipSpaces()
        switch peek {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), 48...57: return .number
        default: return nil
        }
    }

    /// Moves past one value; false if it is malformed.
    mutating func skipValue(_ depth: Int = 0) -> Bool {
        guard depth < Self.deepest, let kind = kind() else { return false }
        switch kind {
        case .null: return skipWord("null")
        case .boolean: return skipWord(peek == UInt8(ascii: "t") ? "true" : "false")
        case .string: return skipString()
        case .number: return skipNumber()
        case .array:
            at += 1
            skipSpaces()
            if take(UInt8(ascii: "]")) { return true }
            repeat {
                guard skipValue(depth + 1) else { return false }
                skipSpaces()
            } while take(UInt8(ascii: ","))
            return take(UInt8(ascii: "]"))
        case .object:
            at += 1
            skipSpaces()
            if take(UInt8(ascii: "}")) { return true }
            repeat {
                skipSpaces()
                guard skipString() else { return false }
                skipSpaces()
                guard take(UInt8(ascii: ":")), skipValue(depth + 1) else { return false }
                skipSpaces()
            } while take(UInt8(ascii: ","))
            return take(UInt8(ascii: "}"))
        }
    }

    private mutating func skipWord(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for index in 0..<count where bytes[at + index] != word.utf8Start[index] { return false }
        at += count
        return true
    }

    mutating func skipString() -> Bool {
        guard take(UInt8(ascii: "\"")) else { return false }
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte < 32 { return false }
            if byte == UInt8(ascii: "\\") {
                let escape = peek
                guard "\"\\/bfnrtu".utf8.contains(escape) else { return false }
                at += 1
                if escape == UInt8(ascii: "u") {
                    guard at + 4 <= bytes.count else { return false }
                    for _ in 0..<4 {
                        guard HexDigit.value(bytes[at]) != nil else { return false }
                        at += 1
                    }
                }
            }
        }
        return false
    }

    private mutating func skipNumber() -> Bool {
        _ = take(UInt8(ascii: "-"))
        if take(48) {
            if peek >= 48, peek <= 57 { return false }
        } else {
            guard skipDigits() else { return false }
        }
        if take(UInt8(ascii: ".")) { guard skipDigits() else { return false } }
        if peek | 32 == UInt8(ascii: "e") {
            at += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { at += 1 }
            return skipDigits()
        }
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] >= 48, bytes[at] <= 57 { at += 1 }
        return at > start
    }
}
