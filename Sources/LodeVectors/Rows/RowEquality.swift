/// Whether values in rows are equal: to lanes of columns, or to those of other rows.

import CLodeIntrinsics
import LodeCore

/// Equality of some columns, decided a vector at a time.
///
/// Values are equal as SQL says (-0 and 0, NaN and itself, intervals of one length), and NULL equals NULL.
package struct RowEquality: Sendable {
    let layout: RowLayout
    /// Columns to compare, by position in the layout.
    let columns: [Int]

    package init(_ layout: RowLayout, columns: [Int]) {
        self.layout = layout
        self.columns = columns
    }

    /// Keeps in `pairs` those `i` for which row `left[i]` equals row `right[i]` in every column.
    package func refine(_ left: RowPointers, _ right: RowPointers, _ pairs: MutableLanes<UInt32>, _ count: Int) -> Int {
        var kept = count
        for column in columns where kept > 0 { kept = rowsOnly(column, left, right, pairs, kept) }
        return kept
    }

    /// Keeps in `pairs` those `i` for which row `i` of `values` (one flat column a compared column) equals row `rows[i]`.
    package func refine(_ values: [Column], _ rows: RowPointers, _ pairs: MutableLanes<UInt32>, _ count: Int) -> Int {
        var kept = count
        for (index, column) in columns.enumerated() where kept > 0 { kept = withColumn(values[index], column, rows, pairs, kept) }
        return kept
    }

    private func withColumn(
        _ value: Column, _ column: Int, _ rows: RowPointers, _ pairs: MutableLanes<UInt32>, _ count: Int
    ) -> Int {
        switch value.physical {
        case .bool: return flat(UInt8.self, value, column, rows, pairs, count)
        case .int8: return flat(Int8.self, value, column, rows, pairs, count)
        case .int16: return flat(Int16.self, value, column, rows, pairs, count)
        case .int32: return flat(Int32.self, value, column, rows, pairs, count)
        case .int64: return flat(Int64.self, value, column, rows, pairs, count)
        case .int128: return flat(TwoWords.self, value, column, rows, pairs, count)
        case .float32: return flat(Float.self, value, column, rows, pairs, count)
        case .float64: return flat(Double.self, value, column, rows, pairs, count)
        case .text: return flat(StringView.self, value, column, rows, pairs, count)
        case .interval: return flat(Interval.self, value, column, rows, pairs, count)
        case .list, .structure:
            return nested(rows, column, pairs, count) { i in value.isNull(i) ? nil : (value, i) }
        }
    }

    private func rowsOnly(
        _ column: Int, _ left: RowPointers, _ right: RowPointers, _ pairs: MutableLanes<UInt32>, _ count: Int
    ) -> Int {
        switch layout.types[column].physical {
        case .bool: return paired(UInt8.self, column, left, right, pairs, count)
        case .int8: return paired(Int8.self, column, left, right, pairs, count)
        case .int16: return paired(Int16.self, column, left, right, pairs, count)
        case .int32: return paired(Int32.self, column, left, right, pairs, count)
        case .int64: return paired(Int64.self, column, left, right, pairs, count)
        case .int128: return paired(TwoWords.self, column, left, right, pairs, count)
        case .float32: return paired(Float.self, column, left, right, pairs, count)
        case .float64: return paired(Double.self, column, left, right, pairs, count)
        case .text: return paired(StringView.self, column, left, right, pairs, count)
        case .interval: return paired(Interval.self, column, left, right, pairs, count)
        case .list, .structure:
            return nested(right, column, pairs, count) { i in
                layout.isNull(left[i], column) ? nil : layout.nestedValue(left[i], column)
            }
        }
    }

    private func flat<T: OrderedLane>(
        _: T.Type, _ value: Column, _ column: Int, _ rows: RowPointers, _ pairs: MutableLanes<UInt32>, _ count: Int
    ) -> Int {
        precondition(value.layout == .flat, "keys are flat when they meet rows")
        let right = KeptLanes<T>(layout, column, rows)
        if let validity = value.mask {
            return compare(MaskedLanes(base: value.lanes(as: T.self), mask: validity), right, pairs, count)
        }
        return compare(PlainLanes(base: value.lanes(as: T.self)), right, pairs, count)
    }

    private func paired<T: OrderedLane>(
        _: T.Type, _ column: Int, _ left: RowPointers, _ right: RowPointers, _ pairs: MutableLanes<UInt32>, _ count: Int
    ) -> Int {
        compare(KeptLanes<T>(layout, column, left), KeptLanes<T>(layout, column, right), pairs, count)
    }

    @inline(__always)
    private func compare<L: NullableLanes & ~Escapable, R: NullableLanes & ~Escapable>(
        _ left: L, _ right: R, _ pairs: MutableLanes<UInt32>, _ count: Int
    ) -> Int where L.Lane == R.Lane, L.Lane: OrderedLane {
        var kept = 0, j = 0
        while j < count {
            // Rows lie anywhere: what comes soon is asked for now.
            if j &+ 16 < count { right.prefetch(Int(pairs[j &+ 16])) }
            let pair = pairs[j], i = Int(pair)
            let leftNull = left.isNull(i), rightNull = right.isNull(i)
            let same = leftNull ? rightNull : !rightNull && L.Lane.same(left.lane(i), right.lane(i))
            pairs[kept] = pair
            kept &+= same ? 1 : 0
            j &+= 1
        }
        return kept
    }

    private func nested(
        _ rows: RowPointers, _ column: Int, _ pairs: MutableLanes<UInt32>, _ count: Int, _ left: (Int) -> (Column, Int)?
    ) -> Int {
        var kept = 0
        for j in 0..<count {
            let i = Int(pairs[j])
            let right = layout.isNull(rows[i], column) ? nil : layout.nestedValue(rows[i], column)
            let same =
                switch (left(i), right) {
                case (nil, nil): true
                case (let a?, let b?): RowOrder.compare(a.0, a.1, b.0, b.1) == 0
                default: false
                }
            pairs[kept] = pairs[j]
            if same { kept += 1 }
        }
        return kept
    }
}

