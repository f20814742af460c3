/// One data file of a table, as the table's metadata describes it.

import LodeCore

/// What a scan needs to know about a file before opening it.
package struct DataFile: Hashable, Sendable {
    /// A location that the object stores resolve.
    package var path: String
    /// Bytes.
    package var size: Int
    /// Rows, if the metadata knows.
    package var rowCount: Int?
    /// Aligned with `TableSnapshot.partitionColumns`, in their types.
    package var partitionValues: [Value]
    /// By column name as the schema spells it; columns of which nothing is known are absent.
    package var statistics: [String: ColumnStatistics]
    /// The number that the table gives to the file's first row, if it numbers rows.
    package var rowIDBase: Int?
    /// Microseconds since 1970-01-01 UTC; 0 if unknown. With `path` and `size` it identifies the bytes, for caches.
    package var modifiedMicros: Int64
    /// Why planning kept the file, for EXPLAIN (WHY); nil if nothing was asked.
    package var keptBecause: String?

    package init(
        path: String, size: Int, rowCount: Int? = nil, partitionValues: [Value] = [],
        statistics: [String: ColumnStatistics] = [:], rowIDBase: Int? = nil, modifiedMicros: Int64 = 0,
        keptBecause: String? = nil
    ) {
        self.path = path
        self.size = size
        self.rowCount = rowCount
        self.partitionValues = partitionValues
        self.statistics = statistics
        self.rowIDBase = rowIDBase
        self.modifiedMicros = modifiedMicros
        self.keptBecause = keptBecause
    }
}
