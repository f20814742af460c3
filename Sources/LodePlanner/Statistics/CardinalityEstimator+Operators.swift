/// What single operators do to rows and columns.

import LodeCore
import LodePlan

extension CardinalityEstimator {
    static func plain(_ plan: LogicalPlan, _ rows: Double) -> RelationEstimate {
        var result = RelationEstimate(rows: rows, baseRows: rows)
        for column in plan.columns { result.columns[column.id] = .unknown(rows) }
        return result
    }

    static func length(of node: SeriesNode) -> Double {
        func number(_ index: Int) -> Double? {
            guard index < node.arguments.count, case .constant(.integer(let value), _) = node.arguments[index] else { return nil }
            return Double(value)
        }
        guard let start = number(0), let stop = number(1) else { return 1000 }
        let step = number(2) ?? 1
        return step == 0 ? 1 : max(1, ((stop - start) / step).rounded(.down) + 1)
    }

    static func scan(_ node: ScanNode) -> RelationEstimate {
        let rows = node.source.rowCount ?? 10_000
        var base = RelationEstimate(rows: rows, baseRows: rows)
        for output in node.outputs {
            // Of fields in structs and of hidden columns nothing is known.
            let isShown = output.path.isEmpty && output.index < node.source.schema.count
            base.columns[output.column.id] = column(isShown ? node.source.statistics(output.index) : nil, output.column.type, rows)
        }
        let result = Selectivity(base).applying(node.filters)
        return node.limit.map { result.scaled(to: min(result.rows, Double($0))) } ?? result
    }

    /// Integers and dates can't have more distinct values than their range has; for others, rows bound them.
    static func column(_ known: ColumnStatistics?, _ type: SQLType, _ rows: Double) -> ColumnEstimate {
        var estimate = ColumnEstimate.unknown(rows)
        guard let known else { return estimate }
        estimate.minimum = known.minimum?.position
        estimate.maximum = known.maximum?.position
        if let nulls = known.nullCount, rows > 0 { estimate.nullFraction = min(1, Double(nulls) / rows) }
        if let distinct = known.distinctCount, distinct > 0 {
            estimate.distinct = Double(distinct)
            estimate.isBound = false
        } else if let low = estimate.minimum, let high = estimate.maximum, type.isInteger || type == .date || type.isDecimal {
            estimate.distinct = max(1, min(rows, (high - low) * stepsPerUnit(type) + 1))
        } else if case .text(let low)? = known.minimum, case .text(let high)? = known.maximum,
            let first = letter(low), let last = letter(high)
        {
            estimate.distinct = max(1, min(rows, last - first + 1))
        }
        return estimate
    }

    /// The code of a text's only letter: columns of single letters are flags.
    private static func letter(_ text: String) -> Double? {
        text.utf8.count == 1 ? text.utf8.first.map { Double($0) } : nil
    }

    /// Different values that fit between two neighbours of `Value.position`.
    private static func stepsPerUnit(_ type: SQLType) -> Double {
        if case .decimal(_, let scale) = type { return Double(Decimal128.power(min(scale, 15))) }
        return 1
    }

    static func project(_ node: ProjectNode, _ input: RelationEstimate) -> RelationEstimate {
        var result = RelationEstimate(rows: input.rows, baseRows: input.baseRows)
        for item in node.items {
            if case .column(let id, _) = item.expression {
                result.columns[item.column.id] = input.columns[id] ?? .unknown(input.rows)
            } else {
                result.columns[item.column.id] = .unknown(distinct(item.expression, input))
            }
        }
        return result
    }

    /// The different values that an expression can have, from those of the columns that it reads.
    private static func distinct(_ expression: BoundExpression, _ input: RelationEstimate) -> Double {
        let sources = expression.columns.compactMap { input.columns[$0]?.distinct }
        return sources.isEmpty ? 1 : max(1, min(input.rows, sources.reduce(1, *)))
    }

