/// What can be asked of a table's rows beside their columns.

import LodeCore

/// Columns that `*` does not show, by the names that the format's other engines give to them.
package struct RowMetadata: Hashable, Sendable {
    /// The path of the row's file.
    package var file: String
    /// The row's number there, from 0.
    package var position: String
    /// Nil where rows have no numbers that stay.
    package var lineage: RowLineage?

    package init(file: String, position: String, lineage: RowLineage? = nil) {
        self.file = file
        self.position = position
        self.lineage = lineage
    }
}

/// Which row is which from version to version of a table, and in which commit it changed last.
///
/// A row that is new where it lies has the numbers of its file: `DataFile.rowIDBase` plus its place there, and `DataFile.sequenceNumber`.
/// One that was there before, and lies in another file now, brings them along in two columns of that file:
///
///     file a, base 10          file b, base 30
///     0 ─▶ row 10                  kept   row
///     1 ─▶ row 11   ──UPDATE──▶ 0  11     11
///                   ──INSERT──▶ 1  NULL   31
///
/// - Source: Iceberg spec, "Row Lineage"; Delta PROTOCOL.md, "Row Tracking".
package struct RowLineage: Hashable, Sendable {
    /// The row's number, as the table and files have it.
    package var id: MappedColumn
    /// The commit that the row came with, or that changed it last.
    package var change: MappedColumn

    /// - Parameter schema: of the table, whose columns keep their names.
    init(id: MappedColumn, change: MappedColumn, beside schema: Schema) {
        func free(_ column: MappedColumn) -> MappedColumn {
            var column = column
            while schema.index(of: column.name) != nil { column.name = "_" + column.name }
            // Where files are read by numbers, names are free there, too; no two columns have the same one.
            if column.fieldID != nil { column.fileName = column.name }
            return column
        }
        self.id = free(id)
        self.change = free(change)
    }

    /// The same beside columns that a table is going to have.
    package func beside(_ schema: Schema) -> RowLineage { RowLineage(id: id, change: change, beside: schema) }

    package var columns: [MappedColumn] { [id, change] }
    package var fields: [Field] { columns.map { Field($0.name, .bigint) } }
}
