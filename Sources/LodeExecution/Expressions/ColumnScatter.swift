/// Putting a column together from parts that were computed for some rows each.

import LodeCore
import LodeVectors

/// The inverse of gathering. Every kind of column, nested ones included.
package enum ColumnScatter {
    /// A column of `count` rows with row `j` of `part` at row `rows[j]`, and NULL elsewhere.
    package static func place(_ part: Column, at rows: Selection, _ count: Int) throws(SQLError) -> Column {
        try overlay(try Column.null(part.type, count: count), part, at: rows, count)
    }

    /// `base` with row `rows[j]` replaced by row `j` of `part`. Both have one type; `base` has `count` rows.
    package static func overlay(_ base: Column, _ part: Column, at rows: Selection, _ count: Int) throws(SQLError) -> Column {
        if rows.count == 0 { return base }
        if base.type.isNested { return try nested(base, part, at: rows, count) }
        let below = try base.flattened(), above = try part.flattened()
        let stride = below.physical.stride
        let lanes = try Buffer(byteCount: max(16, count * stride))
        lanes.copyLanes(of: below, count: count, to: 0)
        switch stride {
        case 1: scatter(UInt8.self, above, rows, lanes)
        case 2: scatter(UInt16.self, above, rows, lanes)
        case 4: scatter(UInt32.self, above, rows, lanes)
        case 8: scatter(UInt64.self, above, rows, lanes)
        default: scatter(SIMD2<UInt64>.self, above, rows, lanes)
        }
        return Column(
            flat: base.type, count: count, lanes: lanes, validity: try mask(below, above, rows, count),
            heaps: below.heapOwners + above.heapOwners)
    }

    @inline(__always)
    private static func scatter<Lane: BitwiseCopyable>(_: Lane.Type, _ part: Column, _ rows: Selection, _ lanes: Buffer) {
        let out = lanes.lanes(as: Lane.self), input = part.lanes(as: Lane.self)
        let list = rows.lanes, n = rows.count
        var j = 0
        while j < n {
            out[Int(list[j])] = input[j]
            j &+= 1
        }
    }

    private static func mask(_ base: Column, _ part: Column, _ rows: Selection, _ count: Int) throws(SQLError) -> Buffer? {
        guard base.mayHaveNulls || part.mayHaveNulls else { return nil }
        let buffer = try Validity.allValid(count)
        let out = buffer.lanes(as: UInt64.self)
        if let below = base.mask { out.update(from: below, count: Validity.wordCount(count)) }
        let above = part.mask, list = rows.lanes
        for j in 0..<rows.count {
            let row = Int(list[j])
            if Validity.isValid(above, j) {
                out[row &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: row & 63)
            } else {
                Validity.clear(out, row)
            }
        }
        return Validity.nullCount(Lanes(out), count) == 0 ? nil : buffer
    }

    /// Lists and structs: the parts one after the other, then gathered into place.
    private static func nested(_ base: Column, _ part: Column, at rows: Selection, _ count: Int) throws(SQLError) -> Column {
        let order = try Selection.range(0, count)
        for j in 0..<rows.count { order[Int(rows[j])] = UInt32(truncatingIfNeeded: count + j) }
        return try concatenate([base, part]).gather(order)
    }

    /// The rows of all parts, in their order. Parts are of one type; there is at least one.
    package static func concatenate(_ parts: [Column]) throws(SQLError) -> Column {
        guard let first = parts.first else { throw .internalFault("nothing to concatenate") }
        if parts.count == 1 { return first }
        let total = parts.reduce(0) { $0 + $1.count }
        var flats: [Column] = []
        for part in parts { flats.append(try part.flattened()) }
        let stride = first.physical.stride
        let lanes = try Buffer(byteCount: max(16, total * stride))
        var row = 0
        var elements = [Int](repeating: 0, count: max(1, first.children.count))
        var heaps: [AnyObject] = []
        for flat in flats {
            lanes.copyLanes(of: flat, count: flat.count, to: row)
            if first.physical == .list {
                shift(lanes, row, flat.count, by: elements[0])
                for (index, child) in flat.children.enumerated() { elements[index] += child.count }
            }
            if flat.physical == .text { heaps += flat.heapOwners }
            row += flat.count
        }
        var children: [Column] = []
        for index in first.children.indices {
            children.append(try concatenate(flats.map { $0.children[index] }))
        }
        return Column(
            flat: first.type, count: total, lanes: lanes, validity: try masks(flats, total), heaps: heaps, children: children)
    }

    private static func shift(_ lanes: Buffer, _ row: Int, _ count: Int, by offset: Int) {
        let ranges = lanes.lanes(as: ListRange.self)
        for i in row..<(row + count) { ranges[i].offset &+= UInt32(truncatingIfNeeded: offset) }
    }

    private static func masks(_ parts: [Column], _ total: Int) throws(SQLError) -> Buffer? {
        guard parts.contains(where: \.mayHaveNulls) else { return nil }
        let buffer = try Validity.allValid(total)
        let out = buffer.lanes(as: UInt64.self)
        var row = 0
        for part in parts {
            if part.mayHaveNulls { for i in 0..<part.count where part.isNull(i) { Validity.clear(out, row + i) } }
            row += part.count
        }
        return buffer
    }
}
