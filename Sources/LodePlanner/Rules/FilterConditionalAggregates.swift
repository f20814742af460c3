/// Aggregates look only at the rows that their CASE gives a value for.

import LodeCore
import LodeFunctions
import LodePlan

/// An aggregate that passes over NULLs, of a CASE with one branch, is the aggregate of that branch with a FILTER.
///
///     sum(case when kind = 'a' then price end)   ──▶   sum(price) filter (where kind = 'a')
///
/// - Sound because: rows for which the condition is not true gave NULL. Where a part can fail, the CASE stays: it computes the
///   value for its rows only.
/// - Order: once nothing looks into aggregates any more; before sharing, which then finds equal conditions and values.
struct FilterConditionalAggregates: NodeRule {
    static let name = "filter_conditional_aggregates"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .aggregate(var aggregate) = node else { return nil }
        var isChanged = false
        for index in aggregate.aggregates.indices {
            guard let call = Self.filtered(aggregate.aggregates[index]) else { continue }
            aggregate.aggregates[index] = call
            isChanged = true
        }
        return isChanged ? .aggregate(aggregate) : nil
    }

    private static func filtered(_ call: AggregateCall) -> AggregateCall? {
        guard call.arguments.count == 1, case .conditional(let branches, .constant(.null, _), let type) = call.arguments[0],
            branches.count == 1, branches[0].result.type == type, FunctionRegistry.aggregates[call.name]?.ignoresNulls == true,
            !call.arguments[0].canFail, !call.arguments[0].isVolatile
        else { return nil }
        var result = call
        result.arguments = [branches[0].result]
        result.filter = .conjunction((call.filter?.conjuncts ?? []) + branches[0].condition.conjuncts)
        return result
    }
}
