/// Which rows of a page hold a value, and the how-manieth value it is.

import Glibc
import LodeCore
import LodeVectors

/// A bit a row (set: there is a value) and the count of set bits before each word.
struct PageNulls {
    /// One word more than the rows need, so that 64 bits can be taken from any row on.
    let words: Buffer
    private let ranks: Buffer
    /// Rows that hold a value.
    let valueCount: Int

    private var bits: Lanes<UInt64> {
        @_lifetime(borrow self) get { Lanes(words.lanes(as: UInt64.self, keptBy: self)) }
    }

    /// From definition levels in the hybrid encoding. A row holds a value if its level is `maximum`.
    /// - Returns: nil if every row does.
    /// - Throws: `XX001` if the levels are damaged.
    static func read(
        _ levels: UnsafeRawPointer, _ byteCount: Int, maximum: Int, rows: Int
    ) throws(SQLError) -> PageNulls? {
        let width = Int.bitWidth - maximum.leadingZeroBitCount
        var cursor = RunLengthCursor(count: byteCount, width: width)
        let words = try Buffer(byteCount: ((rows + 63) / 64 + 2) * 8)
        var writer = BitWriter(words)
        let wanted = UInt32(maximum)
        let isComplete = cursor.runs(rows, of: levels) { length, repeated, bits, index in
            if let repeated {
                writer.append(repeated: repeated == wanted, length)
            } else if width == 1 {
                writer.append(bits: bits, from: index, length)
            } else {
                var i = 0
                while i < length {
                    writer.append(BitUnpacking.value(bits, index &+ i, width: width) == wanted ? 1 : 0, 1)
                    i &+= 1
                }
            }
        }
        guard isComplete else { throw SQLError(.dataCorrupted, "the definition levels of a page end too early") }
        writer.finish()
        return try PageNulls(words, rows: rows)
    }

    /// From one decoded level a row.
    static func make(levels: Buffer, atLeast wanted: UInt8, rows: Int) throws(SQLError) -> PageNulls? {
        let levels = levels.lanes(as: UInt8.self)
        let words = try Buffer(byteCount: ((rows + 63) / 64 + 2) * 8)
        var writer = BitWriter(words)
        var i = 0
        while i < rows {
            writer.append(levels[i] >= wanted ? 1 : 0, 1)
            i &+= 1
        }
        writer.finish()
        return try PageNulls(words, rows: rows)
    }

    /// Nil if no bit is clear.
    private init?(_ words: Buffer, rows: Int) throws(SQLError) {
        let bits = words.lanes(as: UInt64.self)
        let count = (rows + 63) / 64
        var total = 0
        var i = 0
        while i < count {
            total &+= bits[i].nonzeroBitCount
            i &+= 1
        }
        if total == rows { return nil }
        let ranks = try Buffer(byteCount: (count + 1) * 4), rank = ranks.lanes(as: UInt32.self)
        self.ranks = ranks
        self.words = words
        valueCount = total
        var sum: UInt32 = 0
        i = 0
        while i < count {
            rank[i] = sum
            sum &+= UInt32(truncatingIfNeeded: bits[i].nonzeroBitCount)
            i &+= 1
        }
        rank[count] = sum
    }

    /// How many rows before `row` hold a value.
    @inline(__always)
    func rank(_ row: Int) -> Int {
        let below = (UInt64(1) &<< UInt64(truncatingIfNeeded: row & 63)) &- 1
        let before = ranks.lanes(as: UInt32.self)[row &>> 6]
        return Int(before) &+ (bits[row &>> 6] & below).nonzeroBitCount
    }

    @inline(__always)
    func isValid(_ row: Int) -> Bool { bits[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 1 }

    /// The bits of 64 rows from `row` on.
    @inline(__always)
    func word(_ row: Int) -> UInt64 {
        let shift = UInt64(truncatingIfNeeded: row & 63)
        return bits[row &>> 6] &>> shift | (bits[(row &>> 6) &+ 1] &<< 1) &<< (63 &- shift)
    }
}

/// Appends bits to words from the least significant one on.
struct BitWriter {
    private let words: Buffer
    private var pending: UInt64 = 0
    /// Bits so far.
    private(set) var count: Int

    /// Appends behind `count` bits that are there already.
    init(_ words: Buffer, count: Int = 0) {
        self.words = words
        self.count = count
        let used = UInt64(truncatingIfNeeded: count & 63)
        pending = used == 0 ? 0 : words.lanes(as: UInt64.self)[count &>> 6] & ((1 &<< used) &- 1)
    }

    /// The lowest `length` (1...64) bits of `bits`; the others must be zero.
    @inline(__always)
    mutating func append(_ bits: UInt64, _ length: Int) {
        let used = UInt64(truncatingIfNeeded: count & 63)
        pending |= bits &<< used
        if Int(used) &+ length >= 64 {
            words.lanes(as: UInt64.self)[count &>> 6] = pending
            pending = used == 0 ? 0 : bits &>> (64 &- used)
        }
        count &+= length
    }

    mutating func append(repeated bit: Bool, _ length: Int) {
        var rest = length
        while rest > 0 {
            let take = min(rest, 64)
            append(bit ? UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- take) : 0, take)
            rest &-= take
        }
    }

    /// `length` bits of `bits` from number `index` on.
    mutating func append(bits: UnsafeRawPointer, from index: Int, _ length: Int) {
        var i = index
        let end = index &+ length
        while i < end {
            let take = min(end &- i, 56)
            let word = (bits + (i &>> 3)).loadUnaligned(as: UInt64.self) &>> UInt64(truncatingIfNeeded: i & 7)
            append(word & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- take)), take)
            i &+= take
        }
    }

    /// Writes out what is pending, and a zero word after it.
    func finish() {
        let out = words.lanes(as: UInt64.self)
        out[count &>> 6] = pending
        out[(count &>> 6) &+ 1] = 0
    }
}
