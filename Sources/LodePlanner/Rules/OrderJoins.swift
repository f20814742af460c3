/// Puts joins into the order of least work.

import LodeCore
import LodePlan

/// Every region of joins is taken apart and put together again by `JoinSearch`, from estimated cardinalities. Semi, anti and
/// left joins find their place among the inner ones: early where they drop rows, late where they are expensive.
///
/// - Sound because: inner joins commute and associate; a join that gives every left row by itself commutes with inner joins
///   on its left side; every condition is applied where its columns first meet. Columns may come in another order, which ids
///   make harmless.
/// - Order: after push-down, since estimates need the filters at the scans.
struct OrderJoins: OptimizerRule {
    static let name = "order_joins"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        // Estimates begin here, with all filters at the scans and no column left that nobody reads.
        let isJoined = Self.hasJoin(plan)
        let plan = plan.mapped { node in
            if case .scan(let scan) = node { .scan(scan.readingStatistics(context.relations, isJoined: isJoined)) } else { node }
        }
        return try plan.keepingColumnOrder { (plan) throws(SQLError) in
            var estimator = CardinalityEstimator()
            return try order(plan, &estimator)
        }
    }

    private static func hasJoin(_ plan: LogicalPlan) -> Bool {
        if case .join = plan { return true }
        return plan.children.contains(where: hasJoin)
    }

    private func order(_ plan: LogicalPlan, _ estimator: inout CardinalityEstimator) throws(SQLError) -> LogicalPlan {
        if JoinGraph.isRegion(plan) { return try orderRegion(plan, &estimator) }
        if case .with(var node) = plan {
            node.definition = try node.definition.keepingColumnOrder { (plan) throws(SQLError) in try order(plan, &estimator) }
            estimator.learn(node)
            node.body = try node.body.keepingColumnOrder { (plan) throws(SQLError) in try order(plan, &estimator) }
            return .with(node)
        }
        var children: [LogicalPlan] = []
        for child in plan.children {
            // Set operations and CTEs correspond by position.
            children.append(
                plan.node.matchesByPosition
                    ? try child.keepingColumnOrder { (plan) throws(SQLError) in try order(plan, &estimator) }
                    : try order(child, &estimator))
        }
        return children.isEmpty ? plan : plan.replacing(children: children)
    }

    private func orderRegion(_ plan: LogicalPlan, _ estimator: inout CardinalityEstimator) throws(SQLError) -> LogicalPlan {
        let graph = try JoinGraph(plan) { (inner) throws(SQLError) in try order(inner, &estimator) }
        var estimates: [RelationEstimate] = []
        for relation in graph.relations { estimates.append(estimator.estimate(relation.plan)) }
        let search = JoinSearch(graph, estimates)
        guard let tree = search.best() else { throw .internalFault("a region whose relations can't all be joined") }
        let joined = JoinAssembly(graph: graph, cardinality: search.cardinality).plan(tree)
        if graph.renamed.isEmpty { return joined }
        let items = plan.columns.map { ProjectNode.Item($0, graph.renamed[$0.id] ?? $0.reference) }
        return .project(ProjectNode(input: joined, items: items))
    }
}

extension LogicalPlan {
    /// What `rewrite` makes of the plan, with the same columns in the same order.
    func keepingColumnOrder(_ rewrite: (LogicalPlan) throws(SQLError) -> LogicalPlan) throws(SQLError) -> LogicalPlan {
        try rewrite(self).withColumns(like: self)
    }
}
