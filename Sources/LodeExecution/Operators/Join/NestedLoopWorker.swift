/// One worker of a nested-loop join.

import LodeCore
import LodePlan
import LodeVectors

/// Makes pairs by repeating single rows of the shorter side beside whole columns of the longer one, which copies nothing.
final class NestedLoopWorker: PassingConsumer {
    private let join: NestedLoopJoin
    let shape: NestedLoopShape
    private let rows: NestedLoopRows
    private var blocks: [NestedLoopRows.Block] { rows.blocks }
    let downstream: any ChunkConsumer
    /// By left row of the chunk: the pairs that matched, and whether a pair was NULL.
    var matches: [Int] = []
    private var unknown: [Bool] = []
    /// The left rows at hand, flat; the block that they meet next, and the row of the shorter side in it.
    private var current: Chunk?
    /// What they ask of the right rows, where the condition sets ranges; the place in the block's index that was reached.
    private var bounds: RangeBounds?
    var place = 0
    private var block = 0
    var row = 0
    var expansion: Expansion
    private var isLast: Bool?
    private var restBlock = 0

    init(_ join: NestedLoopJoin, _ rows: NestedLoopRows, _ downstream: any ChunkConsumer, _ context: ExecutionContext) {
        self.join = join
        shape = join.shape
        self.rows = rows
        self.downstream = downstream
        expansion = Expansion(context)
    }

    var givesPairs: Bool {
        switch shape.kind {
        case .inner, .left, .right, .full, .single: true
        case .semi, .anti, .mark: false
        }
    }

