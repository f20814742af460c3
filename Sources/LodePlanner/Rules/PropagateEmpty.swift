/// Computes nothing where nothing can come out.

import LodeCore
import LodePlan

/// Filters that no row satisfies become empty relations, and these take the operators above them along.
///
///     Hash Inner Join                          Values (0 rows)
///     ├─ Scan orders                    ──▶
///     └─ Filter id = 1 and id = 2
///
/// - Sound because: an inner join with nothing is nothing, an outer one fills its other side's rows with NULLs; a grouping of
///   nothing has no groups. An ungrouped aggregate has a row all the same, and so have grouping sets with the empty set.
/// - Order: after push-down brought conditions together.
struct PropagateEmpty: NodeRule {
    static let name = "propagate_empty"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        let empty = node.children.map(\.isEmpty)
        if empty.contains(true), let simpler = node.node.simplified(forEmpty: empty) { return simpler }
        switch node {
        case .filter(let filter): return Contradiction.isNeverTrue(filter.predicate.conjuncts) ? .empty(node.columns) : nil
        case .scan(let scan): return Contradiction.isNeverTrue(scan.filters) ? .empty(node.columns) : nil
        case .join(let join):
            guard let residual = join.residual, Contradiction.isNeverTrue(residual.conjuncts) else { return nil }
            return join.withoutMatches
        default: return nil
        }
    }
}
