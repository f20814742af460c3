/// Bringing back dropped tables.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    /// - Throws: `42P07` if another table has the name by now, `42P01` if there is none to bring back.
    package func undrop(_ name: TableName, _ check: (GlueTable) throws(SQLError) -> Void) throws(SQLError) {
        try Self.checkWritable(name.database)
        if try table(name) != nil { throw Self.nameIsTaken(name) }
        guard let found = try storage.read(orEmpty: nil, { db in try Self.dropped(name, db) }) else { throw Self.noneDropped(name) }
        try check(try found.table(warehouse))
        try storage.write { db in
            if try TableRow.fetch(name, db) != nil { throw Self.nameIsTaken(name) }
            guard let row = try Self.dropped(name, db), row.id == found.id else { throw Self.noneDropped(name) }
            try db.execute(sql: "UPDATE table_info SET dropped_at = NULL, kept = 0 WHERE id = ?", arguments: [row.id])
            let notes = CommitNotes()
            notes.note(row.id) { $0.isUndropped = true }
            try describe(notes, db)
        }
    }

    /// The one of that name that was dropped last. What collectors have taken is of no database.
    private static func dropped(_ name: TableName, _ db: Database) throws -> TableRow? {
        let last = "WHERE d.key = ? AND t.key = ? AND t.dropped_at IS NOT NULL ORDER BY t.dropped_at DESC, t.id DESC LIMIT 1"
        return try TableRow.fetchOne(
            db, sql: TableRow.query + last, arguments: [name.database.lowercased(), name.name.lowercased()])
    }

    private static func nameIsTaken(_ name: TableName) -> SQLError {
        SQLError(.duplicateTable, "relation \"\(name.name)\" already exists", hint: "Rename it, and try again.")
    }

    private static func noneDropped(_ name: TableName) -> SQLError {
        SQLError(
            .undefinedTable, "there is no dropped table \"\(name)\" whose files are kept",
            hint: "SET drop_retention = '7d' keeps the files of tables that are dropped then, until VACUUM.")
    }

    /// Makes dropped tables those of a collector, which nobody brings back any more.
    /// - Parameters:
    ///   - until: that were dropped by then.
    ///   - kept: also those that are kept for UNDROP.
    func claimDropped(until: Int64, kept: Bool) throws(SQLError) {
        try storage.write { db in
            try db.execute(
                sql: "UPDATE table_info SET database_id = NULL, kept = 0 WHERE dropped_at <= ? AND (kept = 0 OR ?)",
                arguments: [until, kept])
        }
    }

    /// What a concurrent session drops meanwhile is kept, too: VACUUM takes it.
    package func keepDropped(since lease: Lease) throws(SQLError) {
        guard try storage.isThere() else { return }
        let isAny = try storage.read(orEmpty: false) { db in
            let sql = "SELECT EXISTS (SELECT 1 FROM table_info WHERE dropped_at >= ? AND kept = 0)"
            return try Bool.fetchOne(db, sql: sql, arguments: [lease.moment]) ?? false
        }
        guard isAny else { return }
        try storage.write { db in
            try db.execute(sql: "UPDATE table_info SET kept = 1 WHERE dropped_at >= ?", arguments: [lease.moment])
        }
    }
}
