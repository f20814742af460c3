/// Logs whose versions are numbered files: whoever writes the file of a number first has that version.

import LodeCore
import LodeVectors

/// What a catalog needs to publish versions of several tables together: to know their log files, to read a table as it was before one of
/// them, and to take back what one of them did.
package protocol NumberedLog: Sendable {
    /// The number of the file that makes a table.
    var firstLogNumber: Int64 { get }

    /// The number of a log file; nil for every other file of a table.
    func logNumber(of path: String) -> Int64?

    /// The number of the log file that a snapshot ends with; nil for a table whose files have other names.
    func logNumber(of snapshot: any TableSnapshot) -> Int64?

    /// The version of the table that a log file makes.
    func version(of number: Int64, _ bytes: [UInt8], _ path: String) throws(SQLError) -> Int64

    /// The table as it was before a log file.
    func snapshot(of table: TableDefinition, before number: Int64, io: any TableIO) throws(SQLError) -> any TableSnapshot

    /// Takes back what a log file did, whatever came after it, by a version of its own.
    /// - Returns: the number of that one's file.
    /// - Throws: `40001` if what came after it does not allow that.
    func revert(_ number: Int64, in location: String, io: any TableIO) throws(SQLError) -> Int64

    /// Does what follows the writing of a log file and may as well be left out.
    /// - Parameter bytes: what was written.
    func followUp(_ number: Int64, _ bytes: [UInt8], in location: String, io: any TableIO)
}

/// Reads and writes metadata; log files are written in a way of their own.
package struct LogWritingIO: TableIO {
    package typealias Put = @Sendable (_ path: String, _ number: Int64, _ bytes: [UInt8], any TableIO) throws(SQLError) -> Bool

    private let base: any TableIO
    private let log: any NumberedLog
    private let putLog: Put

    /// - Parameter put: writes a log file, as `putIfAbsent` does.
    package init(_ base: any TableIO, _ log: any NumberedLog, put: @escaping Put) {
        self.base = base
        self.log = log
        putLog = put
    }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        guard let number = log.logNumber(of: path) else { return try base.putIfAbsent(path, bytes) }
        return try putLog(path, number, bytes, base)
    }

    package func list(_ folder: String) throws(SQLError) -> FolderListing { try base.list(folder) }
    package func willList(_ folders: [String]) { base.willList(folders) }
    package func willRead(_ paths: [String]) { base.willRead(paths) }
    package func read(_ path: String) throws(SQLError) -> [UInt8] { try base.read(path) }
    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) { try base.put(path, bytes) }
    package func discard(_ paths: [String]) { base.discard(paths) }

    package func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        try base.decompress(codec, packed)
    }

    package func write(_ path: String, _ schema: Schema, _ chunks: [Chunk]) throws(SQLError) -> Int {
        try base.write(path, schema, chunks)
    }

    package func write(_ path: String, _ schema: Schema, fieldIDs: [Int], _ chunks: [Chunk]) throws(SQLError) -> Int {
        try base.write(path, schema, fieldIDs: fieldIDs, chunks)
    }

    package func scan(
        _ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void
    ) throws(SQLError) -> Int {
        try base.scan(path, request, body)
    }
}
