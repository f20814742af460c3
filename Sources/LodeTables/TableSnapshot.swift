/// A table as it is at one version.

import LodeCore

/// What a statement sees of a table from beginning to end, whatever other writers do.
package protocol TableSnapshot: Sendable {
    /// All columns in the order of `SELECT *`, partition columns included.
    var schema: Schema { get }
    /// The columns whose values are in the metadata or the path, not in the files; each is in `schema` too.
    var partitionColumns: [Field] { get }
    /// How the files are written: "parquet", "csv", "json".
    var fileFormat: String { get }
    /// Table properties.
    var properties: [String: String] { get }
    /// Options for the readers of its files, such as a CSV delimiter; other properties may be among them.
    var readerOptions: [String: String] { get }
    /// Which state of which table of the catalog this is; nil for folders that are no table.
    var identity: TableVersion? { get }
    /// The version number; 0 for tables that have none.
    var version: Int64 { get }
    var statistics: TableStatistics { get }
    /// The table's folder, if it is that of a log.
    var location: String? { get }
    /// How columns are found in the files.
    var columnMatching: ColumnMatching { get }
    /// What can be asked of rows beside their columns; nil where the format has no names for that.
    var rowMetadata: RowMetadata? { get }
    /// What the table's log says, as its format knows it; nil for a table that has no log yet.
    var inLog: (any TableSnapshot)? { get }
    /// Whether listing all files costs so much that estimates do without.
    var isDearToList: Bool { get }
    /// Whether some files may have been written when the table was divided otherwise than it is.
    var mayBeDividedOtherwise: Bool { get }

    /// What the catalog has noted of columns, by name, of these at least where it has: for estimates alone, since rows may have changed
    /// since. May ask a service.
    func columnEstimates(_ columns: [String]) -> [String: ColumnStatistics]

    /// The files that could hold rows that pass `predicate` (nil: all). A superset is correct, a subset is a bug.
    /// - Throws: what listing or reading metadata raises.
    func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing

    /// Which rows came and went in the versions of a range that ends with this one or before it.
    /// - Parameter end: nil: this version.
    /// - Throws: `22023` for versions that are not there, `55000` where nobody recorded changes, `0A000` for tables without versions.
    func changes(from start: TableTime, through end: TableTime?) throws(SQLError) -> ChangeFeed
}

/// How a table's columns are found in its files.
package enum ColumnMatching: Hashable, Sendable {
    case name
    /// By the numbers that files give to their columns, whatever these are called there: the table's numbers, by name. Files that
    /// number nothing are matched by name.
    case fieldID([String: Int])
    /// By the names that the table's columns have in files, at any depth, or by the numbers of those that have one; aligned with the
    /// schema.
    case mapped([MappedColumn])
}

extension TableSnapshot {
    package var columnMatching: ColumnMatching { .name }
    package var rowMetadata: RowMetadata? { nil }
    package var inLog: (any TableSnapshot)? { self }

    package func changes(from start: TableTime, through end: TableTime?) throws(SQLError) -> ChangeFeed {
        throw SQLError.unsupported("reading the changes of a table without versions of its own")
    }
    package var isDearToList: Bool { false }
    package var mayBeDividedOtherwise: Bool { false }
    package var readerOptions: [String: String] { properties }
    package var location: String? { nil }
    package func columnEstimates(_ columns: [String]) -> [String: ColumnStatistics] { [:] }

    package var version: Int64 { identity?.version ?? 0 }
}

/// Totals over a table, for estimates; nil means unknown.
package struct TableStatistics: Hashable, Sendable {
    package var rowCount: Int?
    package var byteCount: Int?
    package var fileCount: Int?
    /// Over all files, by column name as the schema spells it; columns of which nothing is known are absent.
    package var columns: [String: ColumnStatistics]

    package init(
        rowCount: Int? = nil, byteCount: Int? = nil, fileCount: Int? = nil, columns: [String: ColumnStatistics] = [:]
    ) {
        self.rowCount = rowCount
        self.byteCount = byteCount
        self.fileCount = fileCount
        self.columns = columns
    }
}

/// The files that a scan opens, and what it could skip.
package struct FileListing: Hashable, Sendable {
    /// Ordered by partition, then path.
    package var files: [DataFile]
    package var partitionsTotal: Int
    package var partitionsPruned: Int
    package var filesTotal: Int
    /// Files ruled out by their own statistics or with their partition; partitions that were never listed count no files.
    package var filesPruned: Int

    package init(
        files: [DataFile] = [], partitionsTotal: Int = 0, partitionsPruned: Int = 0, filesTotal: Int = 0, filesPruned: Int = 0
    ) {
        self.files = files
        self.partitionsTotal = partitionsTotal
        self.partitionsPruned = partitionsPruned
        self.filesTotal = filesTotal
        self.filesPruned = filesPruned
    }
}
