/// A relation that can be scanned: what a name or a file function in FROM resolves to.

import LodeCore

/// Implemented where bytes are known about (module LodeExecution); here only what planning needs.
package protocol TableSource: AnyObject, Sendable {
    /// For EXPLAIN: "main.orders", "read_parquet('a/*.parquet')".
    var displayName: String { get }
    /// All columns, partition columns and virtual ones included.
    var schema: Schema { get }
    /// Columns that `*` does not show, called in lower case; their positions go on behind those of `schema`.
    var hiddenFields: [Field] { get }
    /// Columns whose values come from the path: predicates on them choose files before any is opened.
    var partitionColumns: Set<String> { get }
    /// Rows in all files, as known or estimated without reading data.
    var rowCount: Double? { get }
    /// What is known of a column over all files, by position in `schema`.
    func statistics(_ column: Int) -> ColumnStatistics?
    /// Whether a scan may ask for fields of structs instead of whole columns.
    var readsFields: Bool { get }
}

extension TableSource {
    package var readsFields: Bool { false }
    package var hiddenFields: [Field] { [] }
}
