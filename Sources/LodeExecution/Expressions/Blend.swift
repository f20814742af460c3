/// Choosing row by row between two columns.

import LodeCore
import LodeVectors

enum Blend {
    /// Rows of `yes` where `flags` is true, of `no` where it is false or NULL. Cost: about 1 ns a row.
    static func choose(_ flags: Column, _ yes: Column, _ no: Column, _ type: SQLType, _ count: Int) throws(SQLError) -> Column {
        let condition = try flags.flattened()
        let bits = try truth(condition, count)
        let choice = Lanes(bits.lanes(as: UInt8.self))
        let left = yes.layout == .dictionary ? try yes.flattened() : yes
        let right = no.layout == .dictionary ? try no.flattened() : no
        let lanes = try Buffer(byteCount: max(16, count * type.physical.stride))
        switch type.physical.stride {
        case 1: blend(UInt8.self, choice, left, right, lanes, count)
        case 2: blend(UInt16.self, choice, left, right, lanes, count)
        case 4: blend(UInt32.self, choice, left, right, lanes, count)
        case 8: blend(UInt64.self, choice, left, right, lanes, count)
        default: blend(SIMD2<UInt64>.self, choice, left, right, lanes, count)
        }
        let validity = try mask(choice, left, right, count)
        return Column(flat: type, count: count, lanes: lanes, validity: validity, heaps: left.heapOwners + right.heapOwners)
    }

    /// One byte per row: 1 where the condition is true.
    private static func truth(_ condition: Column, _ count: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: count)
        let out = buffer.lanes(as: UInt8.self), input = condition.lanes(as: UInt8.self)
        var i = 0
        if let validity = condition.mask {
            while i < count {
                out[i] = input[i] & UInt8(truncatingIfNeeded: validity[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1)
                i &+= 1
            }
        } else {
            while i < count {
                out[i] = input[i] & 1
                i &+= 1
            }
        }
        return buffer
    }

    @inline(__always)
    private static func blend<Lane: BitwiseCopyable>(
        _: Lane.Type, _ choice: Lanes<UInt8>, _ left: Column, _ right: Column, _ lanes: Buffer, _ count: Int
    ) {
        let out = lanes.lanes(as: Lane.self)
        let a = left.lanes(as: Lane.self), b = right.lanes(as: Lane.self)
        let aConstant = left.layout == .constant, bConstant = right.layout == .constant
        let x = a[0], y = b[0]
        var i = 0
        switch (aConstant, bConstant) {
        case (false, false):
            while i < count {
                out[i] = choice[i] != 0 ? a[i] : b[i]
                i &+= 1
            }
        case (false, true):
            while i < count {
                out[i] = choice[i] != 0 ? a[i] : y
                i &+= 1
            }
        case (true, false):
            while i < count {
                out[i] = choice[i] != 0 ? x : b[i]
                i &+= 1
            }
        case (true, true):
            while i < count {
                out[i] = choice[i] != 0 ? x : y
                i &+= 1
            }
        }
    }

    /// A bit a row: whether the value that was chosen is there.
    private static func mask(
        _ choice: Lanes<UInt8>, _ left: Column, _ right: Column, _ count: Int
    ) throws(SQLError) -> Buffer? {
        guard left.mayHaveNulls || right.mayHaveNulls else { return nil }
        let words = Validity.wordCount(count)
        let validity = try Buffer(byteCount: words * 8)
        let out = validity.lanes(as: UInt64.self)
        let leftMask = rowMask(left), rightMask = rowMask(right)
        let leftWord: UInt64 = left.isConstantNull ? 0 : .max, rightWord: UInt64 = right.isConstantNull ? 0 : .max
        var i = 0
        while i < words {
            let chosen = TruthBits.word(choice + i &* 64)
            out[i] = chosen & (leftMask?[i] ?? leftWord) | ~chosen & (rightMask?[i] ?? rightWord)
            i &+= 1
        }
        return Validity.nullCount(Lanes(out), count) == 0 ? nil : validity
    }

    /// The mask of a column that has a bit per row.
    @_lifetime(borrow column)
    private static func rowMask(_ column: Column) -> Lanes<UInt64>? { column.layout == .constant ? nil : column.mask }
}
