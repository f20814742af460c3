/// Rows of one file, by their numbers.

import LodeCore

/// A set of row numbers, counted from 0 at the file's first row: one bit per row up to the last member.
package struct RowPositions: Hashable, Sendable {
    /// 64 rows each, the lowest bit first.
    private(set) var words: [UInt64] = []
    /// How many rows are members.
    package private(set) var count = 0

    package init() {}

    package init(_ rows: some Sequence<Int64>) { for row in rows { _ = insert(row) } }

    /// What the set takes, in bytes.
    package var byteCount: Int { words.count * 8 }

    /// Bytes by which inserting `row` would make the set larger; nil for what is no row number.
    package func growth(for row: Int64) -> Int? {
        guard row >= 0, row < Self.end else { return nil }
        return max(0, Int(row >> 6) + 1 - words.count) * 8
    }

    /// - Returns: whether it was no member before. What is no row number never becomes one.
    package mutating func insert(_ row: Int64) -> Bool {
        guard row >= 0, row < Self.end else { return false }
        let word = Int(row >> 6), bit = UInt64(1) << UInt64(row & 63)
        if word >= words.count { words += Array(repeating: 0, count: word + 1 - words.count) }
        if words[word] & bit != 0 { return false }
        words[word] |= bit
        count += 1
        return true
    }

    package mutating func formUnion(_ other: RowPositions) {
        if other.words.count > words.count { words += Array(repeating: 0, count: other.words.count - words.count) }
        for (index, word) in other.words.enumerated() {
            count += (word & ~words[index]).nonzeroBitCount
            words[index] |= word
        }
    }

    /// The members that `other` has not.
    package func subtracting(_ other: RowPositions) -> RowPositions {
        var left = self
        for (index, word) in other.words.prefix(words.count).enumerated() {
            left.count -= (word & words[index]).nonzeroBitCount
            left.words[index] &= ~word
        }
        return left
    }

    /// The rows of `0 ..< rowCount` that are no members.
    package func complement(below rowCount: Int) -> RowPositions {
        var all = RowPositions()
        guard rowCount > 0, Int64(rowCount) <= Self.end else { return all }
        all.words = Array(repeating: ~0, count: (rowCount + 63) / 64)
        if rowCount & 63 != 0 { all.words[all.words.count - 1] = (1 << UInt64(rowCount & 63)) - 1 }
        all.count = rowCount
        return all.subtracting(self)
    }

    package func contains(_ row: Int64) -> Bool {
        guard row >= 0, row >> 6 < Int64(words.count) else { return false }
        return words[Int(row >> 6)] & (UInt64(1) << UInt64(row & 63)) != 0
    }

    /// Puts the places of those of `count` row numbers that are no members into `places`.
    /// - Returns: how many those are.
    package func select(_ rows: UnsafePointer<Int64>, _ count: Int, without places: UnsafeMutablePointer<UInt32>) -> Int {
        words.withUnsafeBufferPointer { words in
            var kept = 0, index = 0
            while index < count {
                // What is no row number lies behind all words.
                let word = UInt64(bitPattern: rows[index]) &>> 6, isKnown = word < UInt64(words.count)
                let bit = isKnown ? words[Int(word)] &>> UInt64(rows[index] & 63) & 1 : 0
                places[kept] = UInt32(truncatingIfNeeded: index)
                kept &+= 1 &- Int(bit)
                index &+= 1
            }
            return kept
        }
    }

    /// No file has as many rows.
    private static let end: Int64 = 1 << 40
}
