/// Undoing the escapes of JSON strings.

import LodeCore

package enum JSONUnescape {
    /// Writes the text that `count` bytes of a checked string stand for to `out`, which has room for `count` bytes.
    /// - Returns: how many bytes it has; nil if it holds half of a surrogate pair.
    package static func text(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<UInt8>) -> Int? {
        var at = 0, written = 0
        while at < count {
            guard bytes[at] == UInt8(ascii: "\\"), at + 1 < count else {
                out[written] = bytes[at]
                written &+= 1
                at &+= 1
                continue
            }
            let escape = bytes[at + 1]
            at += 2
            switch escape {
            case UInt8(ascii: "b"): out[written] = 8
            case UInt8(ascii: "f"): out[written] = 12
            case UInt8(ascii: "n"): out[written] = 10
            case UInt8(ascii: "r"): out[written] = 13
            case UInt8(ascii: "t"): out[written] = 9
            case UInt8(ascii: "u"):
                guard let scalar = scalar(bytes, &at, count) else { return nil }
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    out[written] = byte
                    written += 1
                }
                continue
            default: out[written] = escape
            }
            written &+= 1
        }
        return written
    }

    /// The same into an array.
    package static func bytes(_ text: UnsafePointer<UInt8>, _ count: Int) -> [UInt8]? {
        // Filling an array of no capacity writes to the one empty array that all threads share.
        guard count > 0 else { return [] }
        var isWhole = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, written in
            let length = out.baseAddress.map { Self.text(text, count, $0) } ?? 0
            isWhole = length != nil
            written = length ?? 0
        }
        return isWhole ? bytes : nil
    }

    /// The character of `\uXXXX` (or of two of them), behind the `u`.
    private static func scalar(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> Unicode.Scalar? {
        guard let first = unit(bytes, &at, count) else { return nil }
        guard first & 0xf800 == 0xd800 else { return Unicode.Scalar(first) }
        guard first < 0xdc00, at + 1 < count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else { return nil }
        at += 2
        guard let second = unit(bytes, &at, count), second & 0xfc00 == 0xdc00 else { return nil }
        return Unicode.Scalar(0x1_0000 + ((first & 0x3ff) << 10 | (second & 0x3ff)))
    }

    private static func unit(_ bytes: UnsafePointer<UInt8>, _ at: inout Int, _ count: Int) -> UInt32? {
        guard at + 4 <= count else { return nil }
        var value: UInt32 = 0
        for index in 0..<4 {
            guard let digit = HexDigit.value(bytes[at + index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        at += 4
        return value
    }
}
