/// `access_keys.sqlite` beside the catalog: a file of its own, which only its owner may read.

@preconcurrency import Glibc
import GRDB
import LodeCloud
import LodeCore
import LodeObjectStore

/// The secrets are in no backup of the catalog, and in nothing that is written beside the tables. Opened when first needed; shared by
/// processes.
package final class AccessKeyStorage: Sendable {
    private static let schema = SQLiteSchema(
        "file of access keys",
        steps: [
            """
            CREATE TABLE access_key (
                id TEXT PRIMARY KEY, secret TEXT NOT NULL, role TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
            """
        ])

    private static let patienceSeconds = 10.0
    package let path: String
    private let opened = Lock<DatabaseQueue?>(nil)

    init(path: String) { self.path = path }

    /// In the order in which they were made.
    package func all() throws(SQLError) -> [AccessKey] {
        try read([]) { db in
            try Row.fetchAll(db, sql: "SELECT id, secret, role, created FROM access_key ORDER BY created, id").map(Self.key)
        }
    }

    package func key(_ id: String) throws(SQLError) -> AccessKey? {
        try read(nil) { db in
            try Row.fetchOne(db, sql: "SELECT id, secret, role, created FROM access_key WHERE id = ?", arguments: [id]).map(Self.key)
        }
    }

    package func add(_ key: AccessKey) throws(SQLError) {
        try write { db in
            try db.execute(
                sql: "INSERT INTO access_key (id, secret, role, created) VALUES (?, ?, ?, ?)",
                arguments: [key.id, key.secret.reveal(), key.role, key.created])
        }
    }

    /// - Returns: whether there was one.
    package func remove(_ id: String) throws(SQLError) -> Bool {
        if try key(id) == nil { return false }
        return try write { db in
            try db.execute(sql: "DELETE FROM access_key WHERE id = ?", arguments: [id])
            return db.changesCount > 0
        }
    }

    /// Removes the keys of a role.
    package func remove(role: String) throws(SQLError) {
        guard try all().contains(where: { $0.role == role }) else { return }
        try write { db in try db.execute(sql: "DELETE FROM access_key WHERE role = ?", arguments: [role]) }
    }

    /// The keys of a role that gets another name.
    package func rename(role: String, to new: String) throws(SQLError) {
        guard try all().contains(where: { $0.role == role }) else { return }
        try write { db in try db.execute(sql: "UPDATE access_key SET role = ? WHERE role = ?", arguments: [new, role]) }
    }

    private static func key(_ row: Row) -> AccessKey {
        AccessKey(id: row[0], secret: Secret(row[1]), role: row[2], created: row[3])
    }

    // MARK: The file

    /// Where there is no file, there are no keys, and none is made.
    private func read<T>(_ none: T, _ body: (Database) throws -> T) throws(SQLError) -> T {
        guard try LocalStore().exists(path) else { return none }
        return try converting { try queue().read(body) }
    }

    private func write<T>(_ body: (Database) throws -> T) throws(SQLError) -> T {
        try LocalStore().createFolder(StorePath.parent(path))
        return try converting { try queue().write(body) }
    }

    private func queue() throws -> DatabaseQueue {
        try opened.withLock { current in
            if let current { return current }
            // SQLite's journal has the permissions of the file that it belongs to.
            let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw SQLError(.insufficientPrivilege, "could not open the file of access keys", in: path) }
            let isPrivate = fchmod(file, 0o600) == 0
            close(file)
            guard isPrivate else { throw SQLError(.insufficientPrivilege, "the file of access keys belongs to another user", in: path) }
            var configuration = Configuration()
            configuration.busyMode = .timeout(Self.patienceSeconds)
            configuration.label = "access keys"
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in try Self.schema.update(db) }
            current = queue
            return queue
        }
    }

    private func converting<T>(_ body: () throws -> T) throws(SQLError) -> T {
        do {
            return try body()
        } catch let error as SQLError {
            throw error
        } catch {
            throw SQLError(.ioError, "could not read or write the access keys", in: path, detail: "\(error)")
        }
    }
}
