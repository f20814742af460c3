/// Lowering of ORDER BY and top-N.

import LodeCore
import LodePlan

extension PipelineBuilder {
    static func lower(_ node: SortNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let required = builder.required
        var threshold: Threshold?
        if let filter = node.topNFilter, let key = node.keys.first {
            threshold = builder.makeThreshold(filter, key, isOnlyKey: node.keys.count == 1)
        }
        let input = try builder.lower(node.input, child: 0)
        let shape = try SortShape(node.keys, input: input.columns, required: required, builder)
        let build = SortBuild(shape, limit: node.limit, purpose: node.limit == nil ? "sort" : "top-N", threshold: threshold)
        let sorted = builder.finish(input, into: build, name: "sort")
        let order = BatchOrder()
        return OpenPipeline(source: SortedSource(build, order), columns: shape.columns, order: order, needs: [sorted])
    }
}
