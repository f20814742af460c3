/// Where bytes live: the contract that local files, memory and remote stores fulfil.

import LodeCore

/// A flat set of named byte strings that are written whole and read in ranges.
///
/// Every call blocks its thread: workers are threads, and a store over a network hides its asynchronous requests behind
/// these calls and behind `ObjectReader.willNeed`. A path is what a user could have written: a file-system path for local
/// files, the whole URL for everything else. Errors are `58P01` (missing), `42501` (not permitted), `53100` (disk full)
/// and `58030` (anything else that the store reports), each with the path and what to do.
package protocol ObjectStore: Sendable {
    /// How patterns find objects in it.
    var reach: StoreReach { get }

    /// Opens an object for reading.
    /// - Throws: `58P01` if there is none.
    func open(_ path: String) throws(SQLError) -> any ObjectReader

    /// Says that an object will be opened soon, so that what opening needs can be fetched ahead. A hint: it never fails.
    /// - Parameter arrived: called once, when whoever opens it need not wait for that; perhaps at once. It must not wait.
    func willOpen(_ path: String, _ arrived: @escaping @Sendable () -> Void)

    /// How many bytes should be asked for before they are wanted, to keep the way to an object busy; nil where that gains nothing.
    func bytesAhead(_ path: String) -> Int?

    /// What is known about an object or a folder without reading it; nil if there is neither.
    func info(_ path: String) throws(SQLError) -> ObjectInfo?

    /// The same for several objects, in their order, in as little time as the store can.
    func info(_ paths: [String]) throws(SQLError) -> [ObjectInfo?]

    /// Calls `body` for what lies in `folder`, in no particular order, until it returns false.
    ///
    /// Not recursive: the objects and folders directly inside. Recursive: every object beneath, no folders. A folder that
    /// does not exist holds nothing. Memory does not grow with the listing where the store can stream.
    func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError)

    /// The same for what has a name that begins like this. A hint: a store that gains nothing by it gives more.
    func list(
        _ folder: String, startingWith name: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError)

    /// Says that a folder will be listed soon, not recursively. A hint: it never fails.
    func willList(_ folder: String)

    /// Starts an object that becomes visible, whole, at `finish()`; it replaces what has its path.
    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter

    /// Writes an object whole, replacing what was there.
    func put(_ path: String, _ bytes: [UInt8]) throws(SQLError)

    /// Writes an object whole unless one is there; of several callers anywhere exactly one gets true.
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool

    /// Writes an object whole if the present one has this tag; of several callers at most one gets true.
    /// - Throws: `0A000` where the store can't do that.
    func replace(_ path: String, _ bytes: [UInt8], ifTag etag: String) throws(SQLError) -> Bool

    /// Removes an object. Removing one that is not there is no error.
    func delete(_ path: String) throws(SQLError)

    /// Removes objects, by as few requests as the store needs.
    func delete(_ paths: [String]) throws(SQLError)

    /// What writers below a folder have begun before a time and not ended, where that is no object with a name of its own.
    func abandonedWrites(in folder: String, before micros: Int64) throws(SQLError) -> [AbandonedWrite]

    /// Drops such writes. Those that still go on fail.
    func drop(_ writes: [AbandonedWrite]) throws(SQLError)

    /// Starts a write of the one object of this path that changes nothing before it is published.
    func stage(file path: String) throws(SQLError) -> any StagedWrite

    /// Starts a write of objects below `folder`, named relative to it, that changes nothing before it is published.
    /// - Throws: `58P02` if the folder must be empty and is not.
    func stage(folder: String, _ replacement: FolderReplacement) throws(SQLError) -> any StagedWrite
}

extension ObjectStore {
    package var reach: StoreReach { .folders }

    package func willOpen(_ path: String, _ arrived: @escaping @Sendable () -> Void) { arrived() }

    package func bytesAhead(_ path: String) -> Int? { nil }

    package func willList(_ folder: String) {}

    package func list(
        _ folder: String, startingWith name: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        try list(folder, recursive: recursive, body)
    }

    package func replace(_ path: String, _ bytes: [UInt8], ifTag etag: String) throws(SQLError) -> Bool {
        throw SQLError.unsupported("replacing \"\(path)\" on a condition")
    }

    package func delete(_ paths: [String]) throws(SQLError) {
        for path in paths { try delete(path) }
    }

    package func info(_ paths: [String]) throws(SQLError) -> [ObjectInfo?] {
        var found: [ObjectInfo?] = []
        for path in paths { found.append(try info(path)) }
        return found
    }

    package func abandonedWrites(in folder: String, before micros: Int64) throws(SQLError) -> [AbandonedWrite] { [] }
    package func drop(_ writes: [AbandonedWrite]) throws(SQLError) {}

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
