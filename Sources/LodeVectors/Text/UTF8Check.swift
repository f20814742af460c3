/// Whether bytes are UTF-8.

/// Strict UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
/// - Source: The Unicode Standard 16, table 3-7 "Well-Formed UTF-8 Byte Sequences".
package enum UTF8Check {
    /// The offset of the first byte that is not valid, or nil.
    package static func firstInvalid(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        var at = 0
        while at < count {
            let first = bytes[at]
            if first < 0x80 {
                at &+= 1
                // ASCII comes in runs.
                while at &+ 8 <= count, UnsafeRawPointer(bytes + at).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                    at &+= 8
                }
                continue
            }
            let length: Int
            var low: UInt8 = 0x80, high: UInt8 = 0xbf
            switch first {
            case 0xc2...0xdf: length = 2
            case 0xe0: (length, low) = (3, 0xa0)
            case 0xed: (length, high) = (3, 0x9f)
            case 0xe1...0xef: length = 3
            case 0xf0: (length, low) = (4, 0x90)
            case 0xf4: (length, high) = (4, 0x8f)
            case 0xf1...0xf3: length = 4
            default: return at
            }
            guard count &- at >= length, bytes[at &+ 1] >= low, bytes[at &+ 1] <= high else { return at }
            var tail = 2
            while tail < length {
                if bytes[at &+ tail] & 0xc0 != 0x80 { return at }
                tail &+= 1
            }
            at &+= length
        }
        return nil
    }

    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        return firstInvalid(base.assumingMemoryBound(to: UInt8.self), bytes.count) == nil
    }

    /// Whether no byte has its high bit set.
    package static func isASCII(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        var at = 0
        while at &+ 64 <= count {
            let a = (bytes + at).loadUnaligned(as: SIMD4<UInt64>.self) | (bytes + at + 32).loadUnaligned(as: SIMD4<UInt64>.self)
            if (a[0] | a[1] | a[2] | a[3]) & 0x8080_8080_8080_8080 != 0 { return false }
            at &+= 64
        }
        var rest: UInt64 = 0
        while at &+ 8 <= count {
            rest |= (bytes + at).loadUnaligned(as: UInt64.self)
            at &+= 8
        }
        while at < count {
            rest |= UInt64(bytes.load(fromByteOffset: at, as: UInt8.self))
            at &+= 1
        }
        return rest & 0x8080_8080_8080_8080 == 0
    }
}
