/// A table whose rows are in memory: information_schema, the rows of a client.

import LodeCore
import LodePlan
import LodeVectors

package final class ChunksRelation: Relation {
    package let displayName: String
    package let schema: Schema
    package let chunks: [Chunk]

    /// Chunks have the schema's columns, in its order.
    package init(displayName: String, schema: Schema, chunks: [Chunk]) {
        self.displayName = displayName
        self.schema = schema
        self.chunks = chunks
    }

    package var partitionColumns: Set<String> { [] }
    package func readStatistics(of columns: [Int]) -> RelationStatistics {
        RelationStatistics(rowCount: Double(chunks.reduce(0) { $0 + $1.count }))
    }

    /// Rows of values as a table, in chunks.
    package convenience init(displayName: String, schema: Schema, rows: [[Value]]) throws(SQLError) {
        var chunks: [Chunk] = []
        var start = 0
        while start < rows.count {
            let part = rows[start..<min(start + Chunk.capacity, rows.count)]
            var columns: [Column] = []
            for (index, field) in schema.fields.enumerated() {
                columns.append(try Column.make(field.type, part.map { $0[index] }))
            }
            chunks.append(Chunk(columns: columns, count: part.count))
            start += part.count
        }
        self.init(displayName: displayName, schema: schema, chunks: chunks)
    }
}
