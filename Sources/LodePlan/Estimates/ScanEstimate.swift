/// What is guessed of a scan, from what files say of themselves.

import LodeCore

extension ScanNode {
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        let rows = statistics?.rowCount ?? 10_000
        var base = RelationEstimate(rows: rows, baseRows: rows)
        for output in outputs {
            let known = output.path.isEmpty ? statistics?.columns[output.index] : nil
            base.columns[output.column.id] = Self.column(known, output.column.type, rows)
        }
        let result = Selectivity(base).applying(filters)
        return result.limited(to: limit)
    }

    /// Integers and dates can't have more distinct values than their range has; for others, rows bound them.
    private static func column(_ known: ColumnStatistics?, _ type: SQLType, _ rows: Double) -> ColumnEstimate {
        var estimate = ColumnEstimate.unknown(rows)
        guard let known else { return estimate }
        estimate.minimum = known.minimum?.position
        estimate.maximum = known.maximum?.position
        if let nulls = known.nullCount, rows > 0 { estimate.nullFraction = min(1, Double(nulls) / rows) }
        if let distinct = known.distinctCount, distinct > 0 {
            estimate.distinct = Double(distinct)
            estimate.isBound = false
            let bounds = known.distinctBounds ?? distinct...distinct, low = Double(bounds.lowerBound), high = Double(bounds.upperBound)
            // A sketch of values that are all different may see some percent less, or more.
            estimate.isKey = low >= 0.98 * rows || (low >= 0.9 * rows && high >= rows)
            if estimate.isKey { estimate.distinct = min(Double(max(distinct, 1)), max(rows, 1)) }
        } else if let low = estimate.minimum, let high = estimate.maximum, type.isInteger, abs(high - low + 1 - rows) <= 0.01 * rows {
            // As many rows as numbers from the first to the last: they are counted through.
            estimate.distinct = max(1, rows)
            estimate.isBound = false
            estimate.isKey = true
        } else if let low = estimate.minimum, let high = estimate.maximum, type.isInteger || type == .date || type.isDecimal {
            estimate.distinct = max(1, min(rows, (high - low) * stepsPerUnit(type) + 1))
        } else if case .text(let low)? = known.minimum, case .text(let high)? = known.maximum,
            let first = letter(low.string), let last = letter(high.string)
        {
            estimate.distinct = max(1, min(rows, last - first + 1))
        }
        estimate.domain = estimate.distinct
        return estimate
    }

    /// The code of a string's only letter: columns of single letters are flags.
    private static func letter(_ text: String) -> Double? {
        text.utf8.count == 1 ? text.utf8.first.map { Double($0) } : nil
    }

    /// Different values that fit between two neighbours of `Value.position`.
    private static func stepsPerUnit(_ type: SQLType) -> Double {
        if case .decimal(_, let scale) = type { return Double(Decimal128.power(min(scale, 15))) }
        return 1
    }
}
