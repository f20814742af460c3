/// Where bytes live: the contract that local files, memory and remote stores fulfil.

import LodeCore

/// A flat set of named byte strings that are written whole and read in ranges.
///
/// Every call blocks its thread: workers are threads, and a store over a network hides its asynchronous requests behind
/// these calls and behind `ObjectReader.willNeed`. A path is what a user could have written: a file-system path for local
/// files, the whole URL for everything else. Errors are `58P01` (missing), `42501` (not permitted), `53100` (disk full)
/// and `58030` (anything else that the store reports), each with the path and what to do.
package protocol ObjectStore: Sendable {
    /// Opens an object for reading.
    /// - Throws: `58P01` if there is none.
    func open(_ path: String) throws(SQLError) -> any ObjectReader

    /// What is known about an object or a folder without reading it; nil if there is neither.
    func info(_ path: String) throws(SQLError) -> ObjectInfo?

    /// Calls `body` for what lies in `folder`, in no particular order, until it returns false.
    ///
    /// Not recursive: the objects and folders directly inside. Recursive: every object beneath, no folders. A folder that
    /// does not exist holds nothing. Memory does not grow with the listing where the store can stream.
    func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError)

    /// Starts an object that becomes visible, whole, at `finish()`; it replaces what has its path.
    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter

    /// Writes an object whole, replacing what was there.
    func put(_ path: String, _ bytes: [UInt8]) throws(SQLError)

    /// Writes an object whole unless one is there; of several callers anywhere exactly one gets true.
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool

    /// Removes an object. Removing one that is not there is no error.
    func delete(_ path: String) throws(SQLError)

    /// Starts a write of the one object of this path that changes nothing before it is published.
    func stage(file path: String) throws(SQLError) -> any StagedWrite

    /// Starts a write of objects below `folder`, named relative to it, that changes nothing before it is published.
    /// - Throws: `58P02` if the folder must be empty and is not.
    func stage(folder: String, _ replacement: FolderReplacement) throws(SQLError) -> any StagedWrite
}

extension ObjectStore {
    /// Whether there is an object (not a folder) at `path`.
    package func exists(_ path: String) throws(SQLError) -> Bool {
        guard let info = try info(path) else { return false }
        return !info.isFolder
    }

    /// The whole listing, sorted by path.
    package func list(_ folder: String, recursive: Bool) throws(SQLError) -> [ObjectInfo] {
        var found: [ObjectInfo] = []
        try list(folder, recursive: recursive) { info throws(SQLError) in
            found.append(info)
            return true
        }
        return found.sorted { $0.path < $1.path }
    }

    /// The whole object in memory, refused when it is larger than `limit` bytes.
    package func read(_ path: String, limit: Int = 1 << 30) throws(SQLError) -> [UInt8] {
        let reader = try open(path)
        guard reader.size <= limit else {
            throw SQLError(
                .programLimitExceeded, "\"\(path)\" is too large to be read as a whole",
                detail: "It has \(reader.size) bytes; the limit is \(limit).")
        }
        return try reader.read(offset: 0, count: reader.size)
    }
}
