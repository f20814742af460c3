/// Writing a file from chunks, by several threads at once.

import LodeCore
import LodeVectors

/// A file that is being written. Shared by the workers, each of which writes through a lane of its own.
///
/// Rows go into the file in blocks. A block has a number, and blocks stand in the file in the order of their numbers, whoever
/// hands them over and when.
package protocol FileWriter: AnyObject, Sendable {
    /// A lane for one worker.
    func lane() throws(SQLError) -> any FileWriterLane

    /// Claims the number of the next block. Whoever does must hand that block over, or the blocks behind it never get written.
    func nextBlock() -> Int

    /// Completes the file once every block is handed over; the file is then visible, whole.
    func finish() throws(SQLError) -> WrittenFile

    /// Drops everything that was written. The path is as before.
    func abort()

    /// Bytes in the file so far: what rolling over to another file goes by.
    var bytesWritten: Int { get }
}

/// One worker's way into a file. Not `Sendable`.
package protocol FileWriterLane: AnyObject {
    /// Adds rows to the block at hand.
    func write(_ chunk: Chunk) throws(SQLError)
    /// Hands over the rows since the last block, at least one, as the block of this number.
    func finish(block: Int) throws(SQLError)
    /// Hands over the rows since the last block, if there are any, as the file's next block.
    func finish() throws(SQLError)
}

/// Puts blocks that come in any order back into the order of their numbers.
struct BlockOrder<Block> {
    private var claimed = 0
    private var next = 0
    private var early: [Int: Block] = [:]

    mutating func claim() -> Int {
        claimed += 1
        return claimed - 1
    }

    /// Takes a block and gives those whose turn it is now.
    mutating func take(_ block: Block, _ number: Int) -> [Block] {
        early[number] = block
        var due: [Block] = []
        while let block = early.removeValue(forKey: next) {
            due.append(block)
            next += 1
        }
        return due
    }
}

/// A finished file and what is known of it.
package struct WrittenFile: Sendable {
    package var path: String
    package var bytes: Int
    package var rows: Int
    /// One per column of the schema.
    package var statistics: [ColumnStatistics]

    package init(path: String, bytes: Int, rows: Int, statistics: [ColumnStatistics]) {
        self.path = path
        self.bytes = bytes
        self.rows = rows
        self.statistics = statistics
    }
}
