/// Drops sorts whose order nobody sees.

import LodeCore
import LodeFunctions
import LodePlan

/// An ORDER BY without LIMIT in a subquery means nothing once its rows are joined, grouped, united or sorted again.
///
///     Group by region, count(*)          Group by region, count(*)
///     └─ Sort date                ──▶    └─ Scan orders
///        └─ Scan orders
///
/// - Sound because: those operators promise no order. Aggregates that see the order (`string_agg`, `array_agg`) keep it, and so
///   do windows without an order of their own.
/// - Order: after decorrelation, before rules that look for joins below each other.
struct RemoveRedundantSort: NodeRule {
    static let name = "remove_redundant_sort"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        switch node {
        case .join, .setOperation, .sort: break
        case .aggregate(let aggregate):
            let seesOrder = aggregate.aggregates.contains { FunctionRegistry.aggregates[$0.name]?.isOrderSensitive ?? true }
            if seesOrder { return nil }
        default: return nil
        }
        let inputs = node.children
        guard inputs.contains(where: hasSort) else { return nil }
        return node.replacing(children: inputs.map(unsorted))
    }

    private func hasSort(_ plan: LogicalPlan) -> Bool {
        switch plan {
        case .sort(let node): node.limit == nil
        case .project, .filter: plan.children.contains(where: hasSort)
        default: false
        }
    }

    private func unsorted(_ plan: LogicalPlan) -> LogicalPlan {
        switch plan {
        case .sort(let node) where node.limit == nil: unsorted(node.input)
        case .project, .filter: plan.replacing(children: plan.children.map(unsorted))
        default: plan
        }
    }
}
