/// Rows that are kept, to be read in any order.

import LodeCore
import LodeExecution
import LodeVectors

/// What a cursor holds that can go back, or that outlives its transaction.
final class RowQueue: ResultSink {
    private(set) var columns: [Field] = []
    private var chunks: [Chunk] = []
    /// The number of rows before each chunk.
    private var starts: [Int] = []
    private(set) var count = 0
    private let memory: MemoryBudget

    init(_ memory: MemoryBudget) { self.memory = memory }

    func begin(_ columns: [Field]) throws(SQLError) { self.columns = columns }

    /// - Throws: `53200` if memory does not do for the rows.
    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        guard chunk.count > 0 else { return true }
        let chunk = try chunk.withoutForeignMemory()
        try memory.reserve(chunk.heldBytes, for: "a cursor WITH HOLD or SCROLL")
        starts.append(count)
        chunks.append(chunk)
        count += chunk.count
        return true
    }

    /// Some of the rows behind the first `row`, `most` at most; nil if there are none.
    func slice(from row: Int, _ most: Int) throws(SQLError) -> Chunk? {
        guard row >= 0, row < count, most > 0 else { return nil }
        let index = lastChunk(startingUpTo: row)
        let chunk = chunks[index], offset = row - starts[index]
        let taken = min(chunk.count - offset, most)
        return taken == chunk.count ? chunk : try chunk.slice(offset, taken)
    }

    private func lastChunk(startingUpTo row: Int) -> Int {
        var low = 0, high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= row { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}