/// Where a comparison takes values that may be NULL from.
private protocol NullableLanes: ~Escapable {
    associatedtype Lane
    func lane(_ row: Int) -> Lane
    func isNull(_ row: Int) -> Bool
    /// Asks for the row's memory.
    func prefetch(_ row: Int)
}

private struct PlainLanes<Lane>: NullableLanes, ~Escapable {
    let base: Lanes<Lane>

    @_lifetime(copy base)
    init(base: Lanes<Lane>) { self.base = base }

    @inline(__always) func lane(_ row: Int) -> Lane { base[row] }
    @inline(__always) func isNull(_ row: Int) -> Bool { false }
    @inline(__always) func prefetch(_ row: Int) {}
}

private struct MaskedLanes<Lane>: NullableLanes, ~Escapable {
    let base: Lanes<Lane>
    let mask: Lanes<UInt64>

    @_lifetime(copy base, copy mask)
    init(base: Lanes<Lane>, mask: Lanes<UInt64>) {
        self.base = base
        self.mask = mask
    }

    @inline(__always) func lane(_ row: Int) -> Lane { base[row] }
    @inline(__always) func isNull(_ row: Int) -> Bool { mask[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 0 }
    @inline(__always) func prefetch(_ row: Int) {}
}

/// One column of rows.
private struct KeptLanes<Lane>: NullableLanes, ~Escapable {
    let rows: RowPointers
    let offset: Int
    let nullPlace: Int
    let nullBit: UInt8

    @_lifetime(copy rows)
    init(_ layout: RowLayout, _ column: Int, _ rows: RowPointers) {
        self.rows = rows
        offset = layout.offsets[column]
        nullPlace = layout.nullOffset + column >> 3
        nullBit = 1 << UInt8(column & 7)
    }

    @inline(__always) func lane(_ row: Int) -> Lane { (rows[row] + offset).assumingMemoryBound(to: Lane.self).pointee }
    @inline(__always) func isNull(_ row: Int) -> Bool { rows[row].load(fromByteOffset: nullPlace, as: UInt8.self) & nullBit != 0 }
    @inline(__always) func prefetch(_ row: Int) { lode_prefetch(rows[row]) }
}

/// A 128-bit integer at a multiple of eight.
extension TwoWords: OrderedLane {
    @inline(__always) static func same(_ left: TwoWords, _ right: TwoWords) -> Bool { left.low == right.low && left.high == right.high }
    @inline(__always) static func before(_ left: TwoWords, _ right: TwoWords) -> Bool {
        left.high != right.high ? Int64(bitPattern: left.high) < Int64(bitPattern: right.high) : left.low < right.low
    }
}
