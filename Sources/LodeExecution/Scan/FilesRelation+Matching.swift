/// Which column of a file is which column of the table, and which of the file's rows are not of the table.

import LodeCore
import LodeFormats
import LodeFunctions
import LodeTables

extension FilesRelation {
    func columns(of scan: any FileScan, _ path: String) -> FileColumns { FileColumns(scan, path: path, matching) }

    /// Where a file has a column of the table, by position in its schema; nil if it lacks it.
    func position(of column: String, in scan: any FileScan) -> Int? { columns(of: scan, "").position(of: column) }

    /// What rows of files without the column have in it.
    func missing(_ column: String) -> Value {
        guard case .mapped(let columns) = matching else { return .null }
        return columns.first { $0.name == column }?.missing ?? .null
    }

    /// How rows of a data file come to a column that equality deletes compare.
    func origin(
        of key: EqualityKey, _ file: DataFile, _ columns: FileColumns, _ functions: FunctionContext
    ) throws(SQLError) -> FileOrigin {
        let column = key.column
        // A column that is gone may have been followed by another one of its name.
        if key.path.count == 1, columns.mapped(column.name)?.fieldID == column.fieldID,
            let value = file.partitionValue(of: column.name, partitionFields)
        {
            return .value(value)
        }
        return try columns.origin(of: column, key.path.dropFirst().map(\.name), as: key.type, functions)
    }
}
