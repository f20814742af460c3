/// Ties the build sides of hash joins to the scans that feed their probe sides.

import LodeCore
import LodePlan

/// A join whose build side keeps few keys tells the scans on its probe side, through min/max and a Bloom filter, before they
/// start.
///
///     Hash Inner Join  items.order = orders.id  ── filter 0 ──┐
///     ├─ Scan items   join filter: order  <───────────┘
///     └─ Scan orders     o_orderdate < …
///
/// - Sound because: probe rows without a partner give nothing in inner, right and semi joins (and in semi and anti joins
///   that build on the left, where the right side probes); for other kinds no filter is made.
/// - Order: last, on the final shape.
struct AssignDynamicFilters: OptimizerRule {
    static let name = "assign_dynamic_filters"

    /// A filter that keeps more than this part of the probe rows costs more than it saves.
    private static let worthwhile = 0.9
    /// A build side that lacks rows of its table and has less than this part of the probe rows gives its bounds at least: its keys
    /// may lie closer together than anyone can tell, and then sorted tables skip row groups.
    private static let small = 0.25

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var estimator = CardinalityEstimator()
        return estimator.mapped(plan) { node, inputs, _ in
            guard case .join(let join) = node, !join.keys.isEmpty else { return node }
            return assign(join, inputs[0], inputs[1], context)
        }.plan
    }

    private func assign(
        _ given: JoinNode, _ left: RelationEstimate, _ right: RelationEstimate, _ context: RuleContext
    ) -> LogicalPlan {
        var join = given
        let probesLeft: Bool
        switch join.kind {
        case .inner, .right: probesLeft = true
        case .semi: probesLeft = !join.buildsLeft
        case .anti:
            if !join.buildsLeft { return .join(join) }
            probesLeft = false
        case .left, .full, .mark, .single: return .join(join)
        }
        for (index, key) in join.keys.enumerated() where !key.matchesNull {
            guard case .column(let id, _) = probesLeft ? key.left : key.right else { continue }
            let condition = BoundExpression.comparison(.equal, key.left, key.right, nil)
            let kept = probesLeft ? JoinEstimate.matching(left, right, [condition]) : JoinEstimate.matching(right, left, [condition])
            let isBounds = kept >= Self.worthwhile
            if isBounds, !isReduced(probesLeft ? right : left, beside: probesLeft ? left : right) { continue }
            let filter = context.freshDynamicFilter()
            let placement = DynamicFilterPlacement(filter: filter)
            if let reached = placement.attach(id, to: probesLeft ? join.left : join.right) {
                if probesLeft { join.left = reached } else { join.right = reached }
                join.dynamicFilters.append(DynamicFilterSource(filter: filter, key: index, isBounds: isBounds))
            }
        }
        return .join(join)
    }

    private func isReduced(_ build: RelationEstimate, beside probe: RelationEstimate) -> Bool {
        build.rows < build.baseRows * Self.worthwhile && build.rows < probe.rows * Self.small
    }
}
