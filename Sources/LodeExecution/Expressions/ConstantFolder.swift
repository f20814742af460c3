/// The value of an expression that reads no column.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// What the planner folds constants with, handed to it as a closure because it knows no executor.
package enum ConstantFolder {
    /// - Returns: the value, in the kind that the expression's type has.
    /// - Throws: what computing it raises, with the span of the part that did.
    package static func evaluate(_ expression: BoundExpression, _ functions: FunctionContext) throws(SQLError) -> Value {
        if case .constant(let value, _) = expression { return value }
        let compiled = try ExpressionCompiler(columns: [], functions: functions).compile(expression)
        return try compiled.evaluate(Chunk(columns: [], count: 1)).value(at: 0)
    }
}
