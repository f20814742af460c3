/// Whether bytes are well-formed UTF-8.

/// - Source: The Unicode Standard 16, table 3-7 "Well-Formed UTF-8 Byte Sequences".
enum TextValidity {
    /// Whether no byte has its top bit set.
    static func isASCII(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        var i = 0
        while i &+ 64 <= count {
            let a = (bytes + i).loadUnaligned(as: SIMD4<UInt64>.self) | (bytes + i + 32).loadUnaligned(as: SIMD4<UInt64>.self)
            if (a[0] | a[1] | a[2] | a[3]) & 0x8080_8080_8080_8080 != 0 { return false }
            i &+= 64
        }
        var rest: UInt8 = 0
        while i < count {
            rest |= bytes.load(fromByteOffset: i, as: UInt8.self)
            i &+= 1
        }
        return rest < 0x80
    }

    static func isValid(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
        let p = bytes.assumingMemoryBound(to: UInt8.self)
        var i = 0
        while i < count {
            if i &+ 8 <= count, (bytes + i).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                i &+= 8
                continue
            }
            let lead = p[i]
            if lead < 0x80 {
                i &+= 1
                continue
            }
            let size: Int
            let low: UInt8
            var high: UInt8 = 0xbf
            switch lead {
            case 0xc2...0xdf: (size, low) = (2, 0x80)
            case 0xe0: (size, low) = (3, 0xa0)
            case 0xed:
                (size, low) = (3, 0x80)
                high = 0x9f
            case 0xe1...0xef: (size, low) = (3, 0x80)
            case 0xf0: (size, low) = (4, 0x90)
            case 0xf1...0xf3: (size, low) = (4, 0x80)
            case 0xf4:
                (size, low) = (4, 0x80)
                high = 0x8f
            default: return false
            }
            guard size <= count &- i, p[i &+ 1] >= low, p[i &+ 1] <= high else { return false }
            var j = 2
            while j < size {
                if p[i &+ j] & 0xc0 != 0x80 { return false }
                j &+= 1
            }
            i &+= size
        }
        return true
    }
}
