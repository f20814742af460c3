/// Makes plain joins of dependent joins: decorrelation.

import LodeCore
import LodePlan

/// Removes every join whose right side reads its left side's columns. Four ways, the cheapest that fits:
///
/// 1. The right side reads nothing of the left: it is a plain join already.
/// 2. The right side is one row, or the elements of lists, of the left row: columns beside it, without a join
///    (`AppendedColumns`).
/// 3. What it reads stands in predicates that can be lifted to the top: they become the join condition
///    (`LiftedPredicates`).
/// 4. Otherwise the right side is computed once for all distinct combinations of the columns that it reads, and joined back
///    on them (`DomainPushDown`). That always works where the operators below know how.
///
/// Outer joins go first: the columns that a domain brings down are then just further columns of an inner dependent join's
/// left side, so a subquery may read any number of levels up.
///
/// - Sound because: each way gives every left row the right rows that it would have got one by one.
/// - Source: Neumann, Kemper: "Unnesting Arbitrary Queries", BTW 2015; Neumann: "Improving Unnesting of Complex Queries",
///   BTW 2025 (top-down order).
/// - Order: after `RewriteSubqueries`; all other rules expect no dependent joins.
struct UnnestDependentJoins: OptimizerRule {
    static let name = "unnest_dependent_joins"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var current = plan
        while case .dependentJoin(let join) = current { current = try unnest(join, context) }
        var children: [LogicalPlan] = []
        for child in current.children { children.append(try apply(child, context)) }
        return children.isEmpty ? current : current.replacing(children: children)
    }

    private func unnest(_ join: DependentJoinNode, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        let outer = join.left.columnIDs
        let correlated = join.right.freeColumns.intersection(outer)
        if correlated.isEmpty {
            let kind = Self.relaxed(join.kind, join.right)
            return Self.plainJoin(kind, join.left, join.right, join.predicate)
        }
        if let appended = AppendedColumns(join).plan { return appended }
        if let late = lateProjection(join) { return late }
        if let lifted = LiftedPredicates.lift(join, outer, context) { return lifted }
        return try DomainPushDown.unnest(join, correlated, context)
    }

    /// Computes what can fail above the join, for rows that are there, where a row without a match gets the same.
    private func lateProjection(_ join: DependentJoinNode) -> LogicalPlan? {
        guard join.predicate == .true, case .project(let top) = join.right, top.items.contains(where: \.expression.canFail)
        else { return nil }
        switch join.kind {
        case .single, .left: break
        case .inner, .right, .full, .semi, .anti, .mark: return nil
        }
        let computed = top.input.columnIDs
        guard top.input.node.alwaysHasRow || top.items.allSatisfy({ $0.expression.isNull(whereNull: computed) }) else { return nil }
        let below = LogicalPlan.dependentJoin(DependentJoinNode(kind: join.kind, left: join.left, right: top.input, predicate: .true))
        return .project(ProjectNode(input: below, items: ProjectNode.Item.passing(join.left.columns) + top.items))
    }

    /// A subquery that has at most one row needs no check for a second one.
    static func relaxed(_ kind: JoinNode.Kind, _ right: LogicalPlan) -> JoinNode.Kind {
        kind == .single && right.maxRows.map { $0 <= 1 } ?? false ? .left : kind
    }

    /// A join whose condition is taken apart into keys and the rest.
    static func plainJoin(
        _ kind: JoinNode.Kind, _ left: LogicalPlan, _ right: LogicalPlan, _ predicate: BoundExpression
    ) -> LogicalPlan {
        let parts = JoinCondition(predicate.conjuncts, left.columnIDs, right.columnIDs, kind)
        return .join(JoinNode(kind: kind, left: left, right: right, keys: parts.keys, residual: parts.residual))
    }
}
