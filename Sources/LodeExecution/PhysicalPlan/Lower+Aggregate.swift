/// Lowering of GROUP BY, aggregates and DISTINCT.

import LodeCore
import LodePlan

extension PipelineBuilder {
    static func lower(_ node: AggregateNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let first = node.firstGroups.map { wanted in
            FirstGroupKeys(wanted, builder.makeThreshold(wanted.filter, wanted.order, isOnlyKey: false))
        }
        let input = try builder.lower(node.input, child: 0)
        let inBatches = input.order != nil && builder.context.threads > 1
        let plan = try AggregatePlan(node, input: input.columns, inBatches: inBatches, builder.context)
        let sink = AggregateSink(plan, first: first)
        let build = builder.finish(input, into: sink, name: node.aggregates.isEmpty ? "distinct" : "aggregate")
        return OpenPipeline(source: AggregateSource(sink.result), columns: node.columns, needs: [build])
    }

    /// The distinct rows of a pipeline.
    static func aggregate(distinct input: OpenPipeline, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let plan = try AggregatePlan(distinct: input.columns, functions: builder.context.functions)
        let sink = AggregateSink(plan)
        let build = builder.finish(input, into: sink, name: "distinct")
        return OpenPipeline(source: AggregateSource(sink.result), columns: input.columns, needs: [build])
    }
}
