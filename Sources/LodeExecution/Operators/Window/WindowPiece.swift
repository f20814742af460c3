/// Some whole partitions of a window, in order, as one worker computes them.

import LodeCore
import LodePlan
import LodeVectors

/// Rows `first ..< first + count` of the sorted rows. Row numbers below are within the piece.
final class WindowPiece {
    let count: Int
    let gather: RowGather
    private let memory: Buffer
    private let hold: MemoryHold
    /// Where each partition begins, and `count` at the end.
    private(set) var partitionStarts: [Int] = []
    /// Where each group of peers (equal in the order) begins, and `count` at the end. Partitions begin groups.
    private(set) var groupStarts: [Int] = []
    /// By row: its partition and its group, as positions in the lists above.
    private(set) var partitionOf: [Int32] = []
    private(set) var groupOf: [Int32] = []

    init(
        _ sorted: SortedRows, first: Int, count: Int, partition: RowEquality, peers: RowEquality?, _ context: ExecutionContext
    ) throws(SQLError) {
        self.count = count
        gather = sorted.gather
        hold = MemoryHold(context.memory, for: "window")
        try hold.grow(by: count * 40)
        let memory = try Buffer(byteCount: count * MemoryLayout<UnsafeMutableRawPointer>.stride)
        self.memory = memory
        let rows = memory.lanes(as: UnsafeMutableRawPointer.self)
        sorted.addresses(first, count, into: rows)
        guard count <= Int(Int32.max) else { throw SQLError(.programLimitExceeded, "a window partition has more than 2 billion rows") }

        let pairs = try Selection.range(1, max(0, count - 1))
        // Row i continues the partition, or the peers, of row i - 1.
        let within = partition.refine(rows - 1, rows, pairs.lanes, max(0, count - 1))
        let partitions = Self.starts(pairs, within, count)
        let equal = peers?.refine(rows - 1, rows, pairs.lanes, within) ?? within
        let groups = Self.starts(pairs, equal, count)
        partitionStarts = partitions
        groupStarts = groups
        partitionOf = Self.numbers(partitions, count)
        groupOf = Self.numbers(groups, count)
    }

    /// The rows that don't continue what was before them, and `count`.
    private static func starts(_ continuing: Selection, _ kept: Int, _ count: Int) -> [Int] {
        var starts: [Int] = []
        var next = 0
        for row in 0..<count {
            if next < kept, Int(continuing[next]) == row { next += 1 } else { starts.append(row) }
        }
        starts.append(count)
        return starts
    }

    private static func numbers(_ starts: [Int], _ count: Int) -> [Int32] {
        var numbers = [Int32](repeating: 0, count: count)
        for index in 0..<(starts.count - 1) {
            for row in starts[index]..<starts[index + 1] { numbers[row] = Int32(truncatingIfNeeded: index) }
        }
        return numbers
    }

    /// The addresses of the rows.
    var rows: RowPointers {
        @_lifetime(borrow self) get { memory.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }

    var partitionCount: Int { partitionStarts.count - 1 }

    @inline(__always) func partitionStart(_ row: Int) -> Int { partitionStarts[Int(partitionOf[row])] }
    @inline(__always) func partitionEnd(_ row: Int) -> Int { partitionStarts[Int(partitionOf[row]) + 1] }
    @inline(__always) func groupStart(_ row: Int) -> Int { groupStarts[Int(groupOf[row])] }
    @inline(__always) func groupEnd(_ row: Int) -> Int { groupStarts[Int(groupOf[row]) + 1] }

    /// Column `place` of all rows.
    func column(_ place: Int) throws(SQLError) -> Column { try gather.column(place, rows, count) }
}

/// The results of one call over a piece.
protocol WindowValues: AnyObject {
    /// The values of rows `first ..< first + count`, at most a chunk.
    func values(_ first: Int, _ count: Int) throws(SQLError) -> Column
}
