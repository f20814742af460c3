/// Databases of the embedded catalog.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    package func databases() throws(SQLError) -> [GlueDatabase] {
        let rows = try storage.read(orEmpty: []) { db in try DatabaseRow.fetchAll(db, sql: DatabaseRow.query) }
        var found = ShippedTables.databases.map { GlueDatabase(name: $0) }
        for row in rows { found.append(try row.database()) }
        if !found.contains(where: { $0.name == Self.defaultDatabase }) {
            found.append(GlueDatabase(name: Self.defaultDatabase))
        }
        return found.sorted { $0.name < $1.name }
    }

    package func database(_ name: String) throws(SQLError) -> GlueDatabase? {
        if ShippedTables.isShipped(database: name) { return GlueDatabase(name: name.lowercased()) }
        let key = name.lowercased()
        let row = try storage.read(orEmpty: nil) { db in
            try DatabaseRow.fetchOne(db, sql: DatabaseRow.query + " WHERE key = ?", arguments: [key])
        }
        if let row { return try row.database() }
        return key == Self.defaultDatabase ? GlueDatabase(name: Self.defaultDatabase) : nil
    }

    static func create(
        _ database: GlueDatabase, _ ifNotExists: Bool, _ notes: CommitNotes, _ db: Database
    ) throws -> CommitOutcome {
        if database.name.isEmpty { throw SQLError(.invalidName, "a schema name must not be empty") }
        let isNew = try !ShippedTables.isShipped(database: database.name) && insert(database, db) != nil
        if isNew { notes.changesWarehouse = true }
        // The default one exists before it has a row.
        if isNew, database.name.lowercased() != defaultDatabase { return CommitOutcome() }
        if ifNotExists { return CommitOutcome(changed: false) }
        throw SQLError(.duplicateSchema, "schema \"\(database.name)\" already exists")
    }

    static func drop(
        database name: String, _ ifExists: Bool, _ cascade: Bool, _ notes: CommitNotes, _ db: Database
    ) throws -> CommitOutcome {
        let key = name.lowercased()
        guard key != defaultDatabase else {
            throw SQLError(
                .objectNotInPrerequisiteState, "cannot drop schema \"\(defaultDatabase)\"",
                detail: "It is the default schema and always exists.", hint: "Drop the tables in it.")
        }
        guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM database_info WHERE key = ?", arguments: [key]) else {
            if ifExists { return CommitOutcome(changed: false) }
            throw CatalogError.missingDatabase(name, among: try names(db))
        }
        let rows = try TableRow.fetchAll(
            db, sql: TableRow.query + "WHERE t.database_id = ? AND t.dropped_at IS NULL ORDER BY t.key", arguments: [id])
        if !cascade, !rows.isEmpty { throw notEmpty(name, try rows.map { try $0.storedTable().name }) }
        for row in rows { try drop(row, notes, db) }
        try db.execute(sql: "UPDATE table_info SET database_id = NULL WHERE database_id = ?", arguments: [id])
        try db.execute(sql: "DELETE FROM database_info WHERE id = ?", arguments: [id])
        notes.changesWarehouse = true
        return CommitOutcome()
    }

    static func alter(database name: String, _ change: AccessChange, _ notes: CommitNotes, _ db: Database) throws -> CommitOutcome {
        try alter(database: name, notes, db) { try $0.apply(change) }
        return CommitOutcome()
    }

    /// Changes what is said of a database.
    package func changeDatabase(_ name: String, _ change: @Sendable (inout GlueDatabase) -> Void) throws(SQLError) {
        try Self.checkWritable(name)
        try storage.write { db in
            let notes = CommitNotes()
            try Self.alter(database: name, notes, db) { change(&$0) }
            try describe(notes, db)
        }
    }

    private static func alter(
        database name: String, _ notes: CommitNotes, _ db: Database, _ change: (inout GlueDatabase) throws -> Void
    ) throws {
        let id = try databaseID(name, db)
        guard let text = try String.fetchOne(db, sql: "SELECT definition FROM database_info WHERE id = ?", arguments: [id]) else {
            throw CatalogError.missingDatabase(name, among: try names(db))
        }
        var database = try JSONText.read(GlueDatabase.self, text, "database \(name)")
        try change(&database)
        try db.execute(sql: "UPDATE database_info SET definition = ? WHERE id = ?", arguments: [JSONText.write(database), id])
        notes.changesWarehouse = true
    }

    /// All databases but those that ship with Lode.
    static func names(_ db: Database) throws -> [String] {
        let known = try String.fetchAll(db, sql: "SELECT key FROM database_info")
        return known.contains(defaultDatabase) ? known : known + [defaultDatabase]
    }

    /// The id of a new row; nil if the database exists.
    private static func insert(_ database: GlueDatabase, _ db: Database) throws -> Int64? {
        var database = database
        database.createTime = nowMicros()
        try db.execute(
            sql: "INSERT INTO database_info (key, definition) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [database.name.lowercased(), JSONText.write(database)])
        return db.changesCount > 0 ? db.lastInsertedRowID : nil
    }

    /// The id of a database within a transaction; the default one is made when it is first needed.
    static func databaseID(_ name: String, _ db: Database) throws -> Int64 {
        let key = name.lowercased()
        if let id = try Int64.fetchOne(db, sql: "SELECT id FROM database_info WHERE key = ?", arguments: [key]) { return id }
        if key == defaultDatabase, let id = try insert(GlueDatabase(name: key), db) { return id }
        throw CatalogError.missingDatabase(name, among: try names(db))
    }

    private static func notEmpty(_ name: String, _ tables: [String]) -> SQLError {
        let some = tables.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        return SQLError(
            .dependentObjectsStillExist, "cannot drop schema \"\(name)\" because it is not empty",
            detail: "It has \(tables.count) tables: \(some)\(tables.count > 5 ? ", …" : "").",
            hint: "Use DROP SCHEMA … CASCADE to drop them too.")
    }
}

/// One row of `database_info`.
private struct DatabaseRow: FetchableRecord {
    static let query = "SELECT id, key, definition FROM database_info"

    var id: Int64
    var key: String
    var definition: String

    init(row: Row) {
        id = row[0]
        key = row[1]
        definition = row[2]
    }

    func database() throws(SQLError) -> GlueDatabase {
        var database = try JSONText.read(GlueDatabase.self, definition, "database \(key)")
        database.number = id
        return database
    }
}
