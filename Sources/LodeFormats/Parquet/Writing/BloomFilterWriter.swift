/// Making the Bloom filter of a column chunk.

import Glibc
import LodeCore
import LodeVectors

/// A split-block Bloom filter: blocks of eight 32-bit words; a value sets one bit in each word of one block.
///
/// It begins as large as the values could need, and is folded to the smallest size that keeps the ratio of false positives.
/// - Source: Parquet format, "Parquet Bloom Filter".
struct BloomFilterWriter {
    private var words: [UInt32]
    private var blocks: Int
    private let falsePositives: Double

    /// - Parameter maxDistinct: distinct values, at most.
    init(_ options: BloomFilterOptions, maxDistinct: Int) {
        falsePositives = options.falsePositives
        let distinct = Double(max(1, min(options.distinct ?? maxDistinct, maxDistinct)))
        // Bits for eight hashes: -8n / ln(1 - p^(1/8)).
        let bits = -8 * distinct / log(1 - pow(options.falsePositives, 1.0 / 8))
        var blocks = 1
        while blocks * BloomFilterReading.blockBytes < BloomFilterReading.maximumBytes, Double(blocks) * 256 < bits { blocks *= 2 }
        self.blocks = blocks
        words = [UInt32](repeating: 0, count: blocks * 8)
    }

    /// Adds a value by the XXH64 of its PLAIN bytes.
    @inline(__always)
    mutating func insert(_ hash: UInt64) {
        let block = Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: blocks)) &>> 32)
        let key = UInt32(truncatingIfNeeded: hash)
        let salts = BloomFilterReading.salts
        var index = 0
        while index < 8 {
            words[block &* 8 &+ index] |= (1 as UInt32) &<< ((key &* salts[index]) &>> 27)
            index &+= 1
        }
    }

    /// Header and bits as written in the file.
    func bytes() -> [UInt8] {
        var filter = self
        // A block of the half-sized filter takes the bits of two neighbours: its number has one bit of the hash less.
        while filter.blocks > 1 {
            var half = filter
            half.blocks = filter.blocks / 2
            half.words = [UInt32](repeating: 0, count: half.blocks * 8)
            for index in half.words.indices {
                let pair = index / 8 * 16 + index % 8
                half.words[index] = filter.words[pair] | filter.words[pair + 8]
            }
            if half.expectedFalsePositives > falsePositives { break }
            filter = half
        }
        var bytes = BloomFilterHeader(bytes: filter.words.count * 4).thriftBytes()
        for word in filter.words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The part of other values that finds all its bits set.
    private var expectedFalsePositives: Double {
        var sum = 0.0
        for block in 0..<blocks {
            var ratio = 1.0
            for word in words[(block * 8)..<(block * 8 + 8)] { ratio *= Double(word.nonzeroBitCount) / 32 }
            sum += ratio
        }
        return sum / Double(blocks)
    }
}
