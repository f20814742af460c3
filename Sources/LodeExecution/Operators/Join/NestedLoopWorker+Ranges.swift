/// The pairs of a nested-loop join that lie in ranges: found by an index over each block of the right side.

import LodeCore
import LodeVectors

/// What the left rows at hand ask of the right ones.
struct RangeBounds {
    let bounds: [Int64?]
    let least: [Int64?]?
    /// Of all rows.
    let widest: Int64
    let loosest: Int64

    /// Nil where computing them fails: the pairs then tell whether anybody asks.
    init?(_ ranges: RangeSide, _ chunk: Chunk) {
        do throws(SQLError) {
            bounds = try ranges.firstKeys(chunk)
            least = try ranges.secondKeys(chunk)
        } catch {
            return nil
        }
        widest = bounds.lazy.compactMap(\.self).max() ?? .min
        loosest = least?.lazy.compactMap(\.self).min() ?? .min
    }
}

extension NestedLoopWorker {
    private static let batch = 2_048

    /// Goes on with the left row and the place in the index that were reached.
    func joinRanges(
        _ chunk: Chunk, _ block: NestedLoopRows.Block, _ index: RangeIndex, _ bounds: RangeBounds
    ) throws(SQLError) -> Demand {
        if index.excludes(bound: bounds.widest, least: bounds.loosest) { return .more }
        while row < chunk.count {
            let left = try Selection(capacity: Self.batch), right = try Selection(capacity: Self.batch)
            while row < chunk.count, collectRow(index, bounds, left, right) {
                row += 1
                place = 0
            }
            var demand: Demand = left.count == 0 ? .more : try match(left, right, chunk, block)
            if demand == .more { demand = try expansion.demand() }
            if demand != .more { return demand }
        }
        return .more
    }

    /// - Returns: whether there was room for all pairs of the row.
    private func collectRow(_ index: RangeIndex, _ bounds: RangeBounds, _ left: Selection, _ right: Selection) -> Bool {
        guard let bound = bounds.bounds[row], let least = bounds.least.map({ $0[row] }) ?? .min else { return true }
        if !givesPairs, matches[row] > 0 { return true }
        let end = index.end(bound)
        while let found = index.next(from: place, before: end, least: least) {
            let n = left.count
            if n == Self.batch { return false }
            left[n] = UInt32(truncatingIfNeeded: row)
            right[n] = index.row(at: found)
            left.count = n + 1
            right.count = n + 1
            place = found + 1
            if !givesPairs, shape.ranges?.conditions.isAll == true { return true }
        }
        return true
    }

    /// Tests the pairs of left rows and right rows for what the ranges leave open, and passes on those that match.
    private func match(_ left: Selection, _ right: Selection, _ chunk: Chunk, _ block: NestedLoopRows.Block) throws(SQLError) -> Demand {
        var left = left, right = right
        if shape.ranges?.conditions.isAll != true, let residual = shape.residual {
            var columns: [Column] = []
            for column in chunk.columns { columns.append(try column.gather(left)) }
            for column in block.chunk.columns { columns.append(try column.gather(right)) }
            if let kept = try residual.select(Chunk(columns: columns, count: left.count, batch: chunk.batch)) {
                if kept.count == 0 { return .more }
                (left, right) = (try left.picking(kept), try right.picking(kept))
            }
        }
        let flags = block.matched.lanes(as: UInt8.self)
        for i in 0..<left.count {
            if shape.countsMatches { matches[Int(left[i])] += 1 }
            if shape.flagsRight { flags[Int(right[i])] = 1 }
        }
        if shape.kind == .single, matches.contains(where: { $0 > 1 }) { throw SQLError.secondRowOfScalar }
        guard givesPairs else { return .more }
        var columns: [Column] = []
        for position in shape.leftOutputs { columns.append(try chunk.columns[position].gather(left)) }
        for position in shape.rightOutputs { columns.append(try block.chunk.columns[position].gather(right)) }
        return try downstream.consume(Chunk(columns: columns, count: left.count, batch: chunk.batch))
    }
}

extension Selection {
    /// The row numbers at these places.
    fileprivate func picking(_ places: Selection) throws(SQLError) -> Selection {
        let picked = try Selection(capacity: places.count)
        for i in 0..<places.count { picked[i] = self[Int(places[i])] }
        picked.count = places.count
        return picked
    }
}
