/// Taking rows out of a column, in any order.

import LodeCore

extension Column {
    /// The rows that `selection` names. Codes stay codes, a constant stays a constant.
    /// Cost: one load and store a row.
    package func gather(_ selection: Selection) throws(SQLError) -> Column {
        let rows = Lanes(selection.lanes), n = selection.count
        if layout == .constant { return Column(repeating: self, count: n) }
        let mask = try gatherValidity(rows, n)
        if layout == .dictionary, let dictionary {
            let codes = try Buffer(byteCount: n * 4)
            gatherLanes(lanes(as: Int32.self), rows, codes.lanes(as: Int32.self), n)
            return Column(codes: codes, count: n, dictionary: dictionary, validity: mask)
        }
        if physical == .structure {
            var fields: [Column] = []
            for child in children { fields.append(try child.gather(selection)) }
            return Column(flat: type, count: n, lanes: try Buffer(byteCount: 0), validity: mask, children: fields)
        }
        return try gatherFlat(rows, n, validity: mask)
    }

    /// The rows that `selection` names, dictionary codes turned into values on the way; a constant stays a constant.
    /// Cost: two dependent loads and a store a row.
    package func gatherValues(_ selection: Selection) throws(SQLError) -> Column {
        guard layout == .dictionary, let dictionary, dictionary.count > 0, !type.isNested else {
            return try gather(selection).unlessConstant()
        }
        let n = selection.count
        let codes = lanes(as: UInt32.self), rows = selection.lanes
        var i = 0
        // The selection is the caller's: its row numbers pass through a list of codes.
        return try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: n) { list throws(SQLError) in
            while i < n {
                list[i] = codes[Int(rows[i])]
                i &+= 1
            }
            guard let base = list.baseAddress else { return try gather(selection).flattened() }
            let rows = Lanes(UnsafePointer(base), keptBy: list)
            return try dictionary.gatherFlat(rows, n, validity: try gatherValidity(Lanes(selection.lanes), n))
        }
    }

    private func unlessConstant() throws(SQLError) -> Column { layout == .constant ? self : try flattened() }

    /// Rows of a flat column without structure. `rows` must lie within it; they get `mask`.
    func gatherFlat(_ rows: Lanes<UInt32>, _ n: Int, validity mask: Buffer?) throws(SQLError) -> Column {
        let buffer = try Buffer(byteCount: n * physical.stride)
        switch physical.stride {
        case 1: gatherLanes(lanes(as: UInt8.self), rows, buffer.lanes(as: UInt8.self), n)
        case 2: gatherLanes(lanes(as: UInt16.self), rows, buffer.lanes(as: UInt16.self), n)
        case 4: gatherLanes(lanes(as: UInt32.self), rows, buffer.lanes(as: UInt32.self), n)
        case 8: gatherLanes(lanes(as: UInt64.self), rows, buffer.lanes(as: UInt64.self), n)
        default:
            gatherLanes(lanes(as: SIMD2<UInt64>.self), rows, buffer.lanes(as: SIMD2<UInt64>.self), n)
        }
        return Column(flat: type, count: n, lanes: buffer, validity: mask, heaps: heapOwners, children: children)
    }

    /// What a copy of the lanes must keep alive: everything, since strings may point anywhere in it.
    package var heapOwners: [AnyObject] { physical == .text ? owners : [] }

    private func gatherValidity(_ rows: Lanes<UInt32>, _ n: Int) throws(SQLError) -> Buffer? {
        guard let validity = self.mask else { return nil }
        let mask = try Buffer(byteCount: Validity.wordCount(n) * 8)
        let out = mask.lanes(as: UInt64.self)
        var i = 0
        var nulls = false
        while i < n {
            var word: UInt64 = 0
            let end = min(64, n &- i)
            var j = 0
            while j < end {
                let row = Int(rows[i &+ j])
                word |= (validity[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1) &<< UInt64(truncatingIfNeeded: j)
                j &+= 1
            }
            out[i &>> 6] = word
            nulls = nulls || word.nonzeroBitCount != end
            i &+= 64
        }
        return nulls ? mask : nil
    }
}

@inline(__always)
private func gatherLanes<T: BitwiseCopyable>(
    _ lanes: Lanes<T>, _ rows: Lanes<UInt32>, _ out: MutableLanes<T>, _ n: Int
) {
    var i = 0
    while i < n {
        out[i] = lanes[Int(rows[i])]
        i &+= 1
    }
}
