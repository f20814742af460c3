/// The order of rows that several workers read: what lists, first values and ties are put right by.
///
/// Workers read batches of a source in turns, each batch by one of them and in order. A state that was given the batches of its rows
/// merges to what one worker would have made of all rows in order, whatever the states were merged in.

import LodeCore
import LodeVectors

/// Batches as aggregates see them.
enum Batch {
    /// Rows that come in the order in which they count.
    static let none: Int64 = -1

    /// The batch that stands behind the `arity` arguments; `none` where nothing does.
    @inline(__always)
    static func of(_ arguments: [Column], arity: Int) -> Int64 {
        guard arguments.count > arity, arguments[arity].count > 0, case .integer(let batch) = arguments[arity].value(at: 0) else {
            return none
        }
        return batch
    }
}

/// Which batches the elements of a list are of, as runs in the order in which they came.
struct BatchRuns {
    private struct Run {
        var batch: Int64
        var start: Int
        var lead: UInt32
    }

    /// Of the first run, which begins at 0.
    private var batch = Int64.min
    private var lead: UInt32 = 0
    /// Small lists have none.
    private var later: [Run] = []

    var isEmpty: Bool { batch == .min }
    var byteCount: Int { later.capacity * MemoryLayout<Run>.stride }

    /// An element of `batch` comes behind the `count` that there are.
    /// - Parameter lead: how much of it is left out where it turns out to be the very first.
    @inline(__always)
    mutating func begin(_ batch: Int64, at count: Int, lead: UInt32 = 0) {
        if batch == self.batch, later.isEmpty { return }
        start(batch, count, lead)
    }

    private mutating func start(_ batch: Int64, _ count: Int, _ lead: UInt32) {
        if isEmpty {
            self.batch = batch
            self.lead = lead
        } else if batch != later.last?.batch ?? self.batch {
            later.append(Run(batch: batch, start: count, lead: lead))
        }
    }

    /// The elements of another list come behind the `count` that there are.
    mutating func append(_ other: BatchRuns, at count: Int) {
        if other.isEmpty { return }
        begin(other.batch, at: count, lead: other.lead)
        for run in other.later { begin(run.batch, at: count + run.start, lead: run.lead) }
    }

    /// Calls `body` with the positions of `count` elements in the order of their batches, and with what the first of them leaves out
    /// where it is the very first.
    @inline(__always)
    func forEachPiece<E: Error>(_ count: Int, _ body: (Range<Int>, Int) throws(E) -> Void) throws(E) {
        if later.isEmpty { return try body(0..<count, Int(lead)) }
        for piece in pieces(count) { try body(piece.range, piece.lead) }
    }

    @inline(never)
    private func pieces(_ count: Int) -> [(range: Range<Int>, lead: Int)] {
        let runs = [Run(batch: batch, start: 0, lead: lead)] + later
        return runs.indices.sorted { (runs[$0].batch, $0) < (runs[$1].batch, $1) }.map { index in
            (runs[index].start..<(index + 1 < runs.count ? runs[index + 1].start : count), Int(runs[index].lead))
        }
    }
}

/// When something was first seen: the batch, and by how many rows of its state before.
struct FirstSeen: Comparable {
    var batch: Int64
    var rows: Int

    static func < (left: FirstSeen, right: FirstSeen) -> Bool { (left.batch, left.rows) < (right.batch, right.rows) }

    /// What was seen in another state comes behind the `rows` of this one, unless batches say it better.
    func behind(_ rows: Int) -> FirstSeen { batch == Batch.none ? FirstSeen(batch: batch, rows: rows) : self }

    /// Sees it again.
    /// - Returns: whether that was before: of values that are equal and differ all the same, as 0 and -0 do, the first one stays.
    mutating func merge(_ other: FirstSeen) -> Bool {
        guard other.batch < batch else { return false }
        self = other
        return true
    }
}
