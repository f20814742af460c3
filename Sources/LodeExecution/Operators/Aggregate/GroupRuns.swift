/// Puts the rows of a chunk into the order of their groups, where few groups share it.

import LodeCore
import LodeVectors

/// A counting sort of a chunk's rows by the code of their group; rows of one group keep their order.
///
/// The chunk is cut into `lanes` parts that are counted and placed side by side: with few groups each step waits for the one before
/// on the same counter, and four chains hide that.
final class GroupRuns {
    private static let lanes = 4
    /// Groups beyond this are too many for runs to pay.
    static let maxCodes = 256
    /// Rows that a group must have on average.
    private static let leastRows = 64

    /// The rows of the chunk, group by group.
    let order: Selection
    private let startBuffer: Buffer
    private let counterBuffer: Buffer

    init() throws(SQLError) {
        order = try Selection(capacity: Chunk.capacity)
        startBuffer = try Buffer(byteCount: (Self.maxCodes + 1) * 4)
        counterBuffer = try Buffer(byteCount: Self.maxCodes * Self.lanes * 4)
    }

    /// Where each code's rows begin in `order`; one more entry for the end.
    private var starts: MutableLanes<Int32> {
        @_lifetime(borrow self) get { startBuffer.lanes(as: Int32.self, keptBy: self) }
    }

    private var counters: MutableLanes<Int32> {
        @_lifetime(borrow self) get { counterBuffer.lanes(as: Int32.self, keptBy: self) }
    }

    /// The rows of `code`, as a range of `order`.
    func range(_ code: Int) -> Range<Int> { Int(starts[code])..<Int(starts[code + 1]) }

    /// Sorts `count` rows by their `codes`, which are below `domain`. False, without an order, where runs would be too short.
    /// Cost: two loads and a store a row to count, as much to place.
    func sort(_ codes: Lanes<Int32>, _ count: Int, domain: Int) -> Bool {
        guard domain <= Self.maxCodes, count >= 256, count <= Chunk.capacity else { return false }
        let starts = self.starts, counters = self.counters
        counters.update(repeating: 0, count: domain * Self.lanes)
        let part = count / Self.lanes
        var i = 0
        while i < part {
            counters[Int(codes[i]) &* 4] &+= 1
            counters[Int(codes[part &+ i]) &* 4 &+ 1] &+= 1
            counters[Int(codes[part &* 2 &+ i]) &* 4 &+ 2] &+= 1
            counters[Int(codes[part &* 3 &+ i]) &* 4 &+ 3] &+= 1
            i &+= 1
        }
        // What is left over belongs to the last part.
        i = part &* 4
        while i < count {
            counters[Int(codes[i]) &* 4 &+ 3] &+= 1
            i &+= 1
        }
        var next: Int32 = 0, present = 0
        for code in 0..<domain {
            starts[code] = next
            for lane in 0..<Self.lanes {
                let rows = counters[code * Self.lanes + lane]
                counters[code * Self.lanes + lane] = next
                next += rows
            }
            if next > starts[code] { present += 1 }
        }
        starts[domain] = next
        guard present * Self.leastRows <= count else { return false }
        place(codes, count, part)
        return true
    }

    private func place(_ codes: Lanes<Int32>, _ count: Int, _ part: Int) {
        let order = order, rows = order.lanes, counters = self.counters
        var i = 0
        while i < part {
            place(codes, i, 0, rows, counters)
            place(codes, part &+ i, 1, rows, counters)
            place(codes, part &* 2 &+ i, 2, rows, counters)
            place(codes, part &* 3 &+ i, 3, rows, counters)
            i &+= 1
        }
        i = part &* 4
        while i < count {
            place(codes, i, 3, rows, counters)
            i &+= 1
        }
        order.count = count
    }

    @inline(__always)
    private func place(_ codes: Lanes<Int32>, _ row: Int, _ lane: Int, _ rows: MutableLanes<UInt32>, _ counters: MutableLanes<Int32>) {
        let slot = Int(codes[row]) &* 4 &+ lane
        rows[Int(counters[slot])] = UInt32(truncatingIfNeeded: row)
        counters[slot] &+= 1
    }
}
