/// Decides which side of a join the hash table is built from.

import LodeCore
import LodePlan

/// Builds on the side that is expected to be smaller: inner and full joins exchange their sides, left joins with a small left
/// side become right joins and the other way round, semi and anti joins with a small left side build on it.
///
/// - Sound because: `a LEFT JOIN b` is `b RIGHT JOIN a`; a semi join gives the same left rows whichever side is hashed.
/// - Order: after pruning, near the end: other rules know the left side as the probing one.
struct ChooseBuildSide: OptimizerRule {
    static let name = "choose_build_side"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var estimator = CardinalityEstimator()
        let chosen = estimator.mapped(plan) { node, inputs, _ in
            guard case .join(let join) = node, !join.keys.isEmpty else { return node }
            return choose(join, inputs[0].rows, inputs[1].rows) ?? node
        }
        // Exchanged sides exchange their columns.
        return chosen.plan.withColumns(like: plan)
    }

    private func choose(_ join: JoinNode, _ left: Double, _ right: Double) -> LogicalPlan? {
        var chosen = join
        switch join.kind {
        case .inner, .left, .right, .full:
            guard left < right * 0.8 else { return nil }
            (chosen.left, chosen.right) = (join.right, join.left)
            chosen.keys = join.keys.map { .init($0.right, $0.left, matchesNull: $0.matchesNull) }
            if join.kind == .left { chosen.kind = .right } else if join.kind == .right { chosen.kind = .left }
        case .semi, .anti:
            guard left < right * 0.5 else { return nil }
            chosen.buildsLeft = true
        case .mark, .single: return nil
        }
        return .join(chosen)
    }
}
