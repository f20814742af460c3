// A `TableIO` that can be written: a log in memory that others may write, too.

import LodeCore
import LodeTables
import LodeVectors

@testable import LodeTables

final class LogStore: TableIO {
    struct State {
        var folder: LogFolder
        /// Called before a file is written.
        var before: (@Sendable (LogStore, String) throws(SQLError) -> Void)?
        /// Files that are written, but whose writers hear of an error.
        var answersAreLost = false
    }

    let state: Lock<State>

    init(_ commits: [[String]]) { state = Lock(State(folder: LogFolder(commits))) }

    /// The lines of a commit.
    func lines(_ version: Int64) -> [String]? { state.withLock { $0.folder[DeltaLogListing.commitName(version)] } }

    func write(_ version: Int64, _ lines: [String]) { state.withLock { $0.folder[DeltaLogListing.commitName(version)] = lines } }

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        try state.withLock { (state) throws(SQLError) in try state.folder.list(folder) }
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] {
        try state.withLock { (state) throws(SQLError) in try state.folder.read(path) }
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        if let before = state.withLock({ $0.before }) { try before(self, path) }
        let (isWritten, isLost) = state.withLock { state in
            if state.folder.files[path] != nil { return (false, state.answersAreLost) }
            state.folder.files[path] = String(decoding: bytes, as: UTF8.self)
            return (true, state.answersAreLost)
        }
        if isLost { throw SQLError(.ioError, "no answer") }
        return isWritten
    }

    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int {
        throw SQLError(.undefinedFile, "there is no Parquet here", in: path)
    }
}
