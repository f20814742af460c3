/// Drops sorts whose order nobody sees.

import LodeCore
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
        guard node.node.ignoresOrder else { return nil }
        let inputs = node.children
        guard inputs.contains(where: hasSort) else { return nil }
        return node.replacing(children: inputs.map(unsorted))
    }

    private func hasSort(_ plan: LogicalPlan) -> Bool {
        switch plan {
        case .sort(let node): node.limit == nil
        default: plan.node.keepsOrder && plan.children.contains(where: hasSort)
        }
    }

    private func unsorted(_ plan: LogicalPlan) -> LogicalPlan {
        switch plan {
        case .sort(let node) where node.limit == nil: unsorted(node.input)
        default: plan.node.keepsOrder ? plan.replacing(children: plan.children.map(unsorted)) : plan
        }
    }
}
