/// What is known of a column in a file, a row group or a page without reading it.

/// Bounds and counts over some rows of one column. Anything may be unknown (nil).
package struct ColumnStatistics: Hashable, Sendable {
    /// No value is below it. Not necessarily present in the data (texts may be cut short).
    package var minimum: Value?
    /// No value is above it.
    package var maximum: Value?
    package var nullCount: Int?
    package var rowCount: Int?
    package var distinctCount: Int?
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
}
