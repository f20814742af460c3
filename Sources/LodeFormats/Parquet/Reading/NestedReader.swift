/// Reads lists, maps and structs.

import LodeCore
import LodeVectors

/// A cursor over the leaves of a nested column.
final class NestedReader: ColumnReader {
    let node: SchemaNode
    let chunks: [ChunkPages]

    init(_ node: SchemaNode, _ chunks: [ChunkPages]) throws(SQLError) {
        self.node = node
        self.chunks = chunks
    }

    func read(_ rows: RowSet) throws(SQLError) -> Column {
        throw .unsupported("reading nested columns")
    }
}
enum NestedJoining {
    static func join(_ pieces: [Column], _ type: SQLType) throws(SQLError) -> Column { throw .unsupported("nested columns") }
}
