/// What is guessed of a plan's output.

import LodePlan

struct RelationEstimate {
    var rows: Double
    /// Rows before any filter, for relations straight from a table: what foreign keys into it point at.
    var baseRows: Double
    var columns: [ColumnID: ColumnEstimate] = [:]

    /// The same with other rows: no column has more distinct values than there are rows.
    func scaled(to rows: Double) -> RelationEstimate {
        var copy = self
        copy.rows = max(rows, 0)
        if rows < self.rows { copy.columns = columns.mapValues { $0.capped(max(rows, 1)) } }
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

    /// Nothing is known but that there are `rows` rows.
    static func unknown(_ rows: Double) -> ColumnEstimate { ColumnEstimate(distinct: max(rows, 1), isBound: true, nullFraction: 0) }

    fileprivate func capped(_ count: Double) -> ColumnEstimate {
        var copy = self
        copy.distinct = min(distinct, count)
        return copy
    }
}
