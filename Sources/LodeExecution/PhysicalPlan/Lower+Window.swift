/// Lowering of window functions and DISTINCT ON: both sort, then look at neighbours.

import LodeCore
import LodePlan

extension PipelineBuilder {
    static func lower(_ node: WindowNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let required = builder.required
        let input = try builder.lower(node.input, child: 0)
        return try window(node, input, required, &builder)
    }

    /// Adds the columns of a window's calls to a pipeline.
    static func window(
        _ node: WindowNode, _ input: OpenPipeline, _ required: Set<ColumnID>?, _ builder: inout PipelineBuilder
    ) throws(SQLError) -> OpenPipeline {
        let inBatches = input.order != nil && builder.context.threads > 1
        let shape = try WindowShape(node, input: input.columns, required: required, inBatches: inBatches, builder)
        let build = SortBuild(shape.sort, firstOf: node.wantsFirstRows ? node.partition.count : nil, purpose: "window")
        let sorted = builder.finish(input, into: build, name: "window")
        let order = BatchOrder()
        return OpenPipeline(source: WindowSource(build, shape, order), columns: shape.columns, order: order, needs: [sorted])
    }

    /// The first row of each group is the one that row_number calls 1.
    static func lower(_ node: DistinctOnNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let input = try builder.lower(node.input, child: 0)
        let number = PlanColumn(syntheticColumn(0), "row_number", .bigint, nullable: false)
        let call = WindowCall(
            column: number, name: "row_number", function: .window(.ranking(.rowNumber)), arguments: [], frame: .standard)
        var numbered = WindowNode(input: node.input, partition: node.keys, order: node.order, calls: [call])
        numbered.wantsFirstRows = !node.order.isEmpty
        let open = try window(numbered, input, nil, &builder)
        let isFirst = BoundExpression.comparison(.equal, number.reference, .constant(.integer(1), .bigint), nil)
        let filter = try RowFilter(isFirst, columns: open.columns, functions: builder.context.functions)
        let shown = try builder.compile(input.columns.map(\.reference), open.columns)
        return open.appending(FilterOperator(filter), columns: open.columns).appending(ProjectOperator(shown), columns: input.columns)
    }

    /// A number for a column that only one lowering knows of; statements count theirs from zero.
    static func syntheticColumn(_ number: Int) -> ColumnID { ColumnID(Int.max - number) }
}
