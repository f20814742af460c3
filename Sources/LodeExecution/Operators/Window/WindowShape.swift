/// What a window computes, resolved once per query.

import LodeCore
import LodePlan
import LodeVectors

/// Calls with their expressions as columns of the sorted rows.
final class WindowShape: Sendable {
    struct Call: Sendable {
        let call: WindowCall
        /// Row columns of the arguments, the filter and the frame's offsets.
        let arguments: [Int]
        let filter: Int?
        let startOffset: Int?
        let endOffset: Int?
        /// The type of a frame offset, for RANGE.
        let offsetTypes: (start: SQLType?, end: SQLType?)
    }

    let sort: SortShape
    let partition: RowEquality
    let peers: RowEquality?
    let order: [RowSortKey]
    let calls: [Call]
    let columns: [PlanColumn]

    /// - Parameter inBatches: whether the input's rows come from several workers, with batches that tell their order.
    init(
        _ node: WindowNode, input: [PlanColumn], required: Set<ColumnID>?, inBatches: Bool, _ builder: PipelineBuilder
    ) throws(SQLError) {
        var extra: [BoundExpression] = []
        var places: [[Int]] = []
        for call in node.calls {
            if call.isDistinct, case .aggregate = call.function {
                throw .unsupported("DISTINCT in the window function \(call.name)", at: call.span)
            }
            places.append(Array(extra.count..<(extra.count + call.expressions.count)))
            extra += call.expressions
        }
        let keys = node.partition.map { SortKey($0) } + node.order
        let sort = try SortShape(
            keys, extra: extra, input: input, required: required, inBatches: inBatches && node.dependsOnOrder, builder)
        self.sort = sort
        partition = RowEquality(sort.layout, columns: sort.order.keys.prefix(node.partition.count).map(\.column))
        let order = Array(sort.order.keys.dropFirst(node.partition.count).prefix(node.order.count))
        self.order = order
        peers = order.isEmpty ? nil : RowEquality(sort.layout, columns: order.map(\.column))
        calls = zip(node.calls, places).map { call, places in
            var rest = places.map { sort.extraPlaces[$0] }[...]
            let arguments = call.arguments.map { _ in rest.removeFirst() }
            let filter = call.filter.map { _ in rest.removeFirst() }
            let start = call.frame.start.offset.map { _ in rest.removeFirst() }
            let end = call.frame.end.offset.map { _ in rest.removeFirst() }
            return Call(
                call: call, arguments: arguments, filter: filter, startOffset: start, endOffset: end,
                offsetTypes: (call.frame.start.offset?.type, call.frame.end.offset?.type))
        }
        columns = sort.columns + node.calls.map(\.column)
    }

    /// What computes a call over a piece.
    func values(_ call: Call, _ piece: WindowPiece, _ context: ExecutionContext) throws(SQLError) -> any WindowValues {
        switch call.call.function {
        case .aggregate(let aggregate):
            let aggregate = aggregate.limited(by: context.memory, name: call.call.name, staysUntilEnd: false)
            return try WindowAggregate(aggregate, call, piece, try frames(call, piece), context)
        case .window(let kind):
            switch kind {
            case .ranking(let function): return try RankingValues(function, call, piece)
            case .offset(let function): return try OffsetValues(isLead: function == .lead, call, piece)
            case .frame(let function): return try FrameValues(function, call, piece, try frames(call, piece))
            }
        }
    }

    private func frames(_ call: Call, _ piece: WindowPiece) throws(SQLError) -> WindowFrames {
        try WindowFrames(call, piece, order)
    }
}
