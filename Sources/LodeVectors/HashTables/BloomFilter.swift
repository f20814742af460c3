/// A blocked Bloom filter over 64-bit hashes: one cache line, or rather one word, a test.

import LodeCore

/// Says "surely not" or "perhaps". About 3 % of absent hashes pass at 8 bits a key.
///
/// Each hash sets four bits of one 64-bit word: the word is chosen by the high half, the bits by four times six bits of the
/// low half.
package final class BloomFilter: Sendable {
    private let words: Buffer
    private let shift: UInt64
    package let byteCount: Int

    /// A filter for about `keys` hashes (two bytes a key, rounded up to a power of two, at most 64 MB).
    package init(keys: Int) throws(SQLError) {
        var bits = 3
        while bits < 23, (1 << bits) * 4 < max(keys, 1) { bits += 1 }
        byteCount = 8 << bits
        words = try Buffer.zeroed(byteCount: byteCount)
        shift = UInt64(64 - bits)
    }

    @inline(__always)
    private static func mask(_ hash: UInt64) -> UInt64 {
        (1 as UInt64) &<< (hash & 63) | (1 as UInt64) &<< (hash &>> 6 & 63) | (1 as UInt64) &<< (hash &>> 12 & 63)
            | (1 as UInt64) &<< (hash &>> 18 & 63)
    }

    /// Adds hashes. One thread at a time.
    package func insert(_ hashes: Lanes<UInt64>, count: Int) {
        let words = words.lanes(as: UInt64.self, keptBy: self)
        var i = 0
        while i < count {
            let hash = hashes[i]
            words[Int(truncatingIfNeeded: hash &>> shift)] |= Self.mask(hash)
            i &+= 1
        }
    }

    /// Adds everything that is in `other`, which must be of the same size.
    package func merge(_ other: BloomFilter) {
        precondition(other.byteCount == byteCount, "Bloom filters of different sizes don't merge")
        let mine = words.lanes(as: UInt64.self, keptBy: self)
        let theirs = other.words.lanes(as: UInt64.self, keptBy: other)
        var i = 0
        while i < byteCount / 8 {
            mine[i] |= theirs[i]
            i &+= 1
        }
    }

    /// Keeps those of `rows` whose hash may be in the filter; `hashes[i]` belongs to `rows[i]`.
    /// Cost: 1 ns a row while the filter fits the cache.
    package func refine(_ hashes: Lanes<UInt64>, _ rows: Selection) {
        let words = words.lanes(as: UInt64.self, keptBy: self)
        let list = rows.lanes, n = rows.count
        var kept = 0, i = 0
        while i < n {
            let hash = hashes[i], bits = Self.mask(hash)
            list[kept] = list[i]
            kept &+= words[Int(truncatingIfNeeded: hash &>> shift)] & bits == bits ? 1 : 0
            i &+= 1
        }
        rows.count = kept
    }
}
