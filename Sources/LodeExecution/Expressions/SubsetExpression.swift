/// Computing an expression for some rows of a chunk.

import LodeCore
import LodeVectors

/// Over the columns at `positions` only, so that a detour for a few rows gathers little.
final class SubsetExpression: Sendable {
    let positions: [Int]
    let inner: any CompiledExpression

    init(positions: [Int], inner: any CompiledExpression) {
        self.positions = positions
        self.inner = inner
    }

    var type: SQLType { inner.type }

    /// The value for each of `rows`, or for every row of the chunk if nil.
    func evaluate(_ chunk: Chunk, _ rows: Selection?) throws(SQLError) -> Column {
        var columns: [Column] = []
        columns.reserveCapacity(positions.count)
        for position in positions {
            let column = chunk.columns[position]
            if let rows { columns.append(try column.gather(rows)) } else { columns.append(column) }
        }
        return try inner.evaluate(Chunk(columns: columns, count: rows?.count ?? chunk.count, batch: chunk.batch))
    }
}
