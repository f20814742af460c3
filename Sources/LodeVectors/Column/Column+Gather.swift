/// Taking rows out of a column, in any order.

import LodeCore

extension Column {
    /// The rows that `selection` names. Codes stay codes, a constant stays a constant.
    /// Cost: one load and store a row.
    package func gather(_ selection: Selection) throws(SQLError) -> Column {
        let rows = UnsafePointer(selection.rows), n = selection.count
        if layout == .constant { return Column(repeating: self, count: n) }
        let mask = try gatherValidity(rows, n)
        if layout == .dictionary, let dictionary {
            let codes = try Buffer(byteCount: n * 4)
            gatherLanes(pointer(as: Int32.self), rows, codes.base.assumingMemoryBound(to: Int32.self), n)
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
        let codes = pointer(as: UInt32.self)
        var i = 0
        // The selection is the caller's: its row numbers pass through a list of codes.
        return try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: n) { list throws(SQLError) in
            while i < n {
                list[i] = codes[Int(selection.rows[i])]
                i &+= 1
            }
            guard let base = list.baseAddress else { return try gather(selection).flattened() }
            return try dictionary.gatherFlat(UnsafePointer(base), n, validity: try gatherValidity(UnsafePointer(selection.rows), n))
        }
    }

    private func unlessConstant() throws(SQLError) -> Column { layout == .constant ? self : try flattened() }

    /// Rows of a flat column without structure. `rows` must lie within it; they get `mask`.
    func gatherFlat(_ rows: UnsafePointer<UInt32>, _ n: Int, validity mask: Buffer?) throws(SQLError) -> Column {
        let lanes = try Buffer(byteCount: n * physical.stride)
        let out = lanes.base
        switch physical.stride {
        case 1: gatherLanes(pointer(as: UInt8.self), rows, out.assumingMemoryBound(to: UInt8.self), n)
        case 2: gatherLanes(pointer(as: UInt16.self), rows, out.assumingMemoryBound(to: UInt16.self), n)
        case 4: gatherLanes(pointer(as: UInt32.self), rows, out.assumingMemoryBound(to: UInt32.self), n)
        case 8: gatherLanes(pointer(as: UInt64.self), rows, out.assumingMemoryBound(to: UInt64.self), n)
        default:
            gatherLanes(pointer(as: SIMD2<UInt64>.self), rows, out.assumingMemoryBound(to: SIMD2<UInt64>.self), n)
        }
        return Column(flat: type, count: n, lanes: lanes, validity: mask, heaps: heapOwners, children: children)
    }

    /// What a copy of the lanes must keep alive: everything, since strings may point anywhere in it.
    package var heapOwners: [AnyObject] { physical == .text ? owners : [] }

    private func gatherValidity(_ rows: UnsafePointer<UInt32>, _ n: Int) throws(SQLError) -> Buffer? {
        guard let validity else { return nil }
        let mask = try Buffer(byteCount: Validity.wordCount(n) * 8)
        let out = mask.base.assumingMemoryBound(to: UInt64.self)
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
    _ lanes: UnsafePointer<T>, _ rows: UnsafePointer<UInt32>, _ out: UnsafeMutablePointer<T>, _ n: Int
) {
    var i = 0
    while i < n {
        out[i] = lanes[Int(rows[i])]
        i &+= 1
    }
}
