/// A relation that can be scanned: what a name or a file function in FROM resolves to.

import LodeCore
import LodeTables

/// Implemented where bytes are known about (module LodeExecution); here only what planning needs.
package protocol Relation: AnyObject, Sendable {
    /// For EXPLAIN: "main.orders", "read_parquet('a/*.parquet')".
    var displayName: String { get }
    /// Which state of which table of the catalog is read as the current one; nil for files and for earlier versions.
    var tableVersion: TableVersion? { get }
    /// All columns, partition columns and virtual ones included.
    var schema: Schema { get }
    /// Columns that `*` does not show, called in lower case; their positions go on behind those of `schema`.
    var hiddenFields: [Field] { get }
    /// What the catalog says of the columns, aligned with `schema`; empty for what is not in the catalog.
    var origins: [CatalogColumn] { get }
    /// Columns whose values come from the path: predicates on them choose files before any is opened.
    var partitionColumns: Set<String> { get }
    /// What metadata tells of the table and of the columns at these positions in `schema`. May list files and open them.
    func readStatistics(of columns: [Int]) -> RelationStatistics
    /// The same with what the table or the catalog has noted, which may be out of date: for estimates alone.
    /// - Parameter asking: whether so much hangs on it that a service is asked.
    func estimates(of columns: [Int], asking: Bool) -> RelationStatistics
    /// Whether a scan may ask for fields of structs instead of whole columns.
    var readsFields: Bool { get }
    /// All files, if they are known and can be asked about their rows; nil else. No row is deleted or hidden by anything but a filter.
    func fileMetadata() -> [any FileMetadata]?
}

extension Relation {
    package var tableVersion: TableVersion? { nil }
    package var readsFields: Bool { false }
    package var hiddenFields: [Field] { [] }
    package var origins: [CatalogColumn] { [] }
    package func fileMetadata() -> [any FileMetadata]? { nil }
    package func estimates(of columns: [Int], asking: Bool) -> RelationStatistics { readStatistics(of: columns) }
}

/// What is known of a relation over all its files.
package struct RelationStatistics: Sendable {
    /// As known or estimated without reading data.
    package var rowCount: Double?
    /// By position in the source's schema.
    package var columns: [Int: ColumnStatistics]

    package init(rowCount: Double? = nil, columns: [Int: ColumnStatistics] = [:]) {
        self.rowCount = rowCount
        self.columns = columns
    }
}

/// What is known of one file of a table without reading its rows. Asking may read the file's own metadata.
package protocol FileMetadata {
    /// The value that a column has in all rows because of the file's place; nil for columns of the file itself.
    func constant(_ column: Int) -> Value?
    var rowCount: Int? { get }
    /// By position in the table's schema.
    func statistics(_ column: Int) -> ColumnStatistics?
}
