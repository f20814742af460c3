/// Finds out which arithmetic can't overflow.

import LodeCore
import LodePlan

/// Marks sums, differences, products and casts whose operands lie in ranges for which the result fits its type.
///
///     rank() over (…) + 1          can't fail: no table has this many rows
///     d_week_seq - 53              can't fail: the file's bounds say so
///
/// - Sound because: ranges are facts (`ValueRanges`), and limits are kept with room to spare.
/// - Order: before conditions move and subqueries become joins: what can fail stays behind what was written before it.
struct ProveArithmetic: OptimizerRule {
    static let name = "prove_arithmetic"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var ranges = ValueRanges(context.relations)
        return Self.prove(plan, &ranges)
    }

    private static func prove(_ plan: LogicalPlan, _ ranges: inout ValueRanges) -> LogicalPlan {
        var inputs: [LogicalPlan] = []
        for (index, child) in plan.children.enumerated() {
            inputs.append(prove(child, &ranges))
            if index == 0, case .with(let node) = plan { ranges.learn(table: node.cte, node.definition.columns) }
        }
        var result = inputs.isEmpty ? plan : plan.replacing(children: inputs)
        if plan.expressions.contains(where: \.canFail) {
            result = result.replacing(expressions: result.expressions.map { prove($0, &ranges) })
        }
        ranges.learn(result)
        return result
    }

    private static func prove(_ expression: BoundExpression, _ ranges: inout ValueRanges) -> BoundExpression {
        let parts = expression.children
        let rewritten = parts.isEmpty ? expression : expression.replacing(children: parts.map { prove($0, &ranges) })
        switch rewritten {
        case .call(var call) where call.function.canFail && call.volatility != .volatile:
            guard let range = ranges.range(of: call), ValueRanges.holds(call.function.returns, range) else { return rewritten }
            call.function.canFail = false
            return .call(call)
        case .subquery(var query):
            query.plan = prove(query.plan, &ranges)
            return .subquery(query)
        default: return rewritten
        }
    }
}
