/// How many rows a join gives.

import LodeCore

package enum JoinEstimate {
    /// How many different values the two sides of an equality can have.
    package struct Domain {
        package var values: Double
        /// Whether `values` is an upper bound only.
        package var isBound: Bool
    }

    /// The domain of one side of an equality. Filters don't make it smaller: they drop keys that the other side still has.
    package static func domain(_ expression: BoundExpression, _ relation: RelationEstimate) -> Domain {
        guard let id = expression.columns.min(), let column = relation.columns[id] else {
            return Domain(values: max(relation.baseRows, 1), isBound: true)
        }
        if !column.isBound { return Domain(values: column.distinct, isBound: false) }
        var values = relation.baseRows
        if let low = column.minimum, let high = column.maximum { values = min(values, high - low + 1) }
        return Domain(values: max(values, column.distinct, 1), isBound: true)
    }

    /// The values that equal columns share, by containment: the smaller set of values lies in the larger. Where counts are
    /// bounds only, the side with fewer rows in its table is taken to hold every key once (a foreign key meets its primary key).
    package static func shared(_ domains: [Domain]) -> Double {
        let known = domains.filter { !$0.isBound }.map(\.values)
        return known.max() ?? domains.map(\.values).min() ?? 1
    }

    /// The values of the key that `conditions` make, and the part of pairs with equal keys that their other parts keep.
    private static func key(
        _ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]
    ) -> (values: Double, others: Double) {
        var values = 1.0, others = 1.0, equalities = 0
        for condition in conditions {
            guard case .comparison(let op, let a, let b, _) = condition, op == .equal || op == .isNotDistinct,
                let one = side(a, left, right), let two = side(b, left, right)
            else {
                others *= 0.33
                continue
            }
            values *= shared([one, two])
            equalities += 1
        }
        // A composite key has no more values than the smaller table has rows.
        if equalities > 1 { values = min(values, max(1, min(left.baseRows, right.baseRows))) }
        return (max(values, 1), others)
    }

    private static func side(_ expression: BoundExpression, _ left: RelationEstimate, _ right: RelationEstimate) -> Domain? {
        guard let id = expression.columns.min() else { return nil }
        if left.columns[id] != nil { return domain(expression, left) }
        return right.columns[id] == nil ? nil : domain(expression, right)
    }

    /// Pairs that satisfy `conditions`.
    package static func rows(_ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]) -> Double {
        let (values, others) = key(left, right, conditions)
        return max(left.rows * right.rows / values * others, min(1, left.rows, right.rows))
    }

    /// By how much a join of `kind` multiplies the rows of its left side.
    package static func factor(
        _ kind: JoinNode.Kind, _ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]
    ) -> Double {
        switch kind {
        case .single, .mark: return 1
        case .semi: return max(0.0005, matching(left, right, conditions))
        case .anti: return max(0.1, 1 - matching(left, right, conditions))
        case .inner, .left, .right, .full:
            let (values, others) = key(left, right, conditions)
            return max(kind == .inner ? 0 : 1, right.rows * others / values)
        }
    }

    /// The part of the left rows that have a match.
    package static func matching(_ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]) -> Double {
        let (values, others) = key(left, right, conditions)
        let rows = right.rows * others
        // A table that has each key once keeps as many keys as rows; from others, keys are drawn at random.
        if right.baseRows <= values * 1.01 { return min(1, rows / values) }
        return right.rows >= right.baseRows && others == 1 ? 1 : 1 - exponential(-rows / values)
    }

    /// e to the power of `x`, for x <= 0: near enough, and without a C library.
    private static func exponential(_ x: Double) -> Double {
        if x < -30 { return 0 }
        var result = 1 + x / 1024
        for _ in 0..<10 { result *= result }
        return result
    }

    package static func combined(_ left: RelationEstimate, _ right: RelationEstimate, _ rows: Double) -> RelationEstimate {
        var result = RelationEstimate(rows: max(rows, left.rows, right.rows), baseRows: max(left.baseRows, right.baseRows))
        result.columns = left.columns.merging(right.columns) { a, _ in a }
        return result.scaled(to: rows)
    }
}
