/// What a row group reader needs of each of its columns.

import LodeCore
import LodeVectors

/// Reads rows of one column of a row group, flat or nested, going forward.
protocol ColumnReader: AnyObject {
    /// The rows, none of which lies before those of the call before.
    func read(_ rows: RowSet) throws(SQLError) -> Column
    /// The chunks that it reads from.
    var chunks: [ChunkPages] { get }
}

extension LeafReader: ColumnReader {
    var chunks: [ChunkPages] { [pages] }
}
