/// What is known of a column in a file, a row group or a page without reading it.

/// Bounds and counts over some rows of one column. Anything may be unknown (nil).
package struct ColumnStatistics: Hashable, Sendable {
    /// No value is below it. Not necessarily present in the data (strings may be cut short).
    package var minimum: Value?
    /// No value is above it.
    package var maximum: Value?
    package var nullCount: Int?
    package var rowCount: Int?
    /// A guess where parts were put together.
    package var distinctCount: Int?
    /// What is certain of `distinctCount`, where it is a guess.
    package var distinctBounds: ClosedRange<Int>?
    /// Whether `minimum` and `maximum` are values of the data, so that `min()` and `max()` may be answered from them.
    package var boundsAreExact: Bool

    package init(
        minimum: Value? = nil, maximum: Value? = nil, nullCount: Int? = nil, rowCount: Int? = nil, distinctCount: Int? = nil,
        boundsAreExact: Bool = false
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.nullCount = nullCount
        self.rowCount = rowCount
        self.distinctCount = distinctCount
        self.boundsAreExact = boundsAreExact
    }

    /// Whether every row is known to be NULL.
    package var isAllNull: Bool {
        guard let nullCount, let rowCount else { return false }
        return nullCount >= rowCount
    }

    /// What holds over the rows of both.
    package func merged(with other: ColumnStatistics) -> ColumnStatistics {
        var result = merged(boundsOf: other)
        result.takeDistinct(of: [self, other])
        return result
    }

    private mutating func takeDistinct(of parts: [ColumnStatistics]) {
        let distinct = DistinctCounts.combined(parts)
        distinctCount = distinct?.count
        distinctBounds = distinct.flatMap { $0.bounds.count == 1 ? nil : $0.bounds }
    }

    private func merged(boundsOf other: ColumnStatistics) -> ColumnStatistics {
        var result = ColumnStatistics()
        result.rowCount = Self.sum(rowCount, other.rowCount)
        result.nullCount = Self.sum(nullCount, other.nullCount)
        // Rows that are all NULL have no bounds and take none away.
        result.minimum = isAllNull ? other.minimum : other.isAllNull ? minimum : Self.extreme(minimum, other.minimum, -1)
        result.maximum = isAllNull ? other.maximum : other.isAllNull ? maximum : Self.extreme(maximum, other.maximum, 1)
        result.boundsAreExact = (boundsAreExact || isAllNull) && (other.boundsAreExact || other.isAllNull)
        return result
    }

    /// What holds over the rows of all `parts`; nil for none.
    package static func merged(_ parts: [ColumnStatistics]) -> ColumnStatistics? {
        guard var result = parts.first else { return nil }
        for part in parts.dropFirst() { result = result.merged(boundsOf: part) }
        result.takeDistinct(of: parts)
        return result
    }

    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return nil }
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : sum
    }

    private static func extreme(_ left: Value?, _ right: Value?, _ sign: Int) -> Value? {
        guard let left, let right, let order = Value.compare(left, right) else { return nil }
        return order * sign >= 0 ? left : right
    }
}
