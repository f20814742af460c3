/// Outer joins that look for rows without a match.

import LodeCore
import LodePlan

extension JoinFilterPush {
    /// An outer join of which only the rows without a match are wanted is an anti join, beside NULLs.
    ///
    ///     Filter r.k is null                    Project l.*, NULL as r.*
    ///     └─ Hash Left Join l.k = r.k   ──▶     └─ Hash Anti Join l.k = r.k'
    ///        ├─ Scan l                             ├─ Scan l
    ///        └─ Scan r                             └─ Project r.k as r.k'
    ///
    /// Below, the columns of the other side get numbers of their own: above, theirs stand for NULL.
    func pushMissing(_ conjuncts: [BoundExpression]) -> LogicalPlan? {
        let kept: LogicalPlan, other: LogicalPlan
        switch node.kind {
        case .left: (kept, other) = (node.left, node.right)
        case .right: (kept, other) = (node.right, node.left)
        case .inner, .full, .semi, .anti, .single, .mark: return nil
        }
        let missing = Set(conjuncts.filter { isMissing($0, of: other) })
        if missing.isEmpty { return nil }
        let conditions = node.conditions
        let read = conditions.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
        let copies = other.columns.filter { read.contains($0.id) }.map { (old: $0, new: descent.context.copy($0)) }
        let renamed = Dictionary(copies.map { ($0.old.id, $0.new.reference) }, uniquingKeysWith: { a, _ in a })
        let copy = LogicalPlan.project(ProjectNode(input: other, items: copies.map { .init($0.new, $0.old.reference) }))
        let parts = JoinCondition(conditions.map { $0.substituting(renamed) }, kept.columnIDs, copy.columnIDs, .anti)
        let anti = JoinNode(kind: .anti, left: kept, right: copy, keys: parts.keys, residual: parts.residual)
        let nulls = Dictionary(
            other.columns.map { ($0.id, BoundExpression.constant(.null, $0.type)) }, uniquingKeysWith: { a, _ in a })
        let rest = conjuncts.filter { !missing.contains($0) }
            .flatMap { $0.substituting(nulls).mapped(SimplifyExpressions.simplified).conjuncts }
        let joined = JoinFilterPush(descent, anti).push(rest)
        let columns = LogicalPlan.join(node).columns
        return .project(ProjectNode(input: joined, items: columns.map { .init($0, nulls[$0.id] ?? $0.reference) }))
    }

    /// Whether it asks for NULL in a column of `other` that no row has which matches: either none has NULL there, or the join
    /// condition would not be true of it.
    private func isMissing(_ conjunct: BoundExpression, of other: LogicalPlan) -> Bool {
        guard case .isNull(.column(let id, _)) = conjunct, let column = other.columns.first(where: { $0.id == id }) else { return false }
        return !column.nullable || node.conditions.contains { $0.isNeverTrue(whereNull: [id]) }
    }
}
