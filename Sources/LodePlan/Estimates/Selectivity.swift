/// What part of the rows a condition keeps.

import LodeCore

/// Guesses over one relation; conjuncts are taken to be independent, ranges on one column are taken together.
package struct Selectivity {
    let relation: RelationEstimate

    package init(_ relation: RelationEstimate) { self.relation = relation }

    package func applying(_ conjuncts: [BoundExpression]) -> RelationEstimate {
        if conjuncts.isEmpty { return relation }
        var result = relation.scaled(to: max(min(relation.rows, 1), relation.rows * selectivity(of: conjuncts)))
        for conjunct in conjuncts { narrow(&result, conjunct) }
        return result
    }

    /// Ranges on one column (`x >= a and x < b`) multiply to far too little, so they're intersected first.
    func selectivity(of conjuncts: [BoundExpression]) -> Double {
        var ranges: [ColumnID: (low: Double, high: Double)] = [:]
        var product = 1.0
        for conjunct in conjuncts {
            if let (id, low, high) = range(conjunct) {
                let known = ranges[id] ?? (0, 1)
                ranges[id] = (max(known.low, low), min(known.high, high))
            } else {
                product *= fraction(conjunct)
            }
        }
        for (_, range) in ranges { product *= max(range.high - range.low, 0.0005) }
        return product
    }

    /// The part of a column's value range that a comparison leaves, as fractions from its start.
    private func range(_ conjunct: BoundExpression) -> (ColumnID, Double, Double)? {
        guard case .comparison(let op, .column(let id, _), .constant(let value, _), _) = conjunct,
            let column = relation.columns[id], let low = column.minimum, let high = column.maximum, high > low, let at = value.position
        else { return nil }
        let place = min(max((at - low) / (high - low), 0), 1)
        switch op {
        case .less, .lessOrEqual: return (id, 0, place)
        case .greater, .greaterOrEqual: return (id, place, 1)
        default: return nil
        }
    }

    package func fraction(_ condition: BoundExpression) -> Double {
        switch condition {
        case .constant(.boolean(let flag), _): return flag ? 1 : 0
        case .constant: return 0
        case .and(let parts): return selectivity(of: parts)
        case .or(let parts): return 1 - parts.reduce(1) { $0 * (1 - fraction($1)) }
        case .not(let inner): return max(0.01, 1 - fraction(inner))
        case .isNull(.column(let id, _)): return max(relation.columns[id]?.nullFraction ?? 0.05, 0.001)
        case .isNull: return 0.05
        case .isIn(let operand, let list): return min(0.6, Double(list.count) * equality(operand))
        case .column(_, .boolean): return 0.5
        case .coalesce(let parts, _): return parts.first.map(fraction) ?? 0.33
        case .attempt(let inner): return fraction(inner)
        case .comparison(let op, let left, let right, _): return comparison(op, left, right)
        case .call(let call): return Self.call(call)
        default: return 0.33
        }
    }

    private func comparison(_ op: ComparisonOperator, _ left: BoundExpression, _ right: BoundExpression) -> Double {
        switch op {
        case .equal, .isNotDistinct:
            if case .constant(let value, _) = right { return isOutside(left, value) ? 0.0001 : equality(left) }
            return min(equality(left), equality(right))
        case .notEqual, .isDistinct: return 1 - min(0.5, equality(left))
        default:
            if case .constant = right, let (_, low, high) = range(.comparison(op, left, right, nil)) { return max(high - low, 0.0005) }
            return 0.33
        }
    }

    /// The part of the rows that one value of `operand` has. Texts without a known count are taken to repeat a lot.
    private func equality(_ operand: BoundExpression) -> Double {
        guard case .column(let id, let type) = operand, let column = relation.columns[id] else { return 0.1 }
        // Strings and floats that are compared with one value are categories more often than names.
        if column.isBound, type.isText || type == .double || type == .real { return max(1 / max(column.distinct, 1), 0.03) }
        return 1 / max(column.distinct, 1)
    }

    /// Whether the column's bounds exclude `value`.
    private func isOutside(_ operand: BoundExpression, _ value: Value) -> Bool {
        guard case .column(let id, _) = operand, let column = relation.columns[id], let low = column.minimum, let high = column.maximum,
            let at = value.position
        else { return false }
        return at < low || at > high
    }

    private static func call(_ call: ScalarCall) -> Double {
        switch call.name {
        case "like", "ilike", "starts_with": return 0.1
        case "contains", "regexp_matches", "~", "regexp_like": return 0.1
        default: return 0.33
        }
    }

    /// What a condition tells of its column from here on.
    private func narrow(_ result: inout RelationEstimate, _ conjunct: BoundExpression) {
        switch conjunct {
        case .comparison(.equal, .column(let id, _), .constant, _): result.columns[id]?.narrow(to: 1)
        case .isIn(.column(let id, _), let list):
            result.columns[id]?.narrow(to: Double(list.count))
        case .comparison(let op, .column(let id, _), .constant(let value, _), _):
            guard let at = value.position, let column = result.columns[id], let low = column.minimum, let high = column.maximum, high > low
            else { return }
            let width = high - low
            switch op {
            case .less, .lessOrEqual: result.columns[id]?.maximum = min(high, max(at, low))
            case .greater, .greaterOrEqual: result.columns[id]?.minimum = max(low, min(at, high))
            default: return
            }
            if let now = result.columns[id], let a = now.minimum, let b = now.maximum {
                result.columns[id]?.narrow(to: column.domain * (b - a) / width + 1)
            }
        default: return
        }
    }
}
