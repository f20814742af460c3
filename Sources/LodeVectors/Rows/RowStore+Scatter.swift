/// Columns into rows, a column at a time.

import Glibc
import LodeCore

/// Row `i` of the result is row `rows[i]` of `base`.
struct SelectedLanes<Source: LaneSource & ~Escapable>: LaneSource, ~Escapable {
    let base: Source
    let rows: Lanes<UInt32>

    @_lifetime(copy base, copy rows)
    init(base: Source, rows: Lanes<UInt32>) {
        self.base = base
        self.rows = rows
    }

    @inline(__always) func lane(_ row: Int) -> Source.Lane { base.lane(Int(rows[row])) }
}

extension RowStore {
    /// Writes rows of `column` into the lanes of column `index` of the fresh rows.
    func scatter(_ column: Column, _ index: Int, _ rows: Lanes<UInt32>?, _ count: Int) throws(SQLError) {
        let offset = layout.offsets[index]
        switch layout.kinds[index] {
        case .one: lanes(UInt8.self, column, offset, rows, count)
        case .two: lanes(UInt16.self, column, offset, rows, count)
        case .four: lanes(UInt32.self, column, offset, rows, count)
        case .eight: lanes(UInt64.self, column, offset, rows, count)
        case .sixteen: lanes(TwoWords.self, column, offset, rows, count)
        case .text: try texts(column, offset, rows, count)
        case .nested: nested(column, offset, rows, count)
        }
        if column.mayHaveNulls { nulls(column, index, rows, count) }
    }

    private func lanes<T: BitwiseCopyable>(_: T.Type, _ column: Column, _ offset: Int, _ rows: Lanes<UInt32>?, _ count: Int) {
        let pointers = freshRows
        switch column.layout {
        case .constant: put(RepeatedLane(value: column.lanes(as: T.self)[0]), offset, count, pointers)
        case .flat:
            let lanes = FlatLanes(base: column.lanes(as: T.self))
            if let rows {
                put(SelectedLanes(base: lanes, rows: rows), offset, count, pointers)
            } else {
                put(lanes, offset, count, pointers)
            }
        case .dictionary:
            guard let dictionary = column.dictionary, dictionary.count > 0 else {
                return clear(offset, MemoryLayout<T>.size, count, pointers)
            }
            let lanes = CodedLanes(values: dictionary.lanes(as: T.self), codes: column.lanes(as: Int32.self))
            if let rows {
                put(SelectedLanes(base: lanes, rows: rows), offset, count, pointers)
            } else {
                put(lanes, offset, count, pointers)
            }
        }
    }

    @inline(__always)
    private func lane(_ index: Int, _ rows: Lanes<UInt32>?) -> Int {
        guard let rows else { return index }
        return Int(rows[index])
    }

    @inline(__always)
    private func put<S: LaneSource & ~Escapable>(
        _ source: S, _ offset: Int, _ count: Int, _ pointers: RowPointers
    ) where S.Lane: BitwiseCopyable {
        var i = 0
        while i < count {
            (pointers[i] + offset).assumingMemoryBound(to: S.Lane.self).pointee = source.lane(i)
            i &+= 1
        }
    }

    private func clear(_ offset: Int, _ bytes: Int, _ count: Int, _ pointers: RowPointers) {
        var i = 0
        while i < count {
            memset(pointers[i] + offset, 0, bytes)
            i &+= 1
        }
    }

    /// Long strings are copied, unless they are a dictionary's: that is kept, for its strings are few and shared.
    private func texts(_ column: Column, _ offset: Int, _ rows: Lanes<UInt32>?, _ count: Int) throws(SQLError) {
        let pointers = freshRows
        switch column.layout {
        case .dictionary:
            guard let dictionary = column.dictionary, dictionary.count > 0 else { return clear(offset, 16, count, pointers) }
            heap.keep(dictionary)
            lanes(StringView.self, column, offset, rows, count)
        case .constant:
            var view = column.lanes(as: StringView.self)[0]
            if !view.isInline { view = try heap.copy(view) }
            put(RepeatedLane(value: view), offset, count, pointers)
        case .flat:
            let lanes = column.lanes(as: StringView.self)
            var i = 0
            while i < count {
                var view = lanes[lane(i, rows)]
                if !view.isInline { view = try heap.copy(view) }
                (pointers[i] + offset).assumingMemoryBound(to: StringView.self).pointee = view
                i &+= 1
            }
        }
    }

    private func nested(_ column: Column, _ offset: Int, _ rows: Lanes<UInt32>?, _ count: Int) {
        heap.keep(column)
        let reference = UInt64(UInt(bitPattern: Unmanaged.passUnretained(column).toOpaque()))
        let pointers = freshRows
        var i = 0
        while i < count {
            let row = lane(i, rows)
            (pointers[i] + offset).assumingMemoryBound(to: TwoWords.self).pointee = TwoWords(
                low: reference, high: UInt64(truncatingIfNeeded: row))
            i &+= 1
        }
    }

    private func nulls(_ column: Column, _ index: Int, _ rows: Lanes<UInt32>?, _ count: Int) {
        guard let validity = column.mask else { return }
        let place = layout.nullOffset + index >> 3, bit = UInt8(1) << UInt8(index & 7), isConstant = column.layout == .constant
        let pointers = freshRows
        var found = false
        var i = 0
        while i < count {
            let row = isConstant ? 0 : lane(i, rows)
            if !Validity.isValid(validity, row) {
                let byte = (pointers[i] + place).assumingMemoryBound(to: UInt8.self)
                byte.pointee |= bit
                found = true
            }
            i &+= 1
        }
        if found { noteNulls(index) }
    }
}
