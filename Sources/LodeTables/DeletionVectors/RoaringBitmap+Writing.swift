/// Writing compressed sets of row numbers.

import LodeCore

extension RoaringBitmap {
    private static let blockWords = 1024, blocksPerBucket = 1 << 16

    /// 65,536 rows of which some are members.
    private struct Block {
        /// The upper half of the rows' numbers in their bucket.
        var key: UInt16
        var words: ArraySlice<UInt64>
        var members = 0
        var runs = 0

        init(_ key: Int, _ words: ArraySlice<UInt64>) {
            self.key = UInt16(truncatingIfNeeded: key)
            self.words = words
            var carry: UInt64 = 0
            for word in words {
                members += word.nonzeroBitCount
                // A run begins where the bit before is none.
                runs += (word & ~(word << 1 | carry)).nonzeroBitCount
                carry = word >> 63
            }
        }

        /// Whether runs take fewer bytes than the members, or a bitmap of them.
        var isInRuns: Bool { 2 + 4 * runs < plainBytes }
        var plainBytes: Int { members > longestList ? blockWords * 8 : members * 2 }
        var byteCount: Int { isInRuns ? 2 + 4 * runs : plainBytes }
    }

    /// The rows as a 64-bit bitmap, each block in the form that takes the fewest bytes.
    static func write(_ rows: RowPositions) -> [UInt8] {
        var buckets: [(key: Int, blocks: [Block])] = []
        for start in stride(from: 0, to: rows.words.count, by: blockWords) {
            let block = Block(start / blockWords, rows.words[start..<min(start + blockWords, rows.words.count)])
            if block.members == 0 { continue }
            let key = start / blockWords / blocksPerBucket
            if buckets.last?.key == key { buckets[buckets.count - 1].blocks.append(block) } else { buckets.append((key, [block])) }
        }
        var bytes: [UInt8] = []
        append(buckets.count, 8, &bytes)
        for bucket in buckets {
            append(bucket.key, 4, &bytes)
            write(bucket.blocks, &bytes)
        }
        return bytes
    }

    /// One 32-bit bitmap.
    private static func write(_ blocks: [Block], _ bytes: inout [UInt8]) {
        let start = bytes.count, hasRuns = blocks.contains(where: \.isInRuns)
        if hasRuns {
            append(Int(cookieWithRuns) | (blocks.count - 1) << 16, 4, &bytes)
            var flags = Array(repeating: UInt8(0), count: (blocks.count + 7) / 8)
            for (index, block) in blocks.enumerated() where block.isInRuns { flags[index >> 3] |= 1 << UInt8(index & 7) }
            bytes += flags
        } else {
            append(Int(cookieWithoutRuns), 4, &bytes)
            append(blocks.count, 4, &bytes)
        }
        for block in blocks {
            append(Int(block.key), 2, &bytes)
            append(block.members - 1, 2, &bytes)
        }
        if !hasRuns || blocks.count >= offsetsFrom {
            var offset = bytes.count - start + 4 * blocks.count
            for block in blocks {
                append(offset, 4, &bytes)
                offset += block.byteCount
            }
        }
        for block in blocks { write(block, &bytes) }
    }

    private static func write(_ block: Block, _ bytes: inout [UInt8]) {
        if !block.isInRuns, block.members > longestList {
            for index in 0..<blockWords {
                let place = block.words.startIndex + index
                let word = place < block.words.endIndex ? block.words[place] : 0
                for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
            }
            return
        }
        if block.isInRuns { append(block.runs, 2, &bytes) }
        var first = -1, last = -1
        for (index, word) in block.words.enumerated() {
            var bits = word
            while bits != 0 {
                let member = index * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                if !block.isInRuns {
                    append(member, 2, &bytes)
                } else if member == last + 1, first >= 0 {
                    last = member
                } else {
                    appendRun(first, last, &bytes)
                    (first, last) = (member, member)
                }
            }
        }
        if block.isInRuns { appendRun(first, last, &bytes) }
    }

    private static func appendRun(_ first: Int, _ last: Int, _ bytes: inout [UInt8]) {
        if first < 0 { return }
        append(first, 2, &bytes)
        append(last - first, 2, &bytes)
    }

    /// Little-endian.
    private static func append(_ number: Int, _ count: Int, _ bytes: inout [UInt8]) {
        for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (place * 8))) }
    }
}
