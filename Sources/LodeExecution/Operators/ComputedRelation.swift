/// A table whose rows are computed when it is scanned: pg_catalog, information_schema.

import LodeCore
import LodePlan

package final class ComputedRelation: Relation {
    /// The rows that fulfil a condition; others may be among them.
    package typealias Rows = @Sendable (ColumnPredicate) throws(SQLError) -> [[Value]]

    package let displayName: String
    package let schema: Schema
    package let origins: [CatalogColumn]
    /// For estimates.
    private let usualRows: Int
    private let rows: Rows

    package init(displayName: String, schema: Schema, origins: [CatalogColumn], usualRows: Int, rows: @escaping Rows) {
        self.displayName = displayName
        self.schema = schema
        self.origins = origins
        self.usualRows = usualRows
        self.rows = rows
    }

    package var partitionColumns: Set<String> { [] }
    package func readStatistics(of columns: [Int]) -> RelationStatistics { RelationStatistics(rowCount: Double(usualRows)) }

    func chunks(_ predicate: ColumnPredicate) throws(SQLError) -> ChunksRelation {
        try ChunksRelation(displayName: displayName, schema: schema, rows: rows(predicate))
    }
}
