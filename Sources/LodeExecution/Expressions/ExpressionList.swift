/// Several expressions over the same chunks, with their common parts computed once.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// The items of a projection, the keys and arguments of an aggregation.
///
/// Sub-expressions that occur more than once become columns behind those of the chunk, computed first.
package final class ExpressionList: Sendable {
    /// In the order of computing; the i-th becomes the column at `inputCount + i`.
    private let shared: [any CompiledExpression]
    private let outputs: [any CompiledExpression]

    package init(_ expressions: [BoundExpression], columns: [PlanColumn], functions: FunctionContext) throws(SQLError) {
        let plan = CommonSubexpressions.extract(expressions, columns)
        var layout = columns
        var shared: [any CompiledExpression] = []
        for part in plan.shared {
            shared.append(try ExpressionCompiler(columns: layout, functions: functions).compile(part.expression))
            layout.append(part.column)
        }
        self.shared = shared
        let compiler = ExpressionCompiler(columns: layout, functions: functions)
        var outputs: [any CompiledExpression] = []
        for expression in plan.outputs { outputs.append(try compiler.compile(expression)) }
        self.outputs = outputs
    }

    package var count: Int { outputs.count }
    package var types: [SQLType] { outputs.map(\.type) }

    /// One column an expression, each as long as the chunk.
    package func evaluate(_ chunk: Chunk) throws(SQLError) -> [Column] {
        var wide = chunk
        for part in shared { wide.columns.append(try part.evaluate(wide)) }
        var result: [Column] = []
        result.reserveCapacity(outputs.count)
        for output in outputs { result.append(try output.evaluate(wide)) }
        return result
    }
}
