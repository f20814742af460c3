/// Computes expressions without columns, as the executor would for one row.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// Just enough of an interpreter for folding: constants, comparisons, logic, casts and calls.
enum ConstantEvaluation {
    static let functions = FunctionContext(transactionMicros: 1_700_000_000_000_000)

    static func evaluate(_ expression: BoundExpression) throws(SQLError) -> Value {
        switch expression {
        case .constant(let value, _): return value
        case .comparison(let op, let left, let right, _): return compare(op, try evaluate(left), try evaluate(right))
        case .and(let parts): return try connect(parts, decisive: false)
        case .or(let parts): return try connect(parts, decisive: true)
        case .not(let inner):
            guard case .boolean(let flag) = try evaluate(inner) else { return .null }
            return .boolean(!flag)
        case .isNull(let inner): return .boolean(try evaluate(inner).isNull)
        case .isIn(let operand, let list):
            return try connect(list.map { .comparison(.equal, operand, $0, nil) }, decisive: true)
        case .cast(let inner, let type, let isTry, _):
            guard let kernel = Casts.kernel(from: inner.type, to: type, isTry: isTry) else { throw .unsupported("this cast") }
            let column = try Column.constant(try evaluate(inner), inner.type, count: 1)
            return try kernel([column], 1, functions).value(at: 0)
        case .conditional(let branches, let otherwise, _):
            for branch in branches where try evaluate(branch.condition) == .boolean(true) { return try evaluate(branch.result) }
            return try evaluate(otherwise)
        case .coalesce(let parts, _):
            for part in parts {
                let value = try evaluate(part)
                if !value.isNull { return value }
            }
            return .null
        case .call(let call):
            var columns: [Column] = []
            for argument in call.arguments { columns.append(try Column.constant(try evaluate(argument), argument.type, count: 1)) }
            return try call.function.kernel(columns, 1, functions).value(at: 0)
        case .attempt(let inner): return (try? evaluate(inner)) ?? .null
        case .column, .parameter, .lambda, .subquery: throw .unsupported("a column in a constant")
        }
    }

    private static func connect(_ parts: [BoundExpression], decisive: Bool) throws(SQLError) -> Value {
        var sawNull = false
        for part in parts {
            switch try evaluate(part) {
            case .boolean(decisive): return .boolean(decisive)
            case .null: sawNull = true
            default: continue
            }
        }
        return sawNull ? .null : .boolean(!decisive)
    }

    private static func compare(_ op: ComparisonOperator, _ left: Value, _ right: Value) -> Value {
        switch op {
        case .isDistinct: return .boolean(left.isNull || right.isNull ? left.isNull != right.isNull : Value.compare(left, right) != 0)
        case .isNotDistinct: return .boolean(left.isNull || right.isNull ? left.isNull == right.isNull : Value.compare(left, right) == 0)
        default: break
        }
        guard let order = Value.compare(left, right) else { return .null }
        return switch op {
        case .equal: .boolean(order == 0)
        case .notEqual: .boolean(order != 0)
        case .less: .boolean(order < 0)
        case .lessOrEqual: .boolean(order <= 0)
        case .greater: .boolean(order > 0)
        default: .boolean(order >= 0)
        }
    }
}
