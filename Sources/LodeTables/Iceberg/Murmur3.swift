/// The hash by which Iceberg puts rows into buckets.

/// MurmurHash3, the 32-bit variant for x86, with the seed 0.
/// - Source: Iceberg spec, "Appendix B: 32-bit Hash Requirements"; the algorithm is Austin Appleby's, in the public domain.
enum Murmur3 {
    static func hash(_ bytes: some Collection<UInt8>) -> Int32 {
        var state: UInt32 = 0, block: UInt32 = 0, filled: UInt32 = 0
        for byte in bytes {
            block |= UInt32(byte) << (filled * 8)
            filled += 1
            guard filled == 4 else { continue }
            state = mixed(state ^ scrambled(block))
            block = 0
            filled = 0
        }
        if filled > 0 { state ^= scrambled(block) }
        return finished(state ^ UInt32(truncatingIfNeeded: bytes.count))
    }

    /// Of the eight bytes of a number, the least significant first.
    static func hash(_ number: Int64) -> Int32 {
        let low = UInt32(truncatingIfNeeded: number), high = UInt32(truncatingIfNeeded: number >> 32)
        return finished(mixed(mixed(scrambled(low)) ^ scrambled(high)) ^ 8)
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
    private static func scrambled(_ block: UInt32) -> UInt32 { rotated(block &* 0xcc9e_2d51, 15) &* 0x1b87_3593 }
    private static func mixed(_ state: UInt32) -> UInt32 { rotated(state, 13) &* 5 &+ 0xe654_6b64 }

    private static func finished(_ state: UInt32) -> Int32 {
        var word = state
        word = (word ^ word >> 16) &* 0x85eb_ca6b
        word = (word ^ word >> 13) &* 0xc2b2_ae35
        return Int32(bitPattern: word ^ word >> 16)
    }
}
