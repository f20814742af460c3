/// Lowering of UNION, CTEs and recursion.

import LodeCore
import LodePlan

extension PipelineBuilder {
    static func lower(_ node: SetOperationNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        switch node.kind {
        case .unionAll: return try union(node, &builder)
        case .union:
            let all = try union(node, &builder)
            return try aggregate(distinct: all, &builder)
        case .intersect, .intersectAll, .except, .exceptAll: return try lowerIntersectExcept(node, &builder)
        }
    }

    private static func union(_ node: SetOperationNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        var inputs: [UnionSource.Input] = [], needs: Set<Int> = []
        for (index, plan) in node.inputs.enumerated() {
            let open = try builder.lower(plan, child: index)
            inputs.append(UnionSource.Input(source: open.source, operators: open.operators, order: open.order))
            needs.formUnion(open.needs)
        }
        let source = UnionSource(inputs)
        let order = BatchOrder(moved: source.moved) { source.lowestOpen }
        return OpenPipeline(source: source, columns: node.columns, order: order, needs: needs)
    }

    static func lower(_ node: WithNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let definition = try builder.lower(node.definition, child: 0)
        let store = ChunkStore(memory: builder.context.memory)
        let pipeline = builder.finish(definition, into: ChunkStoreSink(store), name: "cte \(node.name)")
        let hidden = builder.ctes[node.cte]
        builder.ctes[node.cte] = (store, pipeline)
        defer { builder.ctes[node.cte] = hidden }
        return try builder.lower(node.body, child: 1)
    }

    static func lower(_ node: CTEScanNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        guard let cte = builder.ctes[node.cte] else { throw .internalFault("the CTE \(node.name) has no rows to read") }
        let order = BatchOrder()
        let needs = cte.pipeline.map { Set([$0]) } ?? []
        return OpenPipeline(source: ChunkStoreSource(cte.rows, order: order), columns: node.columns, order: order, needs: needs)
    }

    static func lower(_ node: RecursiveNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let working = ChunkStore(memory: builder.context.memory), fresh = ChunkStore(memory: builder.context.memory)
        let anchor = try builder.lower(node.anchor, child: 0)
        builder.finish(anchor, into: ChunkStoreSink(fresh), name: "anchor of \(node.name)")
        var inner = builder.withoutPipelines
        inner.ctes[node.cte] = (working, nil)
        let template = inner
        let source = RecursiveSource(
            name: node.name, working: working, fresh: fresh,
            seen: node.isDistinct ? try DistinctRows(node.columns.map(\.type), memory: builder.context.memory) : nil
        ) { () throws(SQLError) in
            // Every round has pipelines of its own: sinks are filled once.
            var round = template
            let step = try round.lower(node.step, child: 1)
            round.finish(step, into: ChunkStoreSink(fresh), name: "step of \(node.name)")
            return round.pipelines
        }
        // A round may read whatever was made before.
        return OpenPipeline(source: source, columns: node.columns, needs: Set(0..<builder.pipelines.count))
    }
}