    /// The combinations of values of `keys`.
    static func groups(_ keys: [BoundExpression], _ input: RelationEstimate) -> Double {
        let counts = keys.map { key -> Double in
            let count = distinct(key, input)
            // Texts whose number of values nobody knows mostly repeat.
            guard case .column(let id, let type) = key, type.isText, input.columns[id]?.isBound ?? true else { return count }
            return min(count, max(100, input.rows.squareRoot() * 10))
        }
        // Keys are rarely independent: each further one counts for less.
        var result = 1.0
        for (index, count) in counts.sorted(by: >).enumerated() { result *= index == 0 ? count : count.squareRoot() }
        return max(min(1, input.rows), min(result, input.rows))
    }

    static func aggregate(_ node: AggregateNode, _ input: RelationEstimate) -> RelationEstimate {
        if node.groups.isEmpty, node.sets == nil { return plain(.aggregate(node), 1) }
        let rows = groups(node.groups.map(\.expression), input) * Double(node.sets?.count ?? 1)
        var result = plain(.aggregate(node), rows)
        for group in node.groups {
            guard case .column(let id, _) = group.expression, var source = input.columns[id] else {
                result.columns[group.column.id] = .unknown(min(distinct(group.expression, input), rows))
                continue
            }
            source.distinct = min(source.distinct, rows)
            result.columns[group.column.id] = source
        }
        return result
    }

    static func join(_ node: JoinNode, _ left: RelationEstimate, _ right: RelationEstimate) -> RelationEstimate {
        if let rows = node.estimatedRows { return kept(node, left, right, rows) }
        let conditions = node.conditions
        switch node.kind {
        case .inner: return kept(node, left, right, JoinEstimate.rows(left, right, conditions))
        case .right: return kept(node, left, right, right.rows * JoinEstimate.factor(.left, right, left, conditions))
        case .full: return kept(node, left, right, max(JoinEstimate.rows(left, right, conditions), left.rows + right.rows))
        case .left, .semi, .anti, .single, .mark:
            return kept(node, left, right, left.rows * JoinEstimate.factor(node.kind, left, right, conditions))
        }
    }

    private static func kept(_ node: JoinNode, _ left: RelationEstimate, _ right: RelationEstimate, _ rows: Double) -> RelationEstimate {
        switch node.kind {
        case .semi, .anti: return left.scaled(to: rows)
        case .mark(let column, _):
            var result = left
            result.columns[column.id] = ColumnEstimate(distinct: 2, isBound: false, nullFraction: 0)
            return result
        case .inner, .left, .right, .full, .single: return JoinEstimate.combined(left, right, rows)
        }
    }

    static func setOperation(_ node: SetOperationNode, _ inputs: [RelationEstimate]) -> RelationEstimate {
        let rows: Double =
            switch node.kind {
            case .unionAll, .union: inputs.reduce(0) { $0 + $1.rows }
            case .intersect, .intersectAll: (inputs.map(\.rows).min() ?? 0) / 2
            case .except, .exceptAll: inputs.first?.rows ?? 0
            }
        var result = RelationEstimate(rows: rows, baseRows: inputs.reduce(0) { $0 + $1.baseRows })
        for (position, column) in node.columns.enumerated() {
            var merged = ColumnEstimate(distinct: 0, isBound: true, nullFraction: 0)
            var lows: [Double?] = [], highs: [Double?] = []
            for (input, estimate) in zip(node.inputs, inputs) {
                let source = estimate.columns[input.columns[position].id] ?? .unknown(estimate.rows)
                merged.distinct += source.distinct
                lows.append(source.minimum)
                highs.append(source.maximum)
            }
            merged.distinct = max(1, min(merged.distinct, rows))
            if !lows.contains(where: { $0 == nil }) { merged.minimum = lows.compactMap { $0 }.min() }
            if !highs.contains(where: { $0 == nil }) { merged.maximum = highs.compactMap { $0 }.max() }
            if let low = merged.minimum, let high = merged.maximum, column.type.isInteger || column.type == .date {
                merged.distinct = min(merged.distinct, high - low + 1)
            }
            result.columns[column.id] = merged
        }
        return result
    }
}

extension Value {
    /// The value on a number line, for ranges; nil for what has none.
    var position: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let unscaled, let scale): Decimal128.toDouble(unscaled, scale: scale)
        case .double(let number): number.isFinite ? number : nil
        case .date(let days): Double(days)
        case .time(let micros), .timestamp(let micros): Double(micros)
        case .boolean(let flag): flag ? 1 : 0
        default: nil
        }
    }
}
