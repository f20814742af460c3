/// Whether bytes are UTF-8.

import CLodeIntrinsics

/// Strict UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
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

    /// Whether no byte has its high bit set. At least 64 bytes must be readable after them.
    package static func isASCII(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 0
        while at &+ 64 <= count {
            if lode_high64(bytes + at) != 0 { return false }
            at &+= 64
        }
        if at == count { return true }
        return lode_high64(bytes + at) & ((1 &<< UInt64(truncatingIfNeeded: count &- at)) &- 1) == 0
    }
}
