/// Lowering of INTERSECT and EXCEPT: joins on all columns.

import LodeCore
import LodePlan

extension PipelineBuilder {
    /// INTERSECT keeps the distinct left rows that the right side has, EXCEPT those that it hasn't. With ALL, equal rows are
    /// numbered on both sides first, so that the first left one pairs with the first right one, and so on.
    static func lowerIntersectExcept(_ node: SetOperationNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let isAll = node.kind == .intersectAll || node.kind == .exceptAll
        let keeps = node.kind == .intersect || node.kind == .intersectAll
        guard node.inputs.count == 2 else { throw .internalFault("\(node.title) of \(node.inputs.count) inputs") }
        var right = try builder.lower(node.inputs[1], child: 1)
        if isAll { right = try numbered(right, 1, &builder) }
        var keys = zip(node.inputs[0].columns, node.inputs[1].columns).map {
            JoinNode.Key($0.reference, $1.reference, matchesNull: true)
        }
        if isAll {
            keys.append(
                JoinNode.Key(.column(syntheticColumn(0), .bigint), .column(syntheticColumn(1), .bigint), matchesNull: true))
        }
        let join = JoinNode(kind: keeps ? .semi : .anti, left: node.inputs[0], right: node.inputs[1], keys: keys)
        let kept = try JoinBuildShape(join, buildsLeft: false, columns: right.columns, required: nil, builder)
        let build = JoinBuild(kept, filters: [], metrics: builder.nodeMetrics)
        let built = builder.finish(right, into: build, name: node.title)

        var left = try builder.lower(node.inputs[0], child: 0)
        if isAll { left = try numbered(left, 0, &builder) } else { left = try aggregate(distinct: left, &builder) }
        let shape = try JoinShape(join, kept, probe: left.columns, builder)
        let joined = left.appending(HashJoinProbe(shape, build), columns: shape.columns, needing: built)
        let shown = try builder.compile(node.inputs[0].columns.map(\.reference), joined.columns)
        return joined.appending(ProjectOperator(shown), columns: node.columns)
    }

    /// The rows with their number among equal ones, as column `syntheticColumn(side)`.
    private static func numbered(_ input: OpenPipeline, _ side: Int, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let number = PlanColumn(syntheticColumn(side), "row_number", .bigint, nullable: false)
        let call = WindowCall(
            column: number, name: "row_number", function: .window(.ranking(.rowNumber)), arguments: [], frame: .standard)
        let node = WindowNode(
            input: .values(ValuesNode(columns: input.columns, rows: [])), partition: input.columns.map(\.reference), order: [],
            calls: [call])
        return try window(node, input, nil, &builder)
    }
}
