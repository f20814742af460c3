/// Decides which side of a join the hash table is built from.

import LodeCore
import LodePlan

/// Builds on the side that is expected to be smaller: left joins with a small left side become right joins with the sides
/// exchanged, semi, anti and mark joins with a small left side build on it.
///
/// - Sound because: `a LEFT JOIN b` is `b RIGHT JOIN a`; a semi join gives the same left rows whichever side is hashed.
/// - Order: after pruning, near the end: other rules know the left side as the probing one.
struct ChooseBuildSide: NodeRule {
    static let name = "choose_build_side"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .join(var join) = node, !join.keys.isEmpty else { return nil }
        var estimator = CardinalityEstimator()
        let left = estimator.estimate(join.left).rows, right = estimator.estimate(join.right).rows
        switch join.kind {
        case .inner, .left:
            guard left < right * 0.8 else { return nil }
            (join.left, join.right) = (join.right, join.left)
            join.keys = join.keys.map { .init($0.right, $0.left, matchesNull: $0.matchesNull) }
            if join.kind == .left { join.kind = .right }
            return restoringOrder(.join(join), node.columns)
        case .semi, .anti:
            guard left < right * 0.5 else { return nil }
            join.buildsLeft = true
            return .join(join)
        case .right, .full, .mark, .single: return nil
        }
    }

    private func restoringOrder(_ plan: LogicalPlan, _ columns: [PlanColumn]) -> LogicalPlan {
        .project(ProjectNode(input: plan, items: UnnestDependentJoins.passing(columns)))
    }
}
