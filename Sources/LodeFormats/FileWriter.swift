/// Writing a file from chunks, by several threads at once.

import LodeCore
import LodeVectors

/// A file that is being written. Shared by the workers, each of which writes through a lane of its own.
package protocol FileWriter: AnyObject, Sendable {
    /// A lane for one worker. Rows of one lane stay in order; how lanes interleave is not defined.
    func lane() throws(SQLError) -> any FileWriterLane

    /// Completes the file once every lane is finished; the file is then visible, whole.
    func finish() throws(SQLError) -> WrittenFile

    /// Drops everything that was written. The path is as before.
    func abort()

    /// Bytes in the file so far: what rolling over to another file goes by.
    var bytesWritten: Int { get }
}

/// One worker's way into a file. Not `Sendable`.
package protocol FileWriterLane: AnyObject {
    func write(_ chunk: Chunk) throws(SQLError)
    /// Hands over what is still in memory. Called once, before `FileWriter.finish`.
    func finish() throws(SQLError)
}

/// A finished file and what is known of it.
package struct WrittenFile: Sendable {
    package var path: String
    package var bytes: Int
    package var rows: Int
    /// One a column of the schema.
    package var statistics: [ColumnStatistics]

    package init(path: String, bytes: Int, rows: Int, statistics: [ColumnStatistics]) {
        self.path = path
        self.bytes = bytes
        self.rows = rows
        self.statistics = statistics
    }
}
