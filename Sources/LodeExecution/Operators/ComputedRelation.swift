/// A table whose rows are computed when it is scanned: pg_catalog, information_schema.

import LodeCore
import LodePlan
import LodeVectors

package final class ComputedRelation: Relation {
    /// The rows that fulfil a condition; others may be among them.
    package typealias Rows = @Sendable (ColumnPredicate) throws(SQLError) -> [[Value]]

    package let displayName: String
    package let schema: Schema
    /// Columns of Lode's own, and the number of the relation itself.
    package let hiddenFields: [Field]
    package let origins: [CatalogColumn]
    private let number: Int64
    /// For estimates.
    private let usualRows: Int
    private let rows: Rows

    package init(
        displayName: String, schema: Schema, hidden: [Field], origins: [CatalogColumn], number: Int64, usualRows: Int,
        rows: @escaping Rows
    ) {
        self.displayName = displayName
        self.schema = schema
        hiddenFields = hidden + [Field("tableoid", .catalog(.oid), nullable: false)]
        self.origins = origins
        self.number = number
        self.usualRows = usualRows
        self.rows = rows
    }

    package var partitionColumns: Set<String> { [] }
    package func readStatistics(of columns: [Int]) -> RelationStatistics { RelationStatistics(rowCount: Double(usualRows)) }

    func chunks(_ predicate: ColumnPredicate) throws(SQLError) -> ChunksRelation {
        let whole = Schema(schema.fields + hiddenFields.dropLast())
        let computed = try ChunksRelation(displayName: displayName, schema: whole, rows: rows(predicate))
        let chunks = try computed.chunks.map { (chunk) throws(SQLError) in
            let number = try Column.constant(.integer(number), .catalog(.oid), count: chunk.count)
            return Chunk(columns: chunk.columns + [number], count: chunk.count)
        }
        return ChunksRelation(displayName: displayName, schema: whole, chunks: chunks)
    }
}
