/// What is known about the values of one column in one file.

import LodeCore

/// Bounds and counts. Bounds are inclusive and may be wider than the values (cut-off strings); absent means unknown.
package struct ColumnStatistics: Hashable, Sendable {
    package var minimum: Value?
    package var maximum: Value?
    package var nullCount: Int?
    /// How many values are NaN, which bounds never cover; nil means unknown. Only real and double have any.
    package var nanCount: Int?
    package var distinctCount: Int?

    package init(
        minimum: Value? = nil, maximum: Value? = nil, nullCount: Int? = nil, nanCount: Int? = nil, distinctCount: Int? = nil
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.nullCount = nullCount
        self.nanCount = nanCount
        self.distinctCount = distinctCount
    }
}
