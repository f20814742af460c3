/// Counting and cutting UTF-8 by characters (code points, as PostgreSQL and DuckDB count).

import LodeCore
import LodeVectors

/// Pure functions over bytes. Malformed text is treated byte by byte and never read beyond its end.
enum UTF8Text {
    /// Whether a byte begins a character.
    @inline(__always)
    static func begins(_ byte: UInt8) -> Bool { byte & 0xc0 != 0x80 }

    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var i = 0
        var seen: UInt64 = 0
        while i &+ 8 <= bytes.count {
            seen |= (base + i).loadUnaligned(as: UInt64.self)
            i &+= 8
        }
        var last: UInt8 = 0
        while i < bytes.count {
            last |= bytes[i]
            i &+= 1
        }
        return seen & 0x8080_8080_8080_8080 == 0 && last < 0x80
    }

    /// The number of characters.
    static func length(_ bytes: UnsafeRawBufferPointer) -> Int {
        var count = 0, i = 0
        while i < bytes.count {
            count &+= begins(bytes[i]) ? 1 : 0
            i &+= 1
        }
        return count
    }

    /// The byte at which character `index` (from 0) begins; the byte count if there are fewer characters.
    static func offset(ofCharacter index: Int, in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int {
        if index <= 0 { return start }
        var remaining = index, i = start
        while i < bytes.count {
            if begins(bytes[i]), i > start || begins(bytes[start]) {
                if remaining == 0 { return i }
                remaining &-= 1
            }
            i &+= 1
        }
        return bytes.count
    }

    /// The character at byte `index` and how many bytes it takes; a malformed byte is U+FFFD of length 1.
    static func decode(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: UInt32, count: Int) {
        let first = bytes[index]
        if first < 0x80 { return (UInt32(first), 1) }
        let count = first >= 0xf0 ? 4 : (first >= 0xe0 ? 3 : 2)
        guard first >= 0xc2, first < 0xf5, index + count <= bytes.count else { return (0xfffd, 1) }
        var scalar = UInt32(first) & (count == 4 ? 0x07 : (count == 3 ? 0x0f : 0x1f))
        for k in 1..<count {
            let next = bytes[index + k]
            guard next & 0xc0 == 0x80 else { return (0xfffd, 1) }
            scalar = scalar << 6 | UInt32(next & 0x3f)
        }
        return (scalar, count)
    }

    /// Appends a character as UTF-8.
    static func append(_ scalar: UInt32, to sink: ByteSink) throws(SQLError) {
        guard let valid = Unicode.Scalar(scalar) else { return try sink.append("\u{fffd}" as StaticString) }
        for byte in UTF8.encode(valid) ?? UTF8.encodedReplacementCharacter { try sink.append(byte) }
    }
}
