/// What stands among the arguments of a call.

import LodePlan

/// The argument of a call: a value, or a lambda that is bound once the other arguments' types are known.
enum CallArgument {
    case value(BoundExpression)
    case lambda(parameters: Int)

    var expression: BoundExpression? { if case .value(let expression) = self { expression } else { nil } }
}
