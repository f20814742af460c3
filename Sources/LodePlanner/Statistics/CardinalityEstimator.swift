/// How many rows a plan will give, guessed from what files say of themselves.

import LodeCore
import LodePlan

/// What is guessed of a plan's output.
struct RelationEstimate {
    var rows: Double
    /// Rows before any filter, for relations straight from a table: what foreign keys into it point at.
    var baseRows: Double
    var columns: [ColumnID: ColumnEstimate] = [:]

    /// The same with other rows: no column has more distinct values than there are rows.
    func scaled(to rows: Double) -> RelationEstimate {
        var copy = self
        copy.rows = max(rows, 0)
        for (id, column) in columns { copy.columns[id]?.distinct = min(column.distinct, max(rows, 1)) }
        return copy
    }
}

struct ColumnEstimate {
    var distinct: Double
    /// Whether `distinct` is no more than an upper bound (rows, or the width of the value range).
    var isBound: Bool
    var minimum: Double?
    var maximum: Double?
    var nullFraction: Double
}

/// Estimates bottom-up. Uses row counts and min/max of Parquet files; knows no histograms.
struct CardinalityEstimator {
    /// What CTEs give, by number; filled by `WithNode`s on the way down.
    private var ctes: [Int: RelationEstimate] = [:]

    mutating func estimate(_ plan: LogicalPlan) -> RelationEstimate {
        switch plan {
        case .scan(let node): return estimateScan(node)
        case .values(let node): return plain(plan, Double(node.rows.count))
        case .series(let node): return plain(plan, Self.length(of: node))
        case .cteScan(let node):
            guard let known = ctes[node.cte] else { return plain(plan, 1000) }
            return plain(plan, known.rows)
        case .filter(let node):
            let input = estimate(node.input)
            return Selectivity(input).applying(node.predicate.conjuncts)
        case .project(let node): return project(node)
        case .aggregate(let node): return aggregate(node)
        case .join(let node): return join(node)
        case .limit(let node):
            let input = estimate(node.input)
            if let most = PlanBounds.maximumRows(plan), Double(most) < input.rows { return input.scaled(to: Double(most)) }
            return input
        case .sort(let node):
            let input = estimate(node.input)
            if let limit = node.limit, Double(limit) < input.rows { return input.scaled(to: Double(limit)) }
            return input
        case .distinctOn(let node):
            let input = estimate(node.input)
            return input.scaled(to: input.rows * 0.5)
        case .window(let node):
            var input = estimate(node.input)
            for call in node.calls { input.columns[call.column.id] = unknown(input.rows) }
            return input
        case .unnest(let node):
            let input = estimate(node.input)
            return plain(plan, input.rows * 4)
        case .setOperation(let node):
            let inputs = node.inputs.map { estimate($0).rows }
            switch node.kind {
            case .unionAll, .union: return plain(plan, inputs.reduce(0, +))
            case .intersect, .intersectAll: return plain(plan, (inputs.min() ?? 0) / 2)
            case .except, .exceptAll: return plain(plan, inputs.first ?? 0)
            }
        case .with(let node):
            ctes[node.cte] = estimate(node.definition)
            return estimate(node.body)
        case .recursive(let node): return plain(plan, estimate(node.anchor).rows * 10)
        case .dependentJoin(let node): return plain(plan, estimate(node.left).rows)
        }
    }

    private func unknown(_ rows: Double) -> ColumnEstimate { ColumnEstimate(distinct: max(rows, 1), isBound: true, nullFraction: 0) }

    private func plain(_ plan: LogicalPlan, _ rows: Double) -> RelationEstimate {
        var result = RelationEstimate(rows: rows, baseRows: rows)
        for column in plan.columns { result.columns[column.id] = unknown(rows) }
        return result
    }

    private static func length(of node: SeriesNode) -> Double {
        func number(_ index: Int) -> Double? {
            guard index < node.arguments.count, case .constant(.integer(let value), _) = node.arguments[index] else { return nil }
            return Double(value)
        }
        guard let start = number(0), let stop = number(1) else { return 1000 }
        return max(1, ((stop - start) / (number(2) ?? 1)).rounded(.down) + 1)
    }

