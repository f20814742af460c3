/// The numbers of rows in their file, as a column.

import LodeCore
import LodeVectors

/// Counts from 0 over all row groups; reads no bytes.
final class RowNumbers: ColumnReader {
    static let type = SQLType.bigint

    /// Of the row group's first row.
    private let first: Int

    init(_ footer: ParquetFooter, _ part: MorselRows) {
        first = footer.metaData.rowGroups[..<part.rowGroup].reduce(0) { $0 + $1.rowCount }
    }

    var chunks: [ChunkPages] { [] }

    func read(_ rows: RowSet) throws(SQLError) -> Column {
        let lanes = try Buffer(byteCount: max(rows.count * 8, 16))
        let numbers = lanes.lanes(as: Int64.self)
        for i in 0..<rows.count { numbers[i] = Int64(first &+ rows[i]) }
        return Column(flat: Self.type, count: rows.count, lanes: lanes)
    }
}
