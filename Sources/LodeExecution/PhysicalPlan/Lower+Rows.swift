/// Lowering of filters, projections, limits and literal rows.

import LodeCore
import LodePlan
import LodeVectors

extension PipelineBuilder {
    static func lower(_ node: FilterNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let input = try builder.lower(node.input, child: 0)
        let filter = try RowFilter(node.predicate, columns: input.columns, functions: builder.context.functions)
        return input.appending(FilterOperator(filter), columns: input.columns)
    }

    static func lower(_ node: ProjectNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let input = try builder.lower(node.input, child: 0)
        let items = try builder.compile(node.items.map(\.expression), input.columns)
        return input.appending(ProjectOperator(items), columns: node.columns)
    }

    static func lower(_ node: LimitNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let count = try builder.rowNumber(node.count, "LIMIT", .invalidLimit)
        let offset = try builder.rowNumber(node.offset, "OFFSET", .invalidLimit) ?? 0
        let input = try builder.lower(node.input, child: 0)
        var ties: [any CompiledExpression] = []
        if count != nil {
            for key in node.ties { ties.append(try builder.compile(key.expression, input.columns)) }
        }
        let sink = LimitSink(offset: offset, count: count, ties: ties, memory: builder.context.memory)
        let limit = builder.finish(input, into: sink, name: "limit")
        let order = BatchOrder()
        return OpenPipeline(source: ChunkStoreSource(sink.store, order: order), columns: input.columns, order: order, needs: [limit])
    }

    /// The value of a LIMIT or OFFSET; nil for none and for NULL.
    private func rowNumber(
        _ expression: BoundExpression?, _ clause: String, _ state: SQLState
    ) throws(SQLError) -> Int? {
        guard let expression else { return nil }
        switch try ConstantFolder.evaluate(expression, context.functions) {
        case .null: return nil
        case .integer(let number):
            guard number >= 0 else { throw SQLError(state, "\(clause) must not be negative") }
            return Int(number)
        default: throw .internalFault("\(clause) is not a number")
        }
    }

    static func lower(_ node: ValuesNode, _ builder: inout PipelineBuilder) throws(SQLError) -> OpenPipeline {
        let source = ValuesSource(node, functions: builder.context.functions)
        return OpenPipeline(source: source, columns: node.columns)
    }
}