    private func estimateScan(_ node: ScanNode) -> RelationEstimate {
        let rows = node.source.rowCount ?? 10_000
        var base = RelationEstimate(rows: rows, baseRows: rows)
        for output in node.outputs {
            base.columns[output.column.id] = Self.column(node.source.statistics(output.index), output.column.type, rows)
        }
        var result = Selectivity(base).applying(node.filters)
        if let limit = node.limit { result = result.scaled(to: min(result.rows, Double(limit))) }
        return result
    }

    /// Integers and dates can't have more distinct values than their range has; for others, rows bound them.
    static func column(_ known: ColumnStatistics?, _ type: SQLType, _ rows: Double) -> ColumnEstimate {
        var estimate = ColumnEstimate(distinct: max(rows, 1), isBound: true, nullFraction: 0)
        guard let known else { return estimate }
        estimate.minimum = known.minimum?.position
        estimate.maximum = known.maximum?.position
        if let nulls = known.nullCount, rows > 0 { estimate.nullFraction = min(1, Double(nulls) / rows) }
        if let distinct = known.distinctCount, distinct > 0 {
            estimate.distinct = Double(distinct)
            estimate.isBound = false
        } else if let low = estimate.minimum, let high = estimate.maximum, type.isInteger || type == .date || type.isDecimal {
            estimate.distinct = max(1, min(rows, (high - low) * known.stepsPerUnit(type) + 1))
        }
        return estimate
    }

    private mutating func project(_ node: ProjectNode) -> RelationEstimate {
        let input = estimate(node.input)
        var result = RelationEstimate(rows: input.rows, baseRows: input.baseRows)
        for item in node.items {
            if case .column(let id, _) = item.expression {
                result.columns[item.column.id] = input.columns[id] ?? unknown(input.rows)
            } else {
                let sources = item.expression.columns.compactMap { input.columns[$0]?.distinct }
                let distinct = sources.isEmpty ? 1 : min(input.rows, sources.reduce(1, *))
                result.columns[item.column.id] = ColumnEstimate(distinct: max(1, distinct), isBound: true, nullFraction: 0)
            }
        }
        return result
    }

    private mutating func aggregate(_ node: AggregateNode) -> RelationEstimate {
        let input = estimate(node.input)
        if node.groups.isEmpty, node.sets == nil { return plain(.aggregate(node), 1) }
        let distinct = node.groups.map { group -> Double in
            let sources = group.expression.columns.compactMap { input.columns[$0]?.distinct }
            return sources.isEmpty ? 1 : min(input.rows, sources.reduce(1, *))
        }
        // Keys are rarely independent: each further one counts for less.
        var groups = 1.0
        for (index, count) in distinct.sorted(by: >).enumerated() { groups *= index == 0 ? count : count.squareRoot() }
        let rows = max(1, min(groups, input.rows)) * Double(node.sets?.count ?? 1)
        var result = plain(.aggregate(node), rows)
        for (group, count) in zip(node.groups, distinct) {
            var column = unknown(min(count, rows))
            if case .column(let id, _) = group.expression, let source = input.columns[id] {
                column.minimum = source.minimum
                column.maximum = source.maximum
            }
            result.columns[group.column.id] = column
        }
        return result
    }

    private mutating func join(_ node: JoinNode) -> RelationEstimate {
        let left = estimate(node.left), right = estimate(node.right)
        let matched = JoinEstimate.rows(left, right, node.conditions)
        switch node.kind {
        case .inner: return JoinEstimate.combined(left, right, matched)
        case .left, .single: return JoinEstimate.combined(left, right, max(matched, left.rows))
        case .right: return JoinEstimate.combined(left, right, max(matched, right.rows))
        case .full: return JoinEstimate.combined(left, right, max(matched, left.rows + right.rows))
        case .semi: return left.scaled(to: min(left.rows, JoinEstimate.matchingLeft(left, right, node.conditions)))
        case .anti: return left.scaled(to: max(left.rows * 0.05, left.rows - JoinEstimate.matchingLeft(left, right, node.conditions)))
        case .mark(let column, _):
            var result = left
            result.columns[column.id] = ColumnEstimate(distinct: 2, isBound: false, nullFraction: 0)
            return result
        }
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

extension ColumnStatistics {
    /// Different values that fit between two neighbours of `position`.
    fileprivate func stepsPerUnit(_ type: SQLType) -> Double {
        if case .decimal(_, let scale) = type { return Double(Decimal128.power(min(scale, 15))) }
        return 1
    }
}
