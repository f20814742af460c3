/// Puts inner joins into the order of least work.

import LodeCore
import LodePlan

/// Every region of inner joins is taken apart and put together again by `JoinSearch`, from estimated cardinalities.
///
/// - Sound because: inner joins commute and associate; every condition is applied where its columns first meet. Columns may
///   come in another order, which ids make harmless; the plan's own output order is restored by a projection.
/// - Order: after push-down, since estimates need the filters at the scans.
struct OrderJoins: OptimizerRule {
    static let name = "order_joins"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        let ordered = try order(plan)
        if ordered.columns.map(\.id) == plan.columns.map(\.id) { return ordered }
        return .project(ProjectNode(input: ordered, items: UnnestDependentJoins.passing(plan.columns)))
    }

    private func order(_ plan: LogicalPlan) throws(SQLError) -> LogicalPlan {
        let isRegion: Bool =
            switch plan {
            case .join(let node): node.kind == .inner
            case .filter(let node): if case .join(let join) = node.input { join.kind == .inner } else { false }
            default: false
            }
        if isRegion {
            let graph = try JoinGraph(plan) { (inner) throws(SQLError) in try order(inner) }
            if let best = JoinSearch(graph, CardinalityEstimator()).best() { return best }
        }
        var children: [LogicalPlan] = []
        for child in plan.children {
            let ordered = try order(child)
            // Set operations and CTEs correspond by position.
            children.append(
                plan.readsByPosition && ordered.columns.map(\.id) != child.columns.map(\.id)
                    ? .project(ProjectNode(input: ordered, items: UnnestDependentJoins.passing(child.columns))) : ordered)
        }
        return children.isEmpty ? plan : plan.replacing(children: children)
    }
}

extension LogicalPlan {
    /// Whether the order of the inputs' columns means something.
    var readsByPosition: Bool {
        switch self {
        case .setOperation, .with, .recursive: true
        default: false
        }
    }
}
