/// Which rows of a column are not NULL.

import Glibc
import LodeCore

/// Bit masks of one bit per row, least significant first; a set bit is a valid row.
///
/// A column without nulls has no mask at all (`nil`). Bits past the last row are unspecified.
@usableFromInline
package enum Validity {
    @inlinable @inline(__always)
    package static func wordCount(_ rows: Int) -> Int { (rows &+ 63) &>> 6 }

    @inlinable @inline(__always)
    package static func isValid(_ mask: Lanes<UInt64>?, _ row: Int) -> Bool {
        guard let mask else { return true }
        return mask[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 1
    }

    @inlinable @inline(__always)
    package static func isValid(_ mask: Buffer?, _ row: Int) -> Bool {
        guard let mask else { return true }
        return mask.lanes(as: UInt64.self)[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 1
    }

    /// A mask in which every row is valid.
    package static func allValid(_ rows: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: wordCount(rows) * 8)
        buffer.fill(0xff)
        return buffer
    }

    @inlinable @inline(__always)
    package static func clear(_ mask: MutableLanes<UInt64>, _ row: Int) {
        mask[row &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: row & 63))
    }

    /// How many of the first `rows` rows are NULL.
    package static func nullCount(_ mask: Lanes<UInt64>?, _ rows: Int) -> Int {
        guard let mask, rows > 0 else { return 0 }
        var valid = 0
        let whole = rows &>> 6
        var i = 0
        while i < whole {
            valid &+= mask[i].nonzeroBitCount
            i &+= 1
        }
        let rest = rows & 63
        if rest > 0 { valid &+= (mask[whole] & (1 &<< UInt64(rest) &- 1)).nonzeroBitCount }
        return rows &- valid
    }

    /// The rows that are valid in both; nil if that is all of them.
    package static func and(_ left: Buffer?, _ right: Buffer?, _ rows: Int) throws(SQLError) -> Buffer? {
        guard let left else { return right }
        guard let right, right !== left else { return left }
        let words = wordCount(rows)
        let result = try Buffer(byteCount: words * 8)
        let l = left.lanes(as: UInt64.self), r = right.lanes(as: UInt64.self)
        let out = result.lanes(as: UInt64.self)
        var i = 0
        while i < words {
            out[i] = l[i] & r[i]
            i &+= 1
        }
        return result
    }
}
