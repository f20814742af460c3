/// Makes plain joins of dependent joins: decorrelation.

import LodeCore
import LodePlan

/// Removes every join whose right side reads its left side's columns. Three ways, the cheapest that fits:
///
/// 1. The right side reads nothing of the left: it is a plain join already.
/// 2. What it reads stands in predicates that can be lifted to the top: they become the join condition
///    (`LiftedPredicates`).
/// 3. Otherwise the right side is computed once for all distinct combinations of the columns that it reads, and joined back
///    on them (`DomainPushDown`). That always works where the operators below know how.
///
/// - Source: Neumann, Kemper: "Unnesting Arbitrary Queries", BTW 2015.
/// - Order: after `RewriteSubqueries`; all other rules expect no dependent joins.
struct UnnestDependentJoins: OptimizerRule {
    static let name = "unnest_dependent_joins"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        // Inner joins first: what is left free below then belongs to joins further out.
        try plan.mapped { (node) throws(SQLError) in
            guard case .dependentJoin(let join) = node else { return node }
            return try unnest(join, context)
        }
    }

    private func unnest(_ join: DependentJoinNode, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        let outer = join.left.columnIDs
        let correlated = join.right.freeColumns.intersection(outer)
        if correlated.isEmpty {
            let kind = Self.relaxed(join.kind, join.right)
            return Self.plainJoin(kind, join.left, join.right, join.predicate)
        }
        if let appended = appendedToLeft(join, outer, context) { return appended }
        if let lifted = try LiftedPredicates.lift(join, outer, context) { return lifted }
        return try DomainPushDown.unnest(join, correlated, context)
    }

    /// A subquery that has exactly one row needs no check for a second one.
    static func relaxed(_ kind: JoinNode.Kind, _ right: LogicalPlan) -> JoinNode.Kind {
        kind == .single && PlanBounds.maximumRows(right).map { $0 <= 1 } ?? false ? .left : kind
    }

    /// A join whose condition is taken apart into keys and the rest.
    static func plainJoin(
        _ kind: JoinNode.Kind, _ left: LogicalPlan, _ right: LogicalPlan, _ predicate: BoundExpression
    ) -> LogicalPlan {
        let parts = JoinCondition(predicate.conjuncts, left.columnIDs, right.columnIDs)
        return .join(JoinNode(kind: kind, left: left, right: right, keys: parts.keys, residual: parts.residual))
    }

    /// LATERAL over a single row or over lists of the left row: columns added to the left side, without any join.
    private func appendedToLeft(_ join: DependentJoinNode, _ outer: Set<ColumnID>, _ context: RuleContext) -> LogicalPlan? {
        guard join.predicate == .true, join.kind == .inner || join.kind == .left || join.kind == .single else { return nil }
        func append(_ plan: LogicalPlan) -> LogicalPlan? {
            switch plan {
            case .values(let values) where values.rows.count == 1:
                if values.columns.isEmpty { return join.left }
                let items = zip(values.columns, values.rows[0]).map { ProjectNode.Item($0, $1) }
                return .project(ProjectNode(input: join.left, items: Self.passing(join.left.columns) + items))
            case .project(let project):
                guard let input = append(project.input) else { return nil }
                return .project(ProjectNode(input: input, items: Self.passing(join.left.columns) + project.items))
            case .unnest(var unnest) where join.kind != .single:
                guard let input = append(unnest.input) else { return nil }
                unnest.input = input
                if join.kind == .left { unnest.keepsEmpty = true }
                return .unnest(unnest)
            default: return nil
            }
        }
        return append(join.right)
    }

    static func passing(_ columns: [PlanColumn]) -> [ProjectNode.Item] { columns.map { .init($0, $0.reference) } }
}
