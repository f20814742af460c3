/// Which rows of a row group are wanted.

import LodeVectors

/// A range of rows, or rows that are listed in ascending order. At most `Chunk.capacity`; the list is the caller's.
struct RowSet: ~Escapable {
    /// The first row of a range.
    let first: Int
    /// Row numbers, if they are listed.
    let picks: Lanes<UInt32>?
    let count: Int
    let isListed: Bool

    @_lifetime(immortal)
    private init(first: Int, _ count: Int) {
        self.first = first
        self.count = count
        picks = nil
        isListed = false
    }

    @_lifetime(copy rows)
    private init(listed rows: Lanes<UInt32>, _ count: Int) {
        first = 0
        self.count = count
        picks = rows
        isListed = true
    }

    @_lifetime(immortal)
    static func range(_ first: Int, _ count: Int) -> RowSet { RowSet(first: first, count) }

    @_lifetime(copy rows)
    static func listed(_ rows: Lanes<UInt32>, _ count: Int) -> RowSet { RowSet(listed: rows, count) }

    @inline(__always)
    subscript(_ index: Int) -> Int {
        guard let picks else { return first &+ index }
        return Int(picks[index])
    }

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
