/// Which expressions can raise an error, and the form in which such a condition may be computed early.

import LodeCore
import LodeFunctions

extension BoundExpression {
    /// Whether computing it for rows that don't need it could raise an error or have an effect.
    ///
    /// Functions say it of themselves, casts by their types, a few functions by their constant arguments too (a pattern that
    /// compiles). All else is decided by the parts.
    package var canFail: Bool {
        switch self {
        case .subquery: true
        case .attempt(let inner): inner.isVolatile || inner.hasSubquery
        case .call(let call): call.canFail || call.arguments.contains(where: \.canFail)
        case .cast(let operand, let type, let isTry, _): operand.canFail || (!isTry && Casts.canFail(from: operand.type, to: type))
        default: children.contains(where: \.canFail)
        }
    }

    /// Of a condition: what may be tested for rows that an earlier condition is to remove. It drops only rows for which the
    /// condition is known not to be true, and keeps those for which it can't be computed.
    package var earlyForm: BoundExpression { canFail ? .coalesce([.attempt(self), .true], .boolean) : self }

    /// What is computed for rows for which `condition` is true: NULL for others, if it could fail for them.
    package func guarded(by condition: BoundExpression) -> BoundExpression {
        guard canFail, !condition.isVolatile else { return self }
        return .conditional([Branch(condition: condition, result: self)], otherwise: .constant(.null, type), type)
    }
}

extension ScalarCall {
    /// Whether the call itself can fail, whatever its arguments do.
    package var canFail: Bool {
        if volatility == .volatile { return true }
        guard function.canFail else { return false }
        guard let isSafe = function.isSafe else { return true }
        return !isSafe(arguments.map { if case .constant(let value, _) = $0 { value } else { nil } })
    }
}
