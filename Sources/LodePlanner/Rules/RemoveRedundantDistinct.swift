/// Drops DISTINCT where it changes nothing.

import LodeCore
import LodePlan

/// - Grouping without aggregates on the right side of a semi, anti or mark join, which asks only whether a match exists.
/// - DISTINCT over a grouping by some of the same columns, whose rows differ already.
///
/// - Sound because: neither can tell one copy of a row from two.
/// - Order: after push-down, before join ordering sees the extra operator.
struct RemoveRedundantDistinct: NodeRule {
    static let name = "remove_redundant_distinct"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        switch node {
        case .aggregate(let aggregate): return rewrite(aggregate)
        case .join(var join):
            guard join.asksForExistence, case .aggregate(let distinct) = join.right,
                distinct.aggregates.isEmpty, distinct.sets == nil, !distinct.groups.isEmpty
            else { return nil }
            join.right = .project(ProjectNode(input: distinct.input, items: distinct.groups))
            return .join(join)
        default: return nil
        }
    }

    private func rewrite(_ aggregate: AggregateNode) -> LogicalPlan? {
        if aggregate.aggregates.isEmpty, aggregate.sets == nil, isGrouped(aggregate.input, by: aggregate.groups.map(\.expression)) {
            return .project(ProjectNode(input: aggregate.input, items: aggregate.groups))
        }
        return nil
    }

    /// Whether rows differ in `keys` already: a grouping by some of them.
    private func isGrouped(_ plan: LogicalPlan, by keys: [BoundExpression]) -> Bool {
        switch plan {
        case .aggregate(let node):
            return node.sets == nil && node.groups.allSatisfy { keys.contains($0.column.reference) }
        case .project(let node):
            let replaced = Dictionary(node.items.map { ($0.column.id, $0.expression) }, uniquingKeysWith: { a, _ in a })
            return isGrouped(node.input, by: keys.map { $0.substituting(replaced) })
        case .filter(let node): return isGrouped(node.input, by: keys)
        default: return false
        }
    }
}

extension JoinNode {
    /// Whether the right side is only asked whether a match exists.
    var asksForExistence: Bool {
        switch kind {
        case .semi, .anti, .mark: true
        case .inner, .left, .right, .full, .single: false
        }
    }
}
