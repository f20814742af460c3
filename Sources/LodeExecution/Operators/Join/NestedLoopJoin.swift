/// Joins without equalities: every row with every row, a block at a time.

import LodeCore
import LodePlan
import LodeVectors
import Synchronization

/// What a nested-loop join computes, resolved once a query.
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
    let columns: [PlanColumn]

    init(
        _ node: JoinNode, left: [PlanColumn], right: [PlanColumn], required: Set<ColumnID>?, _ builder: PipelineBuilder
    ) throws(SQLError) {
        kind = node.kind
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
            condition = isNullAware ? try node.residual.map { predicate throws(SQLError) in try builder.compile(predicate, left + right) } : nil
        } else {
            givesMark = false
            condition = nil
        }
    }

    var flagsRight: Bool { kind == .right || kind == .full }
}

/// Streams the left side by the right side's rows, which a store holds.
final class NestedLoopJoin: Operator {
    let shape: NestedLoopShape
    private let store: ChunkStore
    private let probing = Mutex((workers: 0, isDone: false))
    /// The right side, flat, with a byte a row that tells whether it was matched.
    private let prepared = Mutex<[RightBlock]?>(nil)

    struct RightBlock: Sendable {
        var chunk: Chunk
        var matched: Buffer
    }

    init(_ shape: NestedLoopShape, _ store: ChunkStore) {
        self.shape = shape
        self.store = store
    }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        let isFirst = probing.withLock {
            let isFirst = $0.workers == 0
            if isFirst { $0.isDone = false }
            $0.workers += 1
            return isFirst
        }
        let known = prepared.withLock { $0 }
        if let known, !isFirst { return NestedLoopWorker(self, known, downstream, context) }
        var blocks: [RightBlock] = []
        for chunk in store.chunks {
            var flat: [Column] = []
            for column in chunk.columns { flat.append(column.layout == .flat ? column : try column.flattened()) }
            blocks.append(RightBlock(chunk: Chunk(columns: flat, count: chunk.count), matched: try .zeroed(byteCount: chunk.count)))
        }
        let fresh = blocks
        prepared.withLock { $0 = fresh }
        return NestedLoopWorker(self, fresh, downstream, context)
    }

    /// Whether the caller is the last worker, and the first to be.
    func leave() -> Bool {
        probing.withLock {
            $0.workers -= 1
            guard $0.workers == 0, !$0.isDone else { return false }
            $0.isDone = true
            return true
        }
    }
}
