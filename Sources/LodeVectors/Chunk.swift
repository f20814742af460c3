/// The unit of work: some rows of several columns.

import LodeCore

/// Up to `Chunk.capacity` rows. Every column has `count` rows; all rows count (there is no selection to mind).
package struct Chunk: Sendable {
    /// The most rows that operators put into one chunk.
    package static let capacity = 2048

    package var columns: [Column]
    package var count: Int
    /// The number of the morsel that the rows come from, kept by operators that keep order within it: what puts the
    /// rows of a parallel scan back into file order.
    package var batch: Int

    package init(columns: [Column], count: Int, batch: Int = 0) {
        assert(columns.allSatisfy { $0.count == count }, "columns of one chunk differ in length")
        self.columns = columns
        self.count = count
        self.batch = batch
    }

    /// The rows that `selection` names, in its order.
    package func gather(_ selection: Selection) throws(SQLError) -> Chunk {
        var result: [Column] = []
        result.reserveCapacity(columns.count)
        for column in columns { result.append(try column.gather(selection)) }
        return Chunk(columns: result, count: selection.count, batch: batch)
    }

    /// Rows `offset ..< offset + count`.
    package func slice(_ offset: Int, _ count: Int) throws(SQLError) -> Chunk {
        if offset == 0, count == self.count { return self }
        return try gather(Selection.range(offset, count))
    }
}
