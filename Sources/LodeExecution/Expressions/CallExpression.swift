/// Calls of scalar functions.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

final class CallExpression: CompiledExpression {
    private let function: BoundScalar
    private let arguments: [any CompiledExpression]
    private let functions: FunctionContext
    private let span: SourceSpan?

    init(_ call: ScalarCall, _ arguments: [any CompiledExpression], _ functions: FunctionContext) {
        function = call.function
        self.arguments = arguments
        self.functions = functions
        span = call.span
    }

    var type: SQLType { function.returns }

    func evaluate(_ chunk: Chunk) throws(SQLError) -> Column {
        var columns: [Column] = []
        columns.reserveCapacity(arguments.count)
        for argument in arguments { columns.append(try argument.evaluate(chunk)) }
        do {
            return try function.compute(columns, chunk.count, functions)
        } catch {
            throw error.at(span)
        }
    }
}
