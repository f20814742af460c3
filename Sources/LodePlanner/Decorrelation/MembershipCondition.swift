/// The condition of a join that asks whether a value is among the rows of a correlated subquery.

import LodeCore
import LodePlan

/// Keeps apart what a join compares and what only says which rows a subquery has for an outer row.
///
/// For most kinds both are one conjunction. A NULL-aware mark distinguishes them: `x in (select y from t where t.k = o.k)`
/// is unknown if `x = y` is, but a row whose `t.k = o.k` is unknown does not belong to the subquery at all. So there
/// membership becomes a condition that is never NULL.
struct MembershipCondition {
    let condition: BoundExpression
    /// The right side, without rows that belong to no outer row.
    let right: LogicalPlan

    /// - Parameters:
    ///   - predicate: what is compared.
    ///   - membership: conjuncts that say which right rows belong to a left row.
    init(_ kind: JoinNode.Kind, predicate: BoundExpression, membership: [BoundExpression], right: LogicalPlan) {
        guard case .mark(_, true) = kind, !membership.isEmpty else {
            // What makes a row one of the subquery's was tested before it is compared.
            condition = .conjunction(membership + predicate.conjuncts)
            self.right = right
            return
        }
        let inner = right.columnIDs
        // Where equalities alone are compared, membership may be hashed beside them; otherwise all pairs are looked at.
        let comparesByKeys = predicate.conjuncts.allSatisfy { part in
            if case .comparison(.equal, let a, let b, _) = part { !a.columns.isEmpty && !b.columns.isEmpty } else { false }
        }
        var known: [BoundExpression] = [], present: [BoundExpression] = []
        for part in membership {
            guard comparesByKeys, case .comparison(let op, let a, let b, let span) = part, op == .equal || op == .isNotDistinct,
                let own = Self.innerSide(a, b, inner)
            else {
                known.append(.coalesce([part, .false], .boolean))
                continue
            }
            known.append(.comparison(.isNotDistinct, a, b, span))
            if op == .equal { present.append(.not(.isNull(own))) }
        }
        condition = .conjunction(predicate.conjuncts + known)
        self.right = present.isEmpty ? right : .filter(FilterNode(input: right, predicate: .conjunction(present)))
    }

    private static func innerSide(_ a: BoundExpression, _ b: BoundExpression, _ inner: Set<ColumnID>) -> BoundExpression? {
        func isInner(_ own: BoundExpression, _ other: BoundExpression) -> Bool {
            !own.columns.isEmpty && own.columns.isSubset(of: inner) && !other.columns.isEmpty && other.columns.isDisjoint(with: inner)
        }
        return isInner(a, b) ? a : isInner(b, a) ? b : nil
    }
}
