/// From the chosen order back to a plan.

import LodeCore
import LodePlan

/// Builds the joins of a tree, each with the conditions whose columns first meet there.
struct JoinAssembly {
    let graph: JoinGraph
    let cardinality: SetCardinality

    /// The region's plan: `tree`, and what needs no join at all above it.
    func plan(_ tree: JoinSearch.Tree) -> LogicalPlan {
        let (joined, _) = build(tree)
        return filtered(joined, graph.conditions.filter { $0.relations.isEmpty }.map(\.expression))
    }

    private func build(_ tree: JoinSearch.Tree) -> (plan: LogicalPlan, set: RelationSet) {
        switch tree {
        case .leaf(let index):
            let own = RelationSet(index)
            let relation = graph.relations[index]
            if relation.attachment != nil { return (relation.plan, own) }
            return (filtered(relation.plan, graph.conditions.filter { $0.relations == own }.map(\.expression)), own)
        case .join(let one, let other):
            let a = build(one), b = build(other)
            if let index = attached(b.set) { return attach(index, to: a) }
            if let index = attached(a.set) { return attach(index, to: b) }
            return join(a, b)
        }
    }

    private func attached(_ set: RelationSet) -> Int? {
        guard let index = set.only, graph.relations[index].attachment != nil else { return nil }
        return index
    }

    /// The larger side probes, which is the left one.
    private func join(_ a: (plan: LogicalPlan, set: RelationSet), _ b: (plan: LogicalPlan, set: RelationSet)) -> (LogicalPlan, RelationSet)
    {
        let set = a.set.union(b.set)
        let (probe, build) = cardinality.rows(a.set) >= cardinality.rows(b.set) ? (a, b) : (b, a)
        var expressions: [BoundExpression] = []
        for kind in graph.classes {
            if let left = kind.member(in: probe.set), let right = kind.member(in: build.set) {
                expressions.append(.comparison(.equal, left, right, nil))
            }
        }
        expressions += graph.conditions.filter {
            $0.relations.isSubset(of: set) && !$0.relations.isSubset(of: a.set) && !$0.relations.isSubset(of: b.set)
        }.map(\.expression)
        let parts = JoinCondition(expressions, probe.plan.columnIDs, build.plan.columnIDs, .inner)
        let node = JoinNode(
            kind: .inner, left: probe.plan, right: build.plan, keys: parts.keys, residual: parts.residual,
            estimatedRows: cardinality.rows(set))
        return (.join(node), set)
    }

    /// Conditions of the region that read an attached relation are tested above it: they are no part of its own condition.
    private func attach(_ index: Int, to base: (plan: LogicalPlan, set: RelationSet)) -> (LogicalPlan, RelationSet) {
        let relation = graph.relations[index]
        guard let attachment = relation.attachment else { return base }
        let set = base.set.union(RelationSet(index))
        let parts = JoinCondition(attachment.conditions, base.plan.columnIDs, relation.plan.columnIDs, attachment.kind)
        let node = JoinNode(
            kind: attachment.kind, left: base.plan, right: relation.plan, keys: parts.keys, residual: parts.residual,
            estimatedRows: cardinality.rows(set))
        let above = graph.conditions.filter { $0.relations.contains(index) && $0.relations.isSubset(of: set) }.map(\.expression)
        return (filtered(.join(node), above), set)
    }

    private func filtered(_ plan: LogicalPlan, _ conditions: [BoundExpression]) -> LogicalPlan {
        conditions.isEmpty ? plan : .filter(FilterNode(input: plan, predicate: .conjunction(conditions)))
    }
}
