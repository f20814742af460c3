/// The SQLite database behind the embedded catalog: opened when first needed, shared by processes.

import Foundation
import GRDB
import LodeCore
import LodeObjectStore

/// Reads see one consistent state; writes are serialized over all processes and wait for each other.
final class CatalogStorage: Sendable {
    /// How long a writer waits for another process, and an opener for another one that creates the file.
    static let patienceSeconds = 30.0

    /// Tables of a catalog in memory are numbered from here on, apart from those of a catalog beside it.
    static let firstTemporaryTable: Int64 = 1 << 48

    /// Nil: in memory, for this object alone.
    private let path: String?
    private let opened = Lock<(any DatabaseWriter)?>(nil)
    /// A connection that only looks whether others, of this process too, have committed.
    private let watching = Lock<DatabaseQueue?>(nil)
    /// Called where there is no file: throws if there should be one.
    private let checkMissing: @Sendable () throws(SQLError) -> Void

    init(path: String?, checkMissing: @escaping @Sendable () throws(SQLError) -> Void = {}) {
        self.path = path
        self.checkMissing = checkMissing
    }

    var isInMemory: Bool { path == nil }

    /// Runs `body` on a consistent state; `empty` if there is no catalog yet. Creates nothing.
    func read<T>(orEmpty empty: @autoclosure () -> T, _ body: (Database) throws -> T) throws(SQLError) -> T {
        guard let database = try database(create: false) else { return empty() }
        return try converting { try database.read(body) }
    }

    /// Whether there is a catalog.
    func isThere() throws(SQLError) -> Bool { try database(create: false) != nil }

    /// Changes with every commit, of whatever process; nil if there is no catalog yet, or one in memory.
    ///
    /// - Source: SQLite, "PRAGMA data_version": it tells of commits of other connections than the one that asks.
    func generation() throws(SQLError) -> Int64? {
        guard let path, try isThere() else { return nil }
        return try converting {
            let queue = try watching.withLock { current in
                if let current { return current }
                var configuration = Configuration()
                configuration.readonly = true
                configuration.label = "catalog generation"
                let made = try DatabaseQueue(path: path, configuration: configuration)
                current = made
                return made
            }
            return try queue.unsafeRead { db in
                try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
            }
        }
    }

    /// Runs `body` as one transaction that is written wholly or not at all. Creates the catalog if there is none.
    func write<T>(_ body: (Database) throws -> T) throws(SQLError) -> T {
        guard let database = try database(create: true) else { throw SQLError.internalFault("the catalog was not created") }
        return try converting { try database.write(body) }
    }

    func database(create: Bool) throws(SQLError) -> (any DatabaseWriter)? {
        let result: Result<(any DatabaseWriter)?, any Error> = opened.withLock { current in
            if let current { return .success(current) }
            return Result {
                let database = try open(create: create)
                current = database
                return database
            }
        }
        return try converting { try result.get() }
    }

    private func open(create: Bool) throws -> (any DatabaseWriter)? {
        guard let path else {
            if !create { return nil }
            let queue = try DatabaseQueue()
            try queue.writeWithoutTransaction { db in
                try CatalogSchema.schema.update(db)
                try db.execute(
                    sql: "INSERT INTO sqlite_sequence (name, seq) VALUES ('table_info', ?)", arguments: [Self.firstTemporaryTable])
            }
            return queue
        }
        if try !LocalStore().exists(path) {
            do throws(SQLError) {
                try checkMissing()
            } catch {
                // Another process may have made it meanwhile.
                guard try LocalStore().exists(path) else { throw error }
                return try open(create: create)
            }
            if !create { return nil }
            try LocalStore().createFolder(StorePath.parent(path))
        }
        // Switching a new file to WAL needs it alone, which SQLite does not wait for.
        let deadline = Date().addingTimeInterval(Self.patienceSeconds)
        while true {
            do {
                return try openPool(path)
            } catch let error as DatabaseError
                where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) && Date() < deadline
            {
                try Cancellation.pauseCurrent(nanoseconds: Int.random(in: 2_000_000...20_000_000))
            }
        }
    }

    /// Lets another process go first, unless that has been tried for long, or the statement is cancelled.
    private static func waitsAgain(_ tries: Int) -> Bool {
        let shortest = 1_000_000, longest = 10_000_000
        // The first ten tries come sooner.
        let waited = min(tries, 10) * shortest + max(0, tries - 10) * longest
        guard Double(waited) < patienceSeconds * 1e9 else { return false }
        return (try? Cancellation.pauseCurrent(nanoseconds: tries < 10 ? shortest : longest)) != nil
    }

    private func openPool(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .callback { tries in Self.waitsAgain(tries) }
        configuration.maximumReaderCount = 4
        configuration.label = "catalog"
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // What was reported as committed is there after a power failure too.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try CatalogSchema.schema.update(db)
        }
        return pool
    }

    func converting<T>(_ body: () throws -> T) throws(SQLError) -> T {
        do {
            return try body()
        } catch let error as SQLError {
            throw error
        } catch let error as DatabaseError {
            // A wait that was cut short looks like one that was too long. Other errors say what they are: of a commit that met one of the
            // disk nobody knows whether it was made, cancelled or not.
            if [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) { try Cancellation.checkCurrent() }
            throw Self.convert(error).within(path ?? "catalog in memory")
        } catch {
            throw SQLError.internalFault("catalog: \(error)")
        }
    }

    private static func convert(_ error: DatabaseError) -> SQLError {
        let detail = error.message
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return SQLError(
                .lockNotAvailable, "the catalog is locked by another process", detail: detail,
                hint: "Something has been writing for more than \(Int(patienceSeconds)) seconds. Try again when it is done.")
        case .SQLITE_FULL:
            return SQLError(
                .diskFull, "could not write the catalog: the disk is full", detail: detail,
                hint: "Free some space (df -h) and run the statement again; nothing of it was published.")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return SQLError(
                .insufficientPrivilege, "could not open the catalog", detail: detail,
                hint: "Lode must be able to write the warehouse folder and the catalog in it. Name another with --warehouse.")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return SQLError(
                .dataCorrupted, "the catalog is damaged", detail: detail,
                hint: "Restore it from a backup, or move it away: Lode then makes a new one.")
        case .SQLITE_IOERR: return SQLError(.ioError, "could not read or write the catalog", detail: detail)
        default: return SQLError.internalFault("catalog: \(error)")
        }
    }
}
