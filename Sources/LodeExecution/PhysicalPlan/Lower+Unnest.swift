/// Lowering of UNNEST and of number series.

import LodeCore
import LodePlan

extension PipelineBuilder {
    static func lower(_ node: UnnestNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let required = builder.required
        let input = try builder.lower(node.input, child: 0)
        let shown = input.columns.indices.filter { required?.contains(input.columns[$0].id) ?? true }
        let step = try UnnestOperator(node, input: input.columns, shown: shown, builder)
        let columns = shown.map { input.columns[$0] } + node.elements + (node.ordinality.map { [$0] } ?? [])
        return input.appending(step, columns: columns)
    }

    static func lower(_ node: SeriesNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let order = BatchOrder()
        return OpenPipeline(source: try SeriesSource(node, order, builder), columns: [node.column], order: order)
    }
}
