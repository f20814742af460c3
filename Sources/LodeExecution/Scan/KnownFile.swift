/// What metadata tells of a file of a table.

import LodeCore
import LodeFormats
import LodePlan
import LodeTables

/// Asks the table's metadata first, and opens the file where that does not know.
final class KnownFile: FileMetadata {
    private let source: FilesRelation
    private let file: DataFile
    /// Nil until the file has been opened. A file that can't be opened is reported by the scan.
    private var opened: (any FileScan)?
    private var isOpened = false

    init(_ source: FilesRelation, _ file: DataFile) {
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
        if name == source.filenameColumn { return .text(FilesRelation.shownPath(file)) }
        return file.partitionValue(of: name, source.partitionFields)
    }

    var rowCount: Int? { file.rowsLeft(of: file.rowCount ?? scan?.rowCount) }

    func statistics(_ column: Int) -> ColumnStatistics? {
        let field = source.field(column)
        // Rows have their numbers from where they lie, not from a column.
        if field.name == source.rowNumberColumn || source.lineagePart(field.name) != nil { return nil }
        // The least and the greatest row may be among those that are deleted.
        if file.deletes != nil { return nil }
        if let known = file.statistics[field.name], known.boundsAreExact || known.isAllNull { return known }
        // What a scan would refuse is for the scan to refuse.
        guard let scan, (try? source.columns(of: scan, file.path).checkNumbers()) != nil else { return nil }
        guard let index = source.position(of: field.name, in: scan) else {
            // A file without the column is one in which it is the same everywhere.
            let value = source.missing(field.name)
            if value.isNull { return ColumnStatistics(nullCount: rowCount, rowCount: rowCount) }
            var known = PartitionPruning.statistics(of: value, field.type)
            known?.rowCount = rowCount
            return known
        }
        return scan.schema.fields[index].type == field.type ? scan.statistics(index) : nil
    }
}
