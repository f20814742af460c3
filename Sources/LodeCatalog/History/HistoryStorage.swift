/// `history.sqlite` in the warehouse folder: a file of its own, so that nobody who commits waits for the history.

import GRDB
import LodeCore
import LodeObjectStore

/// Opened when first needed; shared by processes. Losing the last moments in a power failure is no harm, so that nothing is synced.
final class HistoryStorage: Sendable {
    private static let schema = SQLiteSchema(
        "history",
        steps: [
            """
            CREATE TABLE statement (
                id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL, role TEXT NOT NULL, client_address TEXT,
                application_name TEXT NOT NULL, session INTEGER NOT NULL, began INTEGER NOT NULL, elapsed INTEGER NOT NULL,
                state TEXT NOT NULL, tag TEXT NOT NULL, row_count INTEGER NOT NULL, bytes_read INTEGER NOT NULL,
                files_read INTEGER NOT NULL, files_pruned INTEGER NOT NULL, memory_peak INTEGER NOT NULL, error_state TEXT,
                error_message TEXT);
            """
        ])

    private static let columns =
        "text, role, client_address, application_name, session, began, elapsed, state, tag, row_count, bytes_read, files_read, "
        + "files_pruned, memory_peak, error_state, error_message"

    /// Another process that writes its entries is done in milliseconds.
    private static let patienceSeconds = 2.0
    private let path: String
    /// The latest that are kept.
    private let rows: Int
    private let opened = Lock<DatabaseQueue?>(nil)

    init(path: String, rows: Int) {
        self.path = path
        self.rows = rows
    }

    func append(_ entries: [HistoryEntry]) throws(SQLError) {
        try converting {
            try queue().write { db in
                let insert = try db.cachedStatement(
                    sql: "INSERT INTO statement (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                for entry in entries { try insert.execute(arguments: Self.arguments(entry)) }
                try db.execute(sql: "DELETE FROM statement WHERE id <= (SELECT max(id) FROM statement) - ?", arguments: [rows])
            }
        }
    }

    /// None if there is no file; none is made.
    func entries() throws(SQLError) -> [HistoryEntry] {
        guard try LocalStore().exists(path) else { return [] }
        return try converting {
            try queue().read { db in
                try Row.fetchAll(db, sql: "SELECT id, \(Self.columns) FROM statement ORDER BY id").map(Self.entry)
            }
        }
    }

    private func queue() throws -> DatabaseQueue {
        try opened.withLock { current in
            if let current { return current }
            var configuration = Configuration()
            configuration.busyMode = .timeout(Self.patienceSeconds)
            configuration.label = "history"
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
                try Self.schema.update(db)
            }
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
            throw SQLError(.ioError, "could not read or write the history", in: path, detail: "\(error)")
        }
    }

    private static func arguments(_ entry: HistoryEntry) -> StatementArguments {
        [
            entry.text, entry.role, entry.clientAddress, entry.applicationName, entry.session, entry.began,
            Int64(clamping: entry.elapsedNanoseconds), entry.state, entry.tag, entry.rows, entry.bytesRead, entry.filesRead,
            entry.filesPruned, entry.memoryPeak, entry.errorState, entry.errorMessage,
        ]
    }

    private static func entry(_ row: Row) -> HistoryEntry {
        var entry = HistoryEntry(
            text: row["text"], role: row["role"], clientAddress: row["client_address"], applicationName: row["application_name"],
            session: row["session"], began: row["began"], elapsedNanoseconds: UInt64(clamping: row["elapsed"] as Int64),
            state: row["state"], tag: row["tag"], rows: row["row_count"], bytesRead: row["bytes_read"], filesRead: row["files_read"],
            filesPruned: row["files_pruned"], memoryPeak: row["memory_peak"], errorState: row["error_state"],
            errorMessage: row["error_message"])
        entry.id = row["id"]
        return entry
    }
}
