/// Databases of the embedded catalog.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    package func databases() throws(SQLError) -> [GlueDatabase] {
        let texts = try storage.read(orEmpty: []) { db in
            try String.fetchAll(db, sql: "SELECT definition FROM database_info")
        }
        var found = ShippedTables.databases.map { GlueDatabase(name: $0) }
        for text in texts { found.append(try JSONText.read(GlueDatabase.self, text, "a database")) }
        if !found.contains(where: { $0.name == Self.defaultDatabase }) {
            found.append(GlueDatabase(name: Self.defaultDatabase))
        }
        return found.sorted { $0.name < $1.name }
    }

    package func database(_ name: String) throws(SQLError) -> GlueDatabase? {
        if ShippedTables.isShipped(database: name) { return GlueDatabase(name: name.lowercased()) }
        let key = name.lowercased()
        let text = try storage.read(orEmpty: nil) { db in
            try String.fetchOne(db, sql: "SELECT definition FROM database_info WHERE key = ?", arguments: [key])
        }
        if let text { return try JSONText.read(GlueDatabase.self, text, "database \(name)") }
        return key == Self.defaultDatabase ? GlueDatabase(name: Self.defaultDatabase) : nil
    }

    package func createDatabase(_ database: GlueDatabase, ifNotExists: Bool) throws(SQLError) -> Bool {
        if database.name.isEmpty { throw SQLError(.invalidName, "a schema name must not be empty") }
        let isThere = ShippedTables.isShipped(database: database.name)
        let isNew = try storage.write { db in
            if isThere { return false }
            return try Self.insert(database, db) != nil
        }
        // The default one exists before it has a row.
        if isNew, database.name.lowercased() != Self.defaultDatabase { return true }
        if ifNotExists { return false }
        throw SQLError(.duplicateSchema, "schema \"\(database.name)\" already exists")
    }

    package func dropDatabase(_ name: String, ifExists: Bool, cascade: Bool) throws(SQLError) -> Bool {
        try Self.checkWritable(name)
        let key = name.lowercased()
        guard key != Self.defaultDatabase else {
            throw SQLError(
                .objectNotInPrerequisiteState, "cannot drop schema \"\(Self.defaultDatabase)\"",
                detail: "It is the default schema and always exists.", hint: "Drop the tables in it.")
        }
        guard try database(name) != nil else {
            if ifExists { return false }
            throw try missingDatabase(name)
        }
        return try storage.write { db in
            guard let id = try Int64.fetchOne(db, sql: "SELECT id FROM database_info WHERE key = ?", arguments: [key]) else {
                return false
            }
            let tables = try String.fetchAll(
                db, sql: "SELECT key FROM table_info WHERE database_id = ? AND dropped_at IS NULL ORDER BY key", arguments: [id])
            if !cascade, !tables.isEmpty { throw Self.notEmpty(name, tables) }
            try db.execute(
                sql: "UPDATE table_info SET dropped_at = coalesce(dropped_at, ?), database_id = NULL WHERE database_id = ?",
                arguments: [Self.nowMicros(), id])
            try db.execute(sql: "DELETE FROM database_info WHERE id = ?", arguments: [id])
            return true
        }
    }

    /// The id of a new row; nil if the database exists.
    @discardableResult
    static func insert(_ database: GlueDatabase, _ db: Database) throws -> Int64? {
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
        let names = try String.fetchAll(db, sql: "SELECT key FROM database_info") + [defaultDatabase]
        throw CatalogError.missingDatabase(name, among: names)
    }

    func missingDatabase(_ name: String) throws(SQLError) -> SQLError {
        CatalogError.missingDatabase(name, among: try databases().map(\.name))
    }

    private static func notEmpty(_ name: String, _ tables: [String]) -> SQLError {
        let some = tables.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        return SQLError(
            .dependentObjectsStillExist, "cannot drop schema \"\(name)\" because it is not empty",
            detail: "It has \(tables.count) tables: \(some)\(tables.count > 5 ? ", …" : "").",
            hint: "Use DROP SCHEMA … CASCADE to drop them too.")
    }
}
