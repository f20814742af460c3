/// Joins without equalities: every row with every row, a block at a time.

import LodeCore
import LodePlan
import LodeVectors

/// What a nested-loop join computes, resolved once per query.
final class NestedLoopShape: Sendable {
    let kind: JoinNode.Kind
    /// Over all columns of the left, then of the right side; nil where every pair matches.
    let residual: RowFilter?
    /// The same, where it matters whether it is NULL.
    let condition: (any CompiledExpression)?
    /// Positions among left and right columns of those that come out.
    let leftOutputs: [Int]
    let rightOutputs: [Int]
    let leftTypes: [SQLType]
    let rightTypes: [SQLType]
    let givesMark: Bool
    /// Whether it matters which right rows found a partner, and how many each left row found.
    let flagsRight: Bool
    let countsMatches: Bool
    let columns: [PlanColumn]
    /// The left side of ranges that partners lie in.
    let ranges: RangeSide?

    /// - Parameter ranges: those of the condition, if the right side is indexed by them.
    init(
        _ node: JoinNode, left: [PlanColumn], right: [PlanColumn], required: Set<ColumnID>?, _ ranges: RangeConditions?,
        _ builder: PipelineBuilder
    ) throws(SQLError) {
        self.ranges = try ranges.map { (r) throws(SQLError) in try RangeSide(r, isLeft: true, left, builder) }
        kind = node.kind
        flagsRight = node.kind == .right || node.kind == .full
        countsMatches = node.kind != .inner && node.kind != .right
        residual = try node.residual.map { predicate throws(SQLError) in
            try RowFilter(predicate, columns: left + right, functions: builder.context.functions)
        }
        columns = node.columns.filter { required?.contains($0.id) ?? true }
        let shown = Set(columns.map(\.id))
        leftOutputs = left.indices.filter { shown.contains(left[$0].id) }
        rightOutputs = right.indices.filter { shown.contains(right[$0].id) }
        leftTypes = left.map(\.type)
        rightTypes = right.map(\.type)
        if case .mark(let column, let isNullAware) = node.kind {
            givesMark = shown.contains(column.id)
            condition =
                isNullAware ? try node.residual.map { predicate throws(SQLError) in try builder.compile(predicate, left + right) } : nil
        } else {
            givesMark = false
            condition = nil
        }
    }
}

/// The right side of a nested-loop join, flat, with a byte per row that tells whether it was matched.
final class NestedLoopRows: Sendable {
    struct Block: Sendable {
        var chunk: Chunk
        var matched: Buffer
        /// Of the ranges that partners lie in, where there are such and their keys could be computed.
        var index: RangeIndex?
    }

    let blocks: [Block]
    private let holds: [MemoryHold]

    init(_ blocks: [Block], _ holds: [MemoryHold]) {
        self.blocks = blocks
        self.holds = holds
    }
}

/// Keeps the right side.
final class NestedLoopBuild: Sink {
    private struct Collected {
        var blocks: [NestedLoopRows.Block] = []
        var holds: [MemoryHold] = []
        var result: NestedLoopRows?
    }

    private let collected = Lock(Collected())
    private let ranges: RangeSide?

    init(_ ranges: RangeSide?) { self.ranges = ranges }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        collected.withLock { if $0.result != nil { $0 = Collected() } }
        return Worker(self, MemoryHold(context.memory, for: "nested-loop join"))
    }

    func complete(_ context: ExecutionContext) throws(SQLError) {
        collected.withLock { all in
            // Blocks of several workers come in any order; batches bring back that of the input.
            let blocks = all.blocks
            let order = blocks.indices.sorted { (blocks[$0].chunk.batch, $0) < (blocks[$1].chunk.batch, $1) }
            all.result = NestedLoopRows(order.map { blocks[$0] }, all.holds)
        }
    }

    /// - Throws: `XX000` before the build has run.
    func result() throws(SQLError) -> NestedLoopRows {
        guard let result = collected.withLock({ $0.result }) else { throw .internalFault("a join probes before its build") }
        return result
    }

    private final class Worker: ChunkConsumer {
        private let build: NestedLoopBuild
        private let hold: MemoryHold
        private var blocks: [NestedLoopRows.Block] = []

        init(_ build: NestedLoopBuild, _ hold: MemoryHold) {
            self.build = build
            self.hold = hold
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            var flat: [Column] = []
            for column in chunk.columns { flat.append(try column.flattened()) }
            let kept = Chunk(columns: flat, count: chunk.count, batch: chunk.batch)
            let index = build.ranges.flatMap { Self.index($0, kept) }
            try hold.grow(by: kept.approximateBytes + (index?.byteCount ?? 0))
            blocks.append(NestedLoopRows.Block(chunk: kept, matched: try .zeroed(byteCount: chunk.count), index: index))
            return .more
        }

        /// Nil where computing the keys fails: the pairs then tell whether anybody asks.
        private static func index(_ ranges: RangeSide, _ chunk: Chunk) -> RangeIndex? {
            do throws(SQLError) {
                return RangeIndex(first: try ranges.firstKeys(chunk), second: try ranges.secondKeys(chunk))
            } catch {
                return nil
            }
        }

        func finish() throws(SQLError) {
            build.collected.withLock {
                $0.blocks += blocks
                $0.holds.append(hold)
            }
        }
    }
}

/// Streams the left side by the right side's rows.
final class NestedLoopJoin: Operator {
    let shape: NestedLoopShape
    private let build: NestedLoopBuild
    private let probing = Lock<(workers: Int, done: NestedLoopRows?)>((0, nil))

    init(_ shape: NestedLoopShape, _ build: NestedLoopBuild) {
        self.shape = shape
        self.build = build
    }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        let rows = try build.result()
        probing.withLock { $0.workers += 1 }
        return NestedLoopWorker(self, rows, downstream, context)
    }

    /// Whether the caller is the last worker. One that begins after that finds the source empty and comes too late.
    func leave(_ rows: NestedLoopRows) -> Bool {
        probing.withLock {
            $0.workers -= 1
            guard $0.workers == 0, $0.done !== rows else { return false }
            $0.done = rows
            return true
        }
    }
}
