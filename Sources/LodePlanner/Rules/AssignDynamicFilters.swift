/// Ties the build sides of hash joins to the scans that feed their probe sides.

import LodeCore
import LodePlan

/// A join whose build side keeps few keys tells the scan on its probe side, through min/max and a Bloom filter, before that
/// scan starts.
///
///     Hash Inner Join  l_orderkey = o_orderkey  ── filter 0 ──┐
///     ├─ Scan lineitem   join filter: l_orderkey  <───────────┘
///     └─ Scan orders     o_orderdate < …
///
/// - Sound because: probe rows without a partner give nothing in inner, right and semi joins (and left-built semi joins, where the right side
///   probes); for other kinds no filter is made.
/// - Order: last, on the final shape.
struct AssignDynamicFilters: OptimizerRule {
    static let name = "assign_dynamic_filters"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        try plan.mapped { (node) throws(SQLError) in assign(node, context) }
    }

    private func assign(_ node: LogicalPlan, _ context: RuleContext) -> LogicalPlan {
        guard case .join(var join) = node, !join.keys.isEmpty else { return node }
        let probesLeft: Bool
        switch join.kind {
        case .inner, .right: probesLeft = true
        case .semi: probesLeft = !join.buildsLeft
        case .anti: if join.buildsLeft { probesLeft = false } else { return node }
        default: return node
        }
        var estimator = CardinalityEstimator()
        let left = estimator.estimate(join.left).rows, right = estimator.estimate(join.right).rows
        // A build side as large as the probe side rarely rules anything out.
        guard (probesLeft ? right < left : left < right) else { return node }
        var probe = probesLeft ? join.left : join.right
        for (index, key) in join.keys.enumerated() where !key.matchesNull {
            guard case .column(let id, _) = probesLeft ? key.left : key.right else { continue }
            let filter = context.freshDynamicFilter()
            if let reached = attach(filter, id, probe) {
                probe = reached
                join.dynamicFilters.append(DynamicFilterSource(filter: filter, key: index))
            }
        }
        if probesLeft { join.left = probe } else { join.right = probe }
        return .join(join)
    }

    /// The plan with `filter` attached to the scan that column `id` comes from; nil where rows can't be left out.
    private func attach(_ filter: Int, _ id: ColumnID, _ plan: LogicalPlan) -> LogicalPlan? {
        switch plan {
        case .scan(var node):
            guard node.limit == nil, node.outputs.contains(where: { $0.column.id == id }) else { return nil }
            node.dynamicFilters.append(DynamicFilterUse(filter: filter, column: id))
            return .scan(node)
        case .filter(var node):
            guard let input = attach(filter, id, node.input) else { return nil }
            node.input = input
            return .filter(node)
        case .project(var node):
            guard let item = node.items.first(where: { $0.column.id == id }), case .column(let source, _) = item.expression,
                let input = attach(filter, source, node.input)
            else { return nil }
            node.input = input
            return .project(node)
        case .aggregate(var node) where node.sets == nil:
            guard let group = node.groups.first(where: { $0.column.id == id }), case .column(let source, _) = group.expression,
                let input = attach(filter, source, node.input)
            else { return nil }
            node.input = input
            return .aggregate(node)
        case .join(var node): return attach(filter, id, to: &node)
        default: return nil
        }
    }

    private func attach(_ filter: Int, _ id: ColumnID, to node: inout JoinNode) -> LogicalPlan? {
        let inLeft = node.left.columnIDs.contains(id)
        switch node.kind {
        case .inner: break
        case .left, .semi, .anti, .single, .mark: if !inLeft { return nil }
        case .right: if inLeft { return nil }
        case .full: return nil
        }
        guard let reached = attach(filter, id, inLeft ? node.left : node.right) else { return nil }
        if inLeft { node.left = reached } else { node.right = reached }
        return .join(node)
    }
}
