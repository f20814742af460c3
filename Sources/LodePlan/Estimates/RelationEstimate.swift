/// What is guessed of a plan's output.

import LodeCore

package struct RelationEstimate {
    package var rows: Double
    /// Rows before any filter, for relations straight from a table: what foreign keys into it point at.
    package var baseRows: Double
    package var columns: [ColumnID: ColumnEstimate] = [:]

    package init(rows: Double, baseRows: Double) {
        self.rows = rows
        self.baseRows = baseRows
    }

    /// Nothing is known but that there are `rows` rows.
    package static func unknown(_ columns: [PlanColumn], rows: Double) -> RelationEstimate {
        var result = RelationEstimate(rows: rows, baseRows: rows)
        result.addUnknown(columns)
        return result
    }

    package mutating func addUnknown(_ added: [PlanColumn]) {
        for column in added { columns[column.id] = .unknown(rows) }
    }

    /// The same with other rows: no column has more distinct values than there are rows.
    package func scaled(to rows: Double) -> RelationEstimate {
        var copy = self
        copy.rows = max(rows, 0)
        if rows < self.rows { copy.columns = columns.mapValues { $0.capped(max(rows, 1)) } }
        return copy
    }

    /// The first rows of it, `count` at most.
    package func limited(to count: Int?) -> RelationEstimate {
        guard let count, Double(count) < rows else { return self }
        return scaled(to: Double(count))
    }

    /// What is known of an expression over it.
    package func column(_ expression: BoundExpression) -> ColumnEstimate {
        if case .column(let id, _) = expression { return columns[id] ?? .unknown(rows) }
        return .unknown(distinct(expression))
    }

    /// The different values that an expression can have, from those of the columns that it reads.
    private func distinct(_ expression: BoundExpression) -> Double {
        let sources = expression.columns.compactMap { columns[$0]?.distinct }
        return sources.isEmpty ? 1 : max(1, min(rows, sources.reduce(1, *)))
    }

    /// The combinations of values of `keys`.
    package func groups(_ keys: [BoundExpression]) -> Double {
        let counts = keys.map { key -> Double in
            let count = distinct(key)
            // Strings whose number of values nobody knows mostly repeat.
            guard case .column(let id, let type) = key, type.isText, columns[id]?.isBound ?? true else { return count }
            return min(count, max(100, rows.squareRoot() * 10))
        }
        // Keys are rarely independent: each further one counts for less.
        var result = 1.0
        for (index, count) in counts.sorted(by: >).enumerated() { result *= index == 0 ? count : count.squareRoot() }
        return max(min(1, rows), min(result, rows))
    }
}

package struct ColumnEstimate {
    package var distinct: Double
    /// Whether `distinct` is no more than an upper bound (rows, or the width of the value range).
    package var isBound: Bool
    /// `distinct` as it was before rows were dropped by conditions on other columns: what foreign keys into it point at.
    package var domain: Double
    /// Whether no value repeats in the column's table.
    package var isKey = false
    package var minimum: Double?
    package var maximum: Double?
    package var nullFraction: Double

    package init(distinct: Double, isBound: Bool, nullFraction: Double) {
        self.distinct = distinct
        self.isBound = isBound
        self.domain = distinct
        self.nullFraction = nullFraction
    }

    /// Nothing is known but that there are `rows` rows.
    package static func unknown(_ rows: Double) -> ColumnEstimate { ColumnEstimate(distinct: max(rows, 1), isBound: true, nullFraction: 0) }

    package func capped(_ count: Double) -> ColumnEstimate {
        var copy = self
        copy.distinct = min(distinct, count)
        return copy
    }

    /// The same where rows may come more than once.
    var repeated: ColumnEstimate {
        var copy = self
        copy.isKey = false
        return copy
    }

    /// Takes note of a condition on the column that leaves `count` of its values.
    mutating func narrow(to count: Double) {
        domain = max(1, min(domain, count))
        distinct = max(1, min(distinct, count))
    }

    /// Columns one below the other. Of discrete ones, no more values are different than their range has.
    static func united(_ sources: [ColumnEstimate], isDiscrete: Bool, rows: Double) -> ColumnEstimate {
        var result = ColumnEstimate(distinct: 0, isBound: true, nullFraction: 0)
        for source in sources { result.distinct += source.distinct }
        result.distinct = max(1, min(result.distinct, rows))
        result.domain = sources.reduce(0) { $0 + $1.domain }
        let lows = sources.compactMap(\.minimum), highs = sources.compactMap(\.maximum)
        if lows.count == sources.count { result.minimum = lows.min() }
        if highs.count == sources.count { result.maximum = highs.max() }
        if isDiscrete, let low = result.minimum, let high = result.maximum { result.distinct = min(result.distinct, high - low + 1) }
        result.isBound = sources.contains(where: \.isBound)
        return result
    }
}
