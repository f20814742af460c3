/// How many rows a join gives.

import LodeCore

package enum JoinEstimate {
    /// What is known of one side of an equality.
    package struct Domain {
        /// The different values that it can have.
        package var values: Double
        /// Whether `values` is an upper bound only.
        package var isBound: Bool
        /// Whether no value repeats in its table.
        package var isKey = false
        /// The rows of its table.
        package var baseRows: Double
        /// The numbers between which its values lie.
        package var range: ClosedRange<Double>?

        /// The values that lie in `range`.
        fileprivate func values(in part: ClosedRange<Double>) -> Double {
            guard let range, range.overlaps(part) else { return range == nil ? values : 1 }
            let low = max(range.lowerBound, part.lowerBound), high = min(range.upperBound, part.upperBound)
            return max(1, values * (high - low + 1) / (range.upperBound - range.lowerBound + 1))
        }
    }

    /// The domain of one side of an equality. Conditions on other columns don't make it smaller: they drop keys that the other
    /// side still has.
    package static func domain(_ expression: BoundExpression, _ relation: RelationEstimate) -> Domain {
        guard let id = expression.columns.min(), let column = relation.columns[id] else {
            return Domain(values: max(relation.baseRows, 1), isBound: true, baseRows: relation.baseRows)
        }
        var domain = Domain(values: column.domain, isBound: column.isBound, baseRows: relation.baseRows)
        if case .column = expression {
            domain.isKey = column.isKey
            if let low = column.minimum, let high = column.maximum, low <= high { domain.range = low...high }
        }
        if column.isBound {
            var values = relation.baseRows
            if let low = column.minimum, let high = column.maximum { values = min(values, high - low + 1) }
            domain.values = max(values, column.distinct, 1)
        }
        return domain
    }

    /// The values that equal columns share, by containment: the smaller set of values lies in the larger, where their ranges
    /// meet. A count that is a bound only is that of a table which holds every key once, if no table is smaller (a foreign key
    /// meets its primary key).
    package static func shared(_ domains: [Domain]) -> Double {
        let ranges = domains.compactMap(\.range)
        var values = domains.map(\.values)
        if ranges.count > 1, let low = ranges.map(\.lowerBound).max(), let high = ranges.map(\.upperBound).min() {
            values = domains.map { low <= high ? $0.values(in: low...high) : 1 }
        }
        guard domains.contains(where: { !$0.isBound }) else { return values.min() ?? 1 }
        let smallest = domains.map(\.baseRows).min() ?? 0
        return zip(domains, values).filter { !$0.0.isBound || $0.0.baseRows <= smallest }.map(\.1).max() ?? 1
    }

    /// By how many times the rows of a table with a key exceed those whose key the other side can have: the rest finds no partner.
    package static func surplus(_ domain: Domain, rows: Double, shared: Double) -> Double {
        domain.isKey ? max(1, rows / shared) : 1
    }

    /// The values of the key that `conditions` make, and the part of pairs with equal keys that their other parts keep.
    private static func key(
        _ left: RelationEstimate, _ right: RelationEstimate, _ conditions: [BoundExpression]
    ) -> (values: Double, others: Double) {
        var values = 1.0, others = 1.0, equalities = 0, surplus = 1.0
        for condition in conditions {
            guard case .comparison(let op, let a, let b, _) = condition, op == .equal || op == .isNotDistinct,
                let one = side(a, left, right), let two = side(b, left, right)
            else {
                others *= 0.33
                continue
            }
            let common = shared([one.domain, two.domain])
            values *= common
            equalities += 1
            let unmatched = [one, two].map { Self.surplus($0.domain, rows: $0.rows, shared: common) }
            surplus = max(surplus, unmatched[0] * unmatched[1])
        }
        // A composite key has no more values than the smaller table has rows.
        if equalities > 1 { values = min(values, max(1, min(left.baseRows, right.baseRows))) }
        return (max(values, 1) * surplus, others)
    }

    private static func side(
        _ expression: BoundExpression, _ left: RelationEstimate, _ right: RelationEstimate
    ) -> (domain: Domain, rows: Double)? {
        guard let id = expression.columns.min() else { return nil }
        if left.columns[id] != nil { return (domain(expression, left), left.rows) }
        return right.columns[id] == nil ? nil : (domain(expression, right), right.rows)
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
        return right.rows >= right.baseRows && others == 1 ? 1 : 1 - Sampling.exponential(-rows / values)
    }

    package static func combined(_ left: RelationEstimate, _ right: RelationEstimate, _ rows: Double) -> RelationEstimate {
        var result = RelationEstimate(rows: max(rows, left.rows, right.rows), baseRows: max(left.baseRows, right.baseRows))
        result.columns = left.columns.merging(right.columns) { a, _ in a }.mapValues { $0.repeated }
        return result.scaled(to: rows)
    }
}
