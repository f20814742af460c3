/// How many rows a join gives.

import LodeCore
import LodePlan

enum JoinEstimate {
    /// Pairs that satisfy `conditions`.
    ///
    /// Per equality, `|L| * |R| / distinct keys`, with containment: where a key's distinct count is only bounded, the side with
    /// fewer rows in its table is taken to hold every key once (a foreign key meets its primary key). Several equalities
    /// between the same two tables are a composite key, which has no more values than the smaller table has rows.
    static func rows(_ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]) -> Double {
        var keys = 1.0, others = 1.0, equalities = 0
        for condition in conditions {
            if case .comparison(let op, let a, let b, _) = condition, op == .equal || op == .isNotDistinct,
                let domain = domain(a, b, left, right)
            {
                keys *= domain
                equalities += 1
            } else {
                others *= 0.33
            }
        }
        if equalities > 1 { keys = min(keys, max(1, min(left.baseRows, right.baseRows))) }
        return max(left.rows * right.rows / max(keys, 1) * others, min(1, left.rows, right.rows))
    }

    /// The distinct values that an equality's sides share the domain of.
    private static func domain(
        _ a: BoundExpression, _ b: BoundExpression, _ left: RelationEstimate, _ right: RelationEstimate
    ) -> Double? {
        func side(_ expression: BoundExpression) -> (column: ColumnEstimate, base: Double)? {
            let ids = expression.columns
            guard let id = ids.first else { return nil }
            if let column = left.columns[id] { return (column, left.baseRows) }
            if let column = right.columns[id] { return (column, right.baseRows) }
            return nil
        }
        guard let one = side(a), let two = side(b) else { return nil }
        // Filters on a side don't make the domain smaller: they drop keys that the other side still has.
        let first = one.column.isBound ? max(one.column.distinct, min(one.base, range(one.column) ?? one.base)) : one.column.distinct
        let second = two.column.isBound ? max(two.column.distinct, min(two.base, range(two.column) ?? two.base)) : two.column.distinct
        return one.column.isBound && two.column.isBound ? min(first, second) : max(one.column.isBound ? 0 : first, two.column.isBound ? 0 : second)
    }

    private static func range(_ column: ColumnEstimate) -> Double? {
        guard let low = column.minimum, let high = column.maximum else { return nil }
        return max(1, high - low + 1)
    }

    /// Left rows that have a match.
    static func matchingLeft(_ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]) -> Double {
        let pairs = rows(left, right, conditions)
        return min(left.rows, max(pairs, min(left.rows, 1)))
    }

    static func combined(_ left: RelationEstimate, _ right: RelationEstimate, _ rows: Double) -> RelationEstimate {
        var result = RelationEstimate(rows: rows, baseRows: max(left.baseRows, right.baseRows))
        result.columns = left.columns.merging(right.columns) { a, _ in a }
        return result.scaled(to: rows)
    }
}
