/// Lowering of scans.

import LodeCore
import LodePlan
import LodeVectors

extension PipelineBuilder {
    static func lower(_ node: ScanNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        switch builder.context.relations[node.relation] {
        case let files as FilesRelation: return try scan(files, node, &builder)
        case let chunks as ChunksRelation: return try scan(chunks, node, &builder)
        case let rows as ArrivingRelation: return try scan(rows, node, &builder)
        case let computed as ComputedRelation:
            let names = Dictionary(
                node.outputs.filter { $0.path.isEmpty }.map { ($0.column.id, $0.column.name) }, uniquingKeysWith: { first, _ in first })
            let parts = node.filters.map { PredicateBounds.predicate($0, names, builder.context.functions) }
            return try scan(try computed.chunks(.conjunction(parts)), node, &builder)
        default: throw .internalFault("nothing knows how to scan \(node.relation.displayName)")
        }
    }

    private static func scan(
        _ files: FilesRelation, _ node: ScanNode, _ builder: inout PipelineBuilder
    ) throws(SQLError) -> OpenPipeline {
        var dynamic: [(filter: DynamicFilter, output: Int)] = []
        for use in node.dynamicFilters {
            guard let output = node.outputs.firstIndex(where: { $0.column.id == use.column }) else { continue }
            dynamic.append((builder.dynamicFilter(use.filter, type: node.outputs[output].column.type), output))
        }
        var thresholds: [(threshold: Threshold, output: Int)] = []
        for use in node.topNFilters {
            guard let output = node.outputs.firstIndex(where: { $0.column.id == use.column }),
                let threshold = builder.thresholds[use.filter]
            else { continue }
            thresholds.append((threshold, output))
        }
        let plan = ScanPlan(
            node, files, dynamic: dynamic, thresholds: thresholds, required: builder.required, functions: builder.context.functions,
            memory: builder.context.memory, metrics: builder.nodeMetrics)
        let order = BatchOrder()
        let builds = builder.builds(of: node.dynamicFilters.map(\.filter))
        let source = FileScanSource(plan, order: order, memory: builder.context.memory)
        return OpenPipeline(source: source, columns: plan.columns, order: order, needs: builds)
    }

    private static func scan(
        _ table: ChunksRelation, _ node: ScanNode, _ builder: inout PipelineBuilder
    ) throws(SQLError) -> OpenPipeline {
        let store = ChunkStore()
        try store.append(
            table.chunks.map { chunk in Chunk(columns: node.outputs.map { chunk.columns[$0.index] }, count: chunk.count) }, bytes: 0)
        let order = BatchOrder()
        return try filtered(OpenPipeline(source: ChunkStoreSource(store, order: order), columns: node.columns, order: order), node, builder)
    }

    private static func scan(
        _ rows: ArrivingRelation, _ node: ScanNode, _ builder: inout PipelineBuilder
    ) throws(SQLError) -> OpenPipeline {
        let order = BatchOrder()
        let source = ArrivingSource(rows, node.outputs.map(\.index), order)
        return try filtered(OpenPipeline(source: source, columns: node.columns, order: order), node, builder)
    }

    private static func filtered(_ open: OpenPipeline, _ node: ScanNode, _ builder: PipelineBuilder) throws(SQLError) -> OpenPipeline {
        if node.filters.isEmpty { return open }
        let filter = try RowFilter(.conjunction(node.filters), columns: node.columns, functions: builder.context.functions)
        return open.appending(FilterOperator(filter), columns: node.columns)
    }
}
