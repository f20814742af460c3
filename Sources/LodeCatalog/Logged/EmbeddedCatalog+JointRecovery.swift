/// Commits of several tables whose writer died, and those that single tables have to wait for.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// What became of a log file that does not count.
    enum Undoing {
        /// It was not there, and never will be.
        case absent
        /// It was the first of its table, and is gone.
        case removed
        case revertedByVersion
        /// A request that was sent may still write it.
        case mayCome
    }

    /// How long a request may be on its way.
    private static let longestRequest: Int64 = 60_000_000

    private var jointLockPath: String { warehouse.catalogPath + ".commits" }

    /// Waits until no other change of several tables goes on.
    /// - Throws: `55P03` if that takes too long.
    func lockJointCommits() throws(SQLError) -> JointCommitLock {
        try LocalStore().createFolder(StorePath.parent(warehouse.catalogPath))
        let deadline = Self.nowMicros() + Int64(CatalogStorage.patienceSeconds * 1e6)
        while true {
            if let lock = try JointCommitLock(jointLockPath) { return lock }
            try pause(until: deadline)
        }
    }

    private func pause(until deadline: Int64) throws(SQLError) {
        guard Self.nowMicros() < deadline else {
            throw SQLError(
                .lockNotAvailable, "another process is publishing a change of several tables",
                detail: "It has not ended within \(Int(CatalogStorage.patienceSeconds)) seconds.", hint: "Run the statement again.")
        }
        try Cancellation.pauseCurrent(nanoseconds: Int.random(in: 500_000...5_000_000))
    }

    /// Takes back what a commit left whose writer is gone.
    /// - Returns: whether there was nobody else at work.
    @discardableResult
    func undoIfAbandoned() throws(SQLError) -> Bool {
        guard let lock = try JointCommitLock(jointLockPath) else { return false }
        defer { withExtendedLifetime(lock) {} }
        try undoAbandoned()
        return true
    }

    /// The same, for who has the lock: what is undecided then has no writer any more.
    func undoAbandoned() throws(SQLError) {
        for version in try storage.read(orEmpty: [], { db in try JointVersion.undecided(db) }) where try undo(version) == .absent {
            try storage.write { db in try version.forget(db) }
        }
    }

    /// Whether the log file is there, and not another one of its number.
    func isThere(_ version: JointVersion) throws(SQLError) -> Bool {
        do throws(SQLError) {
            return JointVersion.digest(try io.read(version.path)) == version.digest
        } catch {
            guard error.state == .undefinedFile else { throw error }
            return false
        }
    }

    /// Takes back what a log file did, if it is there.
    func undo(_ version: JointVersion) throws(SQLError) -> Undoing {
        guard try isThere(version) else {
            let mayCome = stores.isRemote(version.path) && Self.nowMicros() < version.begunAt &+ Self.longestRequest
            return mayCome ? .mayCome : .absent
        }
        guard let format = try TableFormats.named(version.format) as? any WritableTableFormat else {
            throw .internalFault("a log of the format \(version.format)")
        }
        if version.number == format.firstLogNumber {
            // No catalog has known the table.
            try stores.delete([version.path])
            try storage.write { db in try version.forget(db) }
            return .removed
        }
        let later = try format.revert(version.number, in: version.location, io: io)
        try storage.write { db in try version.undone(by: later, db) }
        return .revertedByVersion
    }

    /// For commits of single tables: one that lost the number of a version to a commit of several tables, or found such a version, waits
    /// until that is decided, so that nothing is ever put on top of what may still be taken back. What follows a commit may also delete
    /// what readers need that look past such a version.
    func settlingIO(_ format: any WritableTableFormat) -> any TableIO {
        LogWritingIO(io, format) { [self] (path, number, bytes, io) throws(SQLError) in
            try waitForDecision(on: path, number)
            if try io.putIfAbsent(path, bytes) { return true }
            try waitForDecision(on: path, number)
            return false
        }
    }

    /// Waits for versions of the same log, up to the one of a number, that are written and undecided.
    private func waitForDecision(on path: String, _ number: Int64) throws(SQLError) {
        let deadline = Self.nowMicros() + Int64(CatalogStorage.patienceSeconds * 1e6)
        let folder = StorePath.parent(StorePath.plain(path))
        while try isUndecided(folder, upTo: number) {
            if try undoIfAbandoned() { continue }
            try pause(until: deadline)
        }
    }

    private func isUndecided(_ folder: String, upTo number: Int64) throws(SQLError) -> Bool {
        for open in try storage.read(orEmpty: [], { db in try JointVersion.undecided(db) }) {
            guard open.number <= number, StorePath.parent(StorePath.plain(open.path)) == folder else { continue }
            if try isThere(open) { return true }
        }
        return false
    }
}
