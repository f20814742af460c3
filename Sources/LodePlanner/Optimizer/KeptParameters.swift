/// Giving a plan that is kept the values of its parameters.

import LodeCore
import LodePlan

extension LogicalPlan {
    /// The plan with constants for its parameters, of the parameters' types, and with what is constant then computed.
    ///
    /// - Throws: `XX000` for a parameter without a value.
    package func giving(_ values: [Value], _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        if values.isEmpty { return self }
        return try mapped { (node) throws(SQLError) in
            try node.mappingExpressions { (expression) throws(SQLError) in
                guard expression.hasParameter else { return expression }
                return try expression.mapped { (part) throws(SQLError) in
                    guard case .parameter(let number, let type) = part else {
                        return SimplifyExpressions.simplified(SimplifyExpressions.folded(part, context))
                    }
                    guard values.indices.contains(number - 1) else { throw .internalFault("a kept plan has no value for $\(number)") }
                    return .constant(values[number - 1], type)
                }
            }
        }
    }
}

extension BoundExpression {
    fileprivate var hasParameter: Bool { contains { if case .parameter = $0 { true } else { false } } }
}
