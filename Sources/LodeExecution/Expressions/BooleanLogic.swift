/// SQL's three-valued AND, OR and NOT over boolean columns.

import LodeCore
import LodeVectors

enum BooleanLogic {
    /// - Requires: both have `count` rows.
    static func and(_ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column {
        try combine(left, right, count, decisive: 0) { $0 & $1 }
    }

    static func or(_ left: Column, _ right: Column, _ count: Int) throws(SQLError) -> Column {
        try combine(left, right, count, decisive: 1) { $0 | $1 }
    }

    static func not(_ column: Column, _ count: Int) throws(SQLError) -> Column {
        if column.layout == .constant {
            if column.isNull(0) { return column }
            return try Column.constant(.boolean(column.lanes(as: UInt8.self)[0] == 0), .boolean, count: count)
        }
        let flat = try column.flattened()
        let lanes = try Buffer(byteCount: count)
        let out = lanes.lanes(as: UInt8.self), input = flat.lanes(as: UInt8.self)
        var i = 0
        while i < count {
            out[i] = (input[i] & 1) ^ 1
            i &+= 1
        }
        return Column(flat: .boolean, count: count, lanes: lanes, validity: flat.validityBuffer)
    }

    /// `decisive` settles the result whatever the other side is: false for AND, true for OR.
    ///
    /// Where one side is NULL and the other settles the result, the operation gives it too, whatever the lane of the NULL holds.
    @inline(__always)
    private static func combine(
        _ left: Column, _ right: Column, _ count: Int, decisive: UInt8, _ operation: (UInt8, UInt8) -> UInt8
    ) throws(SQLError) -> Column {
        let l = try left.flattened(), r = try right.flattened()
        let a = l.lanes(as: UInt8.self), b = r.lanes(as: UInt8.self)
        let lanes = try Buffer(byteCount: count)
        let out = lanes.lanes(as: UInt8.self)
        var i = 0
        while i < count {
            out[i] = operation(a[i], b[i])
            i &+= 1
        }
        guard l.mayHaveNulls || r.mayHaveNulls else { return Column(flat: .boolean, count: count, lanes: lanes) }
        let words = Validity.wordCount(count)
        let validity = try Buffer(byteCount: words * 8)
        let mask = validity.lanes(as: UInt64.self)
        let leftMask = l.mask, rightMask = r.mask, flip: UInt64 = decisive == 0 ? .max : 0
        i = 0
        while i < words {
            let leftValid = leftMask?[i] ?? .max, rightValid = rightMask?[i] ?? .max
            let leftSettles = TruthBits.word(a + i &* 64) ^ flip, rightSettles = TruthBits.word(b + i &* 64) ^ flip
            mask[i] = leftValid & rightValid | leftValid & leftSettles | rightValid & rightSettles
            i &+= 1
        }
        return Column(flat: .boolean, count: count, lanes: lanes, validity: validity)
    }

    /// The rows of a boolean column that are not settled yet: not false for AND, not true for OR.
    static func unsettled(_ column: Column, _ count: Int, decisive: UInt8) throws(SQLError) -> Selection {
        let selection = try Selection(capacity: count)
        let flat = try column.flattened()
        let lanes = flat.lanes(as: UInt8.self), mask = flat.mask, rows = selection.lanes
        var kept = 0, i = 0
        while i < count {
            rows[kept] = UInt32(truncatingIfNeeded: i)
            kept &+= Validity.isValid(mask, i) && lanes[i] == decisive ? 0 : 1
            i &+= 1
        }
        selection.count = kept
        return selection
    }

    /// Splits rows: those where `condition` is true, and the others. `rows` nil means all; the results are row numbers of the chunk.
    static func split(
        _ condition: Column, _ rows: Selection?, _ count: Int
    ) throws(SQLError) -> (yes: Selection, no: Selection) {
        let yes = try Selection(capacity: count), no = try Selection(capacity: count)
        let flat = try condition.flattened()
        let lanes = flat.lanes(as: UInt8.self), mask = flat.mask, accepting = yes.lanes, refusing = no.lanes
        var accepted = 0, refused = 0, i = 0
        while i < count {
            let row = rows.map { $0[i] } ?? UInt32(truncatingIfNeeded: i)
            let isTrue = Validity.isValid(mask, i) && lanes[i] != 0
            accepting[accepted] = row
            refusing[refused] = row
            accepted &+= isTrue ? 1 : 0
            refused &+= isTrue ? 0 : 1
            i &+= 1
        }
        yes.count = accepted
        no.count = refused
        return (yes, no)
    }
}
