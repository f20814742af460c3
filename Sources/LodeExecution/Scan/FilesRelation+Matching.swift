/// Which column of a file is which column of the table, and which of the file's rows are not of the table.

import LodeCore
import LodeFormats
import LodeTables

extension FilesRelation {
    /// Where a file has a column of the table, by position in its schema; nil if it lacks it.
    func position(of column: String, in scan: any FileScan) -> Int? {
        switch matching {
        case .name: return scan.schema.index(of: column)
        case .fieldID(let ids):
            guard isNumbered(scan) else { return scan.schema.index(of: column) }
            return ids[column].flatMap { id in scan.fieldIDs.firstIndex { $0 == id } }
        case .mapped:
            guard let mapped = mapped(column) else { return nil }
            guard let id = mapped.fieldID else { return scan.schema.index(of: mapped.fileName) }
            return scan.fieldIDs.firstIndex { $0 == id }
        }
    }

    /// How files have a column, if that is not as the table has it.
    func mapped(_ column: String) -> MappedColumn? {
        guard case .mapped(let columns) = matching else { return nil }
        return columns.first { $0.name == column }
    }

    /// - Throws: `XX001` for a file without numbers in a table that finds columns by them: all would seem to be missing.
    /// - Source: Delta PROTOCOL.md, "Reader Requirements for Column Mapping".
    func checkNumbers(of scan: any FileScan, _ file: DataFile) throws(SQLError) {
        guard case .mapped(let columns) = matching, columns.contains(where: { $0.fieldID != nil }), !isNumbered(scan) else { return }
        throw SQLError(
            .dataCorrupted, "the columns of the file have no field ids, by which the table finds its columns", in: file.path)
    }

    private func isNumbered(_ scan: any FileScan) -> Bool { scan.fieldIDs.contains { $0 != nil } }

    /// Which rows of a file are deleted, read if that is not known yet; nil where nothing says which.
    func positions(_ deletes: RowDeletes, in scan: any FileScan) throws(SQLError) -> RowPositions? {
        guard let vector = deletes.vector, let rowCount = scan.rowCount else { return deletes.positions }
        var rows = try vector.positions(rowCount: rowCount) { (path, offset, count) throws(SQLError) in
            try stores.open(path).read(offset: offset, count: count)
        }
        if let known = deletes.positions { rows.formUnion(known) }
        return rows
    }
}
