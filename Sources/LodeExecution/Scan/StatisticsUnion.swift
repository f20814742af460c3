/// What is known of a column over several files.

import LodeCore

enum StatisticsUnion {
    /// What holds for the rows of both; what either does not know is unknown.
    static func merge(_ left: ColumnStatistics, _ right: ColumnStatistics) -> ColumnStatistics {
        var result = ColumnStatistics()
        result.rowCount = sum(left.rowCount, right.rowCount)
        result.nullCount = sum(left.nullCount, right.nullCount)
        result.minimum = bound(left, right, left.minimum, right.minimum, keepsLower: true)
        result.maximum = bound(left, right, left.maximum, right.maximum, keepsLower: false)
        result.boundsAreExact = left.boundsAreExact && right.boundsAreExact
        if let a = left.distinctCount, let b = right.distinctCount { result.distinctCount = max(a, b) }
        return result
    }

    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return nil }
        return left + right
    }

    private static func bound(
        _ left: ColumnStatistics, _ right: ColumnStatistics, _ a: Value?, _ b: Value?, keepsLower: Bool
    ) -> Value? {
        // Rows that are all NULL have no bounds and need none.
        if left.isAllNull { return b }
        if right.isAllNull { return a }
        guard let a, let b, let order = Value.compare(a, b) else { return nil }
        return (order <= 0) == keepsLower ? a : b
    }
}
