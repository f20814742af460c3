/// What metadata tells of a file of a table.

import LodeCore
import LodeFormats
import LodePlan
import LodeTables

/// Asks the table's metadata first, and opens the file where that does not know.
final class KnownFile: FileMetadata {
    private let source: FileTableSource
    private let file: DataFile
    /// Nil until the file has been opened. A file that can't be opened is reported by the scan.
    private var opened: (any FileScan)?
    private var isOpened = false

    init(_ source: FileTableSource, _ file: DataFile) {
        self.source = source
        self.file = file
    }

    private var scan: (any FileScan)? {
        if !isOpened {
            isOpened = true
            opened = try? source.open(file, like: nil)
        }
        return opened
    }

    func constant(_ column: Int) -> Value? {
        let name = source.field(column).name
        if name == source.filenameColumn { return .text(file.path) }
        guard let place = source.partitionFields.firstIndex(where: { $0.name == name }) else { return nil }
        return place < file.partitionValues.count ? file.partitionValues[place] : .null
    }

    var rowCount: Int? { file.rowCount ?? scan?.rowCount }

    func statistics(_ column: Int) -> ColumnStatistics? {
        let field = source.field(column)
        // Rows have their numbers from where they lie, not from a column.
        if field.name == source.rowNumberColumn { return nil }
        if let known = file.statistics[field.name], known.boundsAreExact || known.isAllNull { return known }
        guard let scan else { return nil }
        // A file without the column is one in which it is NULL.
        guard let index = scan.schema.index(of: field.name) else { return ColumnStatistics(nullCount: rowCount, rowCount: rowCount) }
        return scan.schema.fields[index].type == field.type ? scan.statistics(index) : nil
    }
}