    func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
        if chunk.count == 0 { return .more }
        if blocks.isEmpty {
            switch shape.kind {
            case .inner, .right, .semi: return .enough
            case .left, .full, .single, .anti, .mark: break
            }
        }
        matches = Array(repeating: 0, count: chunk.count)
        unknown = Array(repeating: false, count: chunk.count)
        var left: [Column] = []
        for column in chunk.columns { left.append(column.layout == .dictionary ? column : try column.flattened()) }
        current = Chunk(columns: left, count: chunk.count, batch: chunk.batch)
        bounds = shape.ranges.flatMap { RangeBounds($0, chunk) }
        block = 0
        row = 0
        place = 0
        return try advance()
    }

    func resume() throws(SQLError) -> Demand {
        let demand = try downstream.resume()
        return demand == .more ? try advance() : demand
    }

    /// Goes on with the rows at hand.
    private func advance() throws(SQLError) -> Demand {
        guard let chunk = current else { return .more }
        expansion.begin()
        while block < blocks.count {
            if shape.residual == nil, !givesPairs {
                for row in matches.indices { matches[row] = 1 }
                break
            }
            let demand = try joinBlock(chunk, blocks[block])
            if demand != .more { return demand }
            block += 1
            row = 0
            place = 0
        }
        current = nil
        return try finishChunk(chunk)
    }

    private func joinBlock(_ chunk: Chunk, _ block: NestedLoopRows.Block) throws(SQLError) -> Demand {
        if let bounds, let index = block.index { return try joinRanges(chunk, block, index, bounds) }
        let isRight = block.chunk.count <= chunk.count
        while row < (isRight ? block.chunk.count : chunk.count) {
            let pairs = try isRight ? self.pairs(chunk, withRight: block.chunk) : self.pairs(block.chunk, withLeft: chunk)
            let single = row
            row += 1
            var demand = try match(pairs, block, leftRow: isRight ? nil : single, rightRow: isRight ? single : nil)
            if demand == .more { demand = try expansion.demand() }
            if demand != .more { return demand }
        }
        return .more
    }

    /// The current row of the right side beside all rows of the left one.
    private func pairs(_ chunk: Chunk, withRight right: Chunk) throws(SQLError) -> Chunk {
        let single = try Selection.range(row, 1)
        var columns = chunk.columns
        for column in right.columns { columns.append(Column(repeating: try column.gather(single), count: chunk.count)) }
        return Chunk(columns: columns, count: chunk.count, batch: chunk.batch)
    }

    /// The current row of the left side beside all rows of the right one.
    private func pairs(_ right: Chunk, withLeft chunk: Chunk) throws(SQLError) -> Chunk {
        let single = try Selection.range(row, 1)
        var columns: [Column] = []
        for column in chunk.columns { columns.append(Column(repeating: try column.gather(single).flattened(), count: right.count)) }
        return Chunk(columns: columns + right.columns, count: right.count, batch: chunk.batch)
    }

    /// Tests pairs of which one side is a single row, and passes on those that match.
    private func match(
        _ pairs: Chunk, _ block: NestedLoopRows.Block, leftRow: Int?, rightRow: Int?
    ) throws(SQLError) -> Demand {
        if let condition = shape.condition { try noteUnknown(try condition.evaluate(pairs), pairs.count, leftRow) }
        let kept = try shape.residual?.select(pairs)
        let count = kept?.count ?? pairs.count
        if count == 0 { return .more }
        noteMatches(kept, count, block, leftRow, rightRow)
        if shape.kind == .single, matches.contains(where: { $0 > 1 }) {
            throw SQLError.secondRowOfScalar
        }
        guard givesPairs else { return .more }
        let width = shape.leftTypes.count
        var columns: [Column] = []
        for position in shape.leftOutputs + shape.rightOutputs.map({ $0 + width }) {
            if let kept { columns.append(try pairs.columns[position].gather(kept)) } else { columns.append(pairs.columns[position]) }
        }
        return try downstream.consume(Chunk(columns: columns, count: count, batch: pairs.batch))
    }

    /// Counts the pairs of each left row, and flags the right rows, where the kind of join asks for it.
    private func noteMatches(_ kept: Selection?, _ count: Int, _ block: NestedLoopRows.Block, _ leftRow: Int?, _ rightRow: Int?) {
        let counts = shape.countsMatches, flags = shape.flagsRight
        guard counts || flags else { return }
        let right = block.matched.lanes(as: UInt8.self)
        for i in 0..<count {
            let row = kept.map { Int($0[i]) } ?? i
            if counts { matches[leftRow ?? row] += 1 }
            if flags { right[rightRow ?? row] = 1 }
        }
    }

    private func noteUnknown(_ verdicts: Column, _ count: Int, _ leftRow: Int?) throws(SQLError) {
        guard verdicts.mayHaveNulls else { return }
        for row in 0..<count where verdicts.isNull(row) { unknown[leftRow ?? row] = true }
    }

    /// What is known of the left rows once all of the right side was seen.
    private func finishChunk(_ chunk: Chunk) throws(SQLError) -> Demand {
        switch shape.kind {
        case .inner, .right: return .more
        case .left, .full, .single: return try give(chunk, padded: true) { $0 == 0 }
        case .semi: return try give(chunk, padded: false) { $0 > 0 }
        case .anti: return try give(chunk, padded: false) { $0 == 0 }
        case .mark:
            var columns = shape.leftOutputs.map { chunk.columns[$0] }
            if shape.givesMark { columns.append(try marks(chunk.count)) }
            return try downstream.consume(Chunk(columns: columns, count: chunk.count, batch: chunk.batch))
        }
    }

    private func marks(_ count: Int) throws(SQLError) -> Column {
        let values = (0..<count).map { matches[$0] > 0 ? Value.boolean(true) : unknown[$0] ? .null : .boolean(false) }
        return try Column.make(.boolean, values)
    }

    private func give(_ chunk: Chunk, padded: Bool, _ wanted: (Int) -> Bool) throws(SQLError) -> Demand {
        let rows = try Selection(capacity: chunk.count)
        var n = 0
        for row in 0..<chunk.count where wanted(matches[row]) {
            rows[n] = UInt32(truncatingIfNeeded: row)
            n += 1
        }
        rows.count = n
        if n == 0 { return .more }
        var columns: [Column] = []
        for position in shape.leftOutputs { columns.append(try chunk.columns[position].gather(rows)) }
        if padded {
            for position in shape.rightOutputs { columns.append(try .null(shape.rightTypes[position], count: n)) }
        }
        return try downstream.consume(Chunk(columns: columns, count: n, batch: chunk.batch))
    }

    /// The last worker gives the right rows that nothing matched.
    func giveRest() throws(SQLError) -> Demand {
        let isLast = isLast ?? join.leave(rows)
        self.isLast = isLast
        while isLast, shape.flagsRight, restBlock < blocks.count {
            restBlock += 1
            let demand = try giveUnmatched(blocks[restBlock - 1])
            if demand != .more { return demand }
        }
        return try downstream.giveRest()
    }

    private func giveUnmatched(_ block: NestedLoopRows.Block) throws(SQLError) -> Demand {
        let flags = block.matched.lanes(as: UInt8.self)
        let rows = try Selection(capacity: block.chunk.count)
        for row in 0..<block.chunk.count where flags[row] == 0 {
            rows[rows.count] = UInt32(truncatingIfNeeded: row)
            rows.count += 1
        }
        if rows.count == 0 { return .more }
        var columns: [Column] = []
        for position in shape.leftOutputs { columns.append(try .null(shape.leftTypes[position], count: rows.count)) }
        for position in shape.rightOutputs { columns.append(try block.chunk.columns[position].gather(rows)) }
        return try downstream.consume(Chunk(columns: columns, count: rows.count, batch: JoinBuildShape.lastBatch))
    }
}
