/// A join condition taken apart by what its conjuncts look at.

import LodeCore
import LodePlan

/// Sorts conjuncts into equality keys, one-sided conditions, and the rest.
struct JoinCondition {
    var keys: [JoinNode.Key] = []
    var others: [BoundExpression] = []

    /// - Parameter left, right: the columns of the two sides. Other columns (of outer queries) count for either side.
    init(_ conjuncts: [BoundExpression], _ left: Set<ColumnID>, _ right: Set<ColumnID>) {
        for conjunct in conjuncts {
            if let key = Self.key(conjunct, left, right) {
                if !keys.contains(key) { keys.append(key) }
            } else {
                others.append(conjunct)
            }
        }
    }

    var residual: BoundExpression? { others.isEmpty ? nil : .conjunction(others) }

    private static func key(_ conjunct: BoundExpression, _ left: Set<ColumnID>, _ right: Set<ColumnID>) -> JoinNode.Key? {
        guard case .comparison(let op, let a, let b, _) = conjunct, op == .equal || op == .isNotDistinct,
            !conjunct.isVolatile, !conjunct.hasSubquery
        else { return nil }
        let ac = a.columns, bc = b.columns
        if ac.isDisjoint(with: left.union(right)) || bc.isDisjoint(with: left.union(right)) { return nil }
        if ac.isDisjoint(with: right), bc.isDisjoint(with: left) { return .init(a, b, matchesNull: op == .isNotDistinct) }
        if ac.isDisjoint(with: left), bc.isDisjoint(with: right) { return .init(b, a, matchesNull: op == .isNotDistinct) }
        return nil
    }
}
