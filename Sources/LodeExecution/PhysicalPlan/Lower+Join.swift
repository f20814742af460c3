/// Lowering of joins: by hash where there are equalities, else by nested loops.

import LodeCore
import LodePlan
import LodeVectors

extension PipelineBuilder {
    static func lower(_ node: JoinNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let required = builder.required, metrics = builder.nodeMetrics
        if node.keys.isEmpty { return try nestedLoop(node, required, &builder) }
        let buildsLeft = canBuildLeft(node)
        var filters: [JoinFilter] = []
        for source in node.dynamicFilters {
            let type = node.keys[source.key].left.type
            filters.append(JoinFilter(filter: builder.dynamicFilter(source.filter, type: type), key: source.key, isBounds: source.isBounds))
        }
        let input = try builder.lower(buildsLeft ? node.left : node.right, child: buildsLeft ? 0 : 1)
        let kept = try JoinBuildShape(node, buildsLeft: buildsLeft, columns: input.columns, required: required, builder)
        let build = JoinBuild(kept, filters: filters, metrics: metrics)
        // Registered before the probe side is lowered: that side's pipelines scan with this build's filters.
        let built = builder.finish(input, into: build, name: "join build")
        for source in node.dynamicFilters { builder.fill(source.filter, by: built) }
        let probe = try builder.lower(buildsLeft ? node.right : node.left, child: buildsLeft ? 1 : 0)
        let shape = try JoinShape(node, kept, probe: probe.columns, builder)
        let step = HashJoinProbe(shape, build)
        if !buildsLeft { return probe.appending(step, columns: shape.columns, needing: built) }
        let marked = builder.finish(probe.appending(step, columns: [], needing: built), into: DiscardSink(), name: "join mark")
        return OpenPipeline(source: MarkedRows(step), columns: shape.columns, needs: [built, marked])
    }

    private static func canBuildLeft(_ node: JoinNode) -> Bool {
        guard node.buildsLeft else { return false }
        switch node.kind {
        case .semi, .anti: return true
        case .mark(_, let isNullAware):
            return !isNullAware || (node.keys.count == 1 && !node.keys[0].matchesNull && node.residual == nil)
        case .inner, .left, .right, .full, .single: return false
        }
    }

    private static func nestedLoop(
        _ node: JoinNode, _ required: Set<ColumnID>?, _ builder: inout PipelineBuilder
    ) throws(SQLError) -> OpenPipeline {
        let right = try builder.lower(node.right, child: 1)
        let ranges = RangeConditions(node)
        let build = NestedLoopBuild(try ranges.map { (r) throws(SQLError) in try RangeSide(r, isLeft: false, right.columns, builder) })
        let built = builder.finish(right, into: build, name: "nested loop")
        let left = try builder.lower(node.left, child: 0)
        let shape = try NestedLoopShape(node, left: left.columns, right: right.columns, required: required, ranges, builder)
        return left.appending(NestedLoopJoin(shape, build), columns: shape.columns, needing: built)
    }
}
