/// Which rows of a row group are wanted.

/// A range of rows, or rows that are listed in ascending order. At most `Chunk.capacity`; the list is the caller's.
struct RowSet {
    /// The first row of a range.
    let first: Int
    /// Row numbers, if they are listed.
    let picks: UnsafePointer<UInt32>?
    let count: Int

    static func range(_ first: Int, _ count: Int) -> RowSet { RowSet(first: first, picks: nil, count: count) }

    static func listed(_ rows: UnsafePointer<UInt32>, _ count: Int) -> RowSet { RowSet(first: 0, picks: rows, count: count) }

    @inline(__always)
    subscript(_ index: Int) -> Int { picks.map { Int($0[index]) } ?? first &+ index }

    /// How many rows from number `start` of the set on lie before row `end`.
    func count(from start: Int, before end: Int) -> Int {
        guard let picks else { return min(count, end &- first) &- start }
        if Int(picks[count &- 1]) < end { return count &- start }
        var low = start, high = count
        while low < high {
            let middle = (low &+ high) &>> 1
            if Int(picks[middle]) < end { low = middle &+ 1 } else { high = middle }
        }
        return low &- start
    }
}
