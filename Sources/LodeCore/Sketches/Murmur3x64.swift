/// The hash of theta sketches.

/// MurmurHash3, the 128-bit variant for x64.
/// - Source: the algorithm is Austin Appleby's, in the public domain.
package enum Murmur3x64 {
    private static let factor1: UInt64 = 0x87c3_7b91_1142_53d5
    private static let factor2: UInt64 = 0x4cf5_ad43_2745_937f

    /// The first 64 of its bits.
    package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var first = seed, second = seed, place = 0
        while place &+ 16 <= bytes.count {
            first ^= scrambled(word(bytes, place))
            first = (rotated(first, 27) &+ second) &* 5 &+ 0x52dc_e729
            second ^= scrambled2(word(bytes, place &+ 8))
            second = (rotated(second, 31) &+ first) &* 5 &+ 0x3849_5ab5
            place &+= 16
        }
        var low: UInt64 = 0, high: UInt64 = 0
        for index in place..<bytes.count {
            let byte = UInt64(bytes[index]), offset = index &- place
            if offset < 8 { low |= byte &<< UInt64(offset &* 8) } else { high |= byte &<< UInt64((offset &- 8) &* 8) }
        }
        second ^= scrambled2(high)
        first ^= scrambled(low)
        let count = UInt64(truncatingIfNeeded: bytes.count)
        first ^= count
        second ^= count
        first &+= second
        second &+= first
        return mixed(first) &+ mixed(second)
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    @inline(__always)
    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word &<< bits | word &>> (64 &- bits) }

    @inline(__always)
    private static func scrambled(_ word: UInt64) -> UInt64 { rotated(word &* factor1, 31) &* factor2 }

    @inline(__always)
    private static func scrambled2(_ word: UInt64) -> UInt64 { rotated(word &* factor2, 33) &* factor1 }

    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ word &>> 33) &* 0xff51_afd7_ed55_8ccd
        word = (word ^ word &>> 33) &* 0xc4ce_b9fe_1a85_ec53
        return word ^ word &>> 33
    }
}
