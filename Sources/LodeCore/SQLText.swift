/// Text as SQL sees it: a row of UTF-8 bytes.

/// A text value that is equal to another only if their bytes are.
///
/// Swift's `String ==` holds two spellings of one accented letter (a letter of its own, or a letter and a combining mark) to be equal;
/// SQL does not. A type of its own keeps the two notions apart wherever values are compared, hashed or used as keys.
package struct SQLText: Hashable, Comparable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    package var string: String

    @inline(__always)
    package init(_ string: String) { self.string = string }
    package init(stringLiteral value: String) { string = value }

    package var description: String { string }
    package var utf8: String.UTF8View { string.utf8 }
    package var isEmpty: Bool { string.isEmpty }

    package static func == (left: SQLText, right: SQLText) -> Bool { left.string.utf8.elementsEqual(right.string.utf8) }

    /// By bytes, which for UTF-8 is the order of code points.
    package static func < (left: SQLText, right: SQLText) -> Bool { compare(left, right) < 0 }

    package func hash(into hasher: inout Hasher) {
        var text = string
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)  // no UTF-8 text holds it: texts one after the other stay apart
    }

    /// Whether the first bytes are those of `prefix`; `String.hasPrefix` compares characters.
    package func hasPrefix(_ prefix: SQLText) -> Bool { utf8.starts(with: prefix.utf8) }

    /// As it is written in SQL: `'it''s'`.
    package var literal: String { Self.enclosed(string, in: UInt8(ascii: "'")) }

    /// `text` between two quotes, those in it doubled: byte by byte, since a combining mark behind a quote makes one character of both.
    package static func enclosed(_ text: String, in quote: UInt8) -> String {
        var bytes: [UInt8] = [quote]
        for byte in text.utf8 {
            if byte == quote { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(quote)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Below zero, zero or above it, as the bytes of `left` come before, with or after those of `right`.
    package static func compare(_ left: SQLText, _ right: SQLText) -> Int {
        var mine = left.string, other = right.string
        return mine.withUTF8 { a in other.withUTF8 { b in compareBytes(a, b) } }
    }

    static func compareBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        let shared = min(a.count, b.count)
        var i = 0
        while i < shared {
            if a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
            i += 1
        }
        return a.count < b.count ? -1 : (a.count == b.count ? 0 : 1)
    }
}
