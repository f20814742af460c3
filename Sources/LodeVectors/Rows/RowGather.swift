/// Rows into columns, a column at a time.

import Glibc
import LodeCore

/// Reads columns out of rows that may lie in any order, in several stores of one layout.
package struct RowGather: @unchecked Sendable {
    package let layout: RowLayout
    private let mayHaveNulls: [Bool]
    private let heaps: [AnyObject]
    private let nullBuffer: Buffer

    /// - Parameter allNullable: whether `nullRow` may be among the rows.
    package init(_ layout: RowLayout, _ stores: [RowStore], allNullable: Bool = false) throws(SQLError) {
        self.layout = layout
        mayHaveNulls = layout.types.indices.map { column in allNullable || stores.contains { $0.mayHaveNulls[column] } }
        heaps = layout.kinds.contains { $0 == .text || $0 == .nested } ? stores.map(\.heap) : []
        nullBuffer = try Buffer.zeroed(byteCount: max(layout.stride, 8))
        (nullBuffer.lanes(as: UInt8.self) + layout.nullOffset).update(repeating: 0xff, count: layout.nullBytes)
    }

    /// A row that is NULL in every column, and whose lanes are harmless.
    package var nullRow: UnsafeMutableRawPointer { nullBuffer.rawAddress }

    /// Column `index` of the `count` rows at `rows`, flat.
    package func column(_ index: Int, _ rows: RowPointers, _ count: Int) throws(SQLError) -> Column {
        let type = layout.types[index], offset = layout.offsets[index]
        if layout.kinds[index] == .nested { return try nested(index, rows, count) }
        let lanes = try Buffer(byteCount: count * layout.kinds[index].bytes)
        switch layout.kinds[index] {
        case .one: copy(UInt8.self, rows, offset, lanes, count)
        case .two: copy(UInt16.self, rows, offset, lanes, count)
        case .four: copy(UInt32.self, rows, offset, lanes, count)
        case .eight: copy(UInt64.self, rows, offset, lanes, count)
        case .sixteen, .text, .nested: copy(TwoWords.self, rows, offset, lanes, count)
        }
        let validity = try mayHaveNulls[index] ? mask(index, rows, count) : nil
        return Column(
            flat: type, count: count, lanes: lanes, validity: validity, heaps: layout.kinds[index] == .text ? heaps : [])
    }

    @inline(__always)
    private func copy<T: BitwiseCopyable>(_: T.Type, _ rows: RowPointers, _ offset: Int, _ lanes: Buffer, _ count: Int) {
        let out = lanes.lanes(as: T.self)
        var i = 0
        while i < count {
            out[i] = (rows[i] + offset).assumingMemoryBound(to: T.self).pointee
            i &+= 1
        }
    }

    private func mask(_ index: Int, _ rows: RowPointers, _ count: Int) throws(SQLError) -> Buffer? {
        let place = layout.nullOffset + index >> 3, shift = UInt8(index & 7)
        let buffer = try Buffer(byteCount: Validity.wordCount(count) * 8)
        let words = buffer.lanes(as: UInt64.self)
        var nulls = false
        var i = 0
        while i < count {
            let end = min(64, count &- i)
            var word: UInt64 = 0, j = 0
            while j < end {
                let byte = rows[i &+ j].load(fromByteOffset: place, as: UInt8.self)
                word |= UInt64(~(byte &>> shift) & 1) &<< UInt64(truncatingIfNeeded: j)
                j &+= 1
            }
            words[i &>> 6] = word
            nulls = nulls || word.nonzeroBitCount != end
            i &+= 64
        }
        return nulls ? buffer : nil
    }

    /// Nested values are put together one by one: they are rare in keys and payloads, and their lanes cannot be copied.
    private func nested(_ index: Int, _ rows: RowPointers, _ count: Int) throws(SQLError) -> Column {
        var values: [Value] = []
        values.reserveCapacity(count)
        for i in 0..<count {
            guard !layout.isNull(rows[i], index), let (column, row) = layout.nestedValue(rows[i], index) else {
                values.append(.null)
                continue
            }
            values.append(column.value(at: row))
        }
        return try Column.make(layout.types[index], values)
    }
}

extension RowLayout {
    /// The kept column and the row in it of a nested lane; nil for the lane of a row that is NULL everywhere.
    func nestedValue(_ row: UnsafeRawPointer, _ column: Int) -> (Column, Int)? {
        let words = (row + offsets[column]).assumingMemoryBound(to: TwoWords.self).pointee
        guard let reference = UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: words.low)) else { return nil }
        return (Unmanaged<Column>.fromOpaque(reference).takeUnretainedValue(), Int(truncatingIfNeeded: words.high))
    }
}
