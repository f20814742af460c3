/// Rows that wait until somebody wants them.

import LodeCore
import LodeVectors

/// A result that is computed before it is read: what portals and cursors give piece by piece, in any direction.
final class RowQueue: ResultSink {
    private(set) var columns: [Field] = []
    private var chunks: [Chunk] = []
    /// The number of rows before each chunk.
    private var starts: [Int] = []
    private(set) var count = 0
    /// The next row to give.
    private var position = 0

    func begin(_ columns: [Field]) throws(SQLError) { self.columns = columns }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        guard chunk.count > 0 else { return true }
        starts.append(count)
        chunks.append(chunk)
        count += chunk.count
        return true
    }

    /// Gives the next `limit` rows, or all that are left; they are forgotten.
    /// - Returns: how many there were.
    func give(_ limit: Int?, to sink: any ResultSink) throws(SQLError) -> Int {
        let end = limit.map { min(count, position + $0) } ?? count
        let given = end - position
        try give(position..<end, to: sink)
        position = end
        return given
    }

    /// Gives rows by their numbers.
    func give(_ range: Range<Int>, to sink: any ResultSink) throws(SQLError) {
        var row = range.lowerBound
        var index = firstChunk(with: row)
        while row < range.upperBound, index < chunks.count {
            let chunk = chunks[index], offset = row - starts[index]
            let taken = min(chunk.count - offset, range.upperBound - row)
            if try !sink.rows(try chunk.slice(offset, taken)) { return }
            row += taken
            index += 1
        }
    }

    private func firstChunk(with row: Int) -> Int {
        var low = 0, high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= row { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}
