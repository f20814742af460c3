/// A join condition taken apart by what its conjuncts look at.

import LodeCore
import LodePlan

/// Sorts conjuncts into equality keys and the rest.
///
/// A key is computed for all rows of its side. An equality that can fail is therefore a key only where there is no other, and
/// then not for rows of its side that a condition before it removes.
struct JoinCondition {
    var keys: [JoinNode.Key] = []
    var others: [BoundExpression] = []

    /// - Parameter left, right: the columns of the two sides. Other columns (of outer queries) count for either side.
    init(_ conjuncts: [BoundExpression], _ left: Set<ColumnID>, _ right: Set<ColumnID>, _ kind: JoinNode.Kind) {
        let found = conjuncts.map { Self.key($0, left, right) }
        // What a NULL-aware mark compares is all keys: a NULL in them means something.
        var isNullAware = false
        if case .mark(_, true) = kind { isNullAware = true }
        let isSafe = conjuncts.indices.map { isNullAware || !conjuncts[$0].canFail }
        let hasSafeKey = found.indices.contains { found[$0] != nil && isSafe[$0] }
        for (index, conjunct) in conjuncts.enumerated() {
            guard let key = found[index] else {
                others.append(conjunct)
                continue
            }
            if isSafe[index] {
                if !keys.contains(key) { keys.append(key) }
            } else if hasSafeKey || !keys.isEmpty {
                others.append(conjunct)
            } else {
                let guards = conjuncts[..<index]
                keys.append(
                    .init(Self.guarded(key.left, guards, left), Self.guarded(key.right, guards, right), matchesNull: key.matchesNull))
            }
        }
    }

    /// `key` for the rows for which those of `conditions` are true that read one side alone; NULL for others, which the
    /// conditions drop.
    private static func guarded(
        _ key: BoundExpression, _ conditions: ArraySlice<BoundExpression>, _ side: Set<ColumnID>
    ) -> BoundExpression {
        let own = conditions.filter { !$0.columns.isEmpty && $0.columns.isSubset(of: side) && !$0.isVolatile }
        return own.isEmpty ? key : key.guarded(by: .conjunction(Array(own)))
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
