/// Tables and views of the embedded catalog.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    package func tables(in database: String) throws(SQLError) -> [GlueTable] {
        if ShippedTables.isShipped(database: database) { return ShippedTables.tables(in: database) }
        let key = database.lowercased()
        let rows = try storage.read(orEmpty: []) { db in
            try TableRow.fetchAll(
                db, sql: TableRow.query + "WHERE d.key = ? AND t.dropped_at IS NULL ORDER BY t.key", arguments: [key])
        }
        var found: [GlueTable] = []
        for row in rows { found.append(try row.table(warehouse)) }
        return found
    }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        if ShippedTables.isShipped(database: name.database) { return ShippedTables.table(name) }
        let row = try storage.read(orEmpty: nil) { db in try TableRow.fetch(name, db) }
        return try row?.table(warehouse)
    }

    package func dropTable(_ name: TableName, kinds: Set<TableKind>, ifExists: Bool) throws(SQLError) -> Bool {
        try Self.checkWritable(name.database)
        // Looking first leaves a warehouse that isn't there alone.
        let dropped = try table(name) == nil ? false : try storage.write { db in
            guard let row = try TableRow.fetch(name, db) else { return false }
            let kind = try row.table(warehouse).kind
            if !kinds.contains(kind) {
                throw SQLError(
                    .wrongObjectType, "\"\(name.name)\" is \(kind.noun)",
                    hint: kind == .view ? "Use DROP VIEW to remove a view." : "Use DROP TABLE to remove a table.")
            }
            try Self.drop(row.id, db)
            return true
        }
        if !dropped, !ifExists {
            _ = try requireTable(name)
            throw try missingTable(name)
        }
        return dropped
    }

    /// Takes the table out of sight; its rows stay until its files are collected.
    static func drop(_ id: Int64, _ db: Database) throws {
        try db.execute(sql: "UPDATE table_info SET dropped_at = ? WHERE id = ?", arguments: [nowMicros(), id])
    }

    package func alterTable(_ table: GlueTable) throws(SQLError) {
        let name = table.tableName
        try Self.checkWritable(name.database)
        _ = try requireTable(name)
        try storage.write { db in
            guard let row = try TableRow.fetch(name, db) else {
                throw CatalogError.missingTable(name, siblings: [], elsewhere: [])
            }
            try Self.replaceDefinition(of: row, with: table, warehouse, db)
        }
    }

    /// Writes a changed definition. Name, database, kind and location stay.
    static func replaceDefinition(of row: TableRow, with table: GlueTable, _ warehouse: Warehouse, _ db: Database) throws {
        let old = try row.storedTable()
        var new = table
        new.name = old.name
        new.databaseName = old.databaseName
        new.tableType = old.tableType
        new.createTime = old.createTime
        new.updateTime = nowMicros()
        new.storageDescriptor.location = old.storageDescriptor.location
        new.versionId = nil
        try db.execute(
            sql: "UPDATE table_info SET definition = ?, definition_version = definition_version + 1 WHERE id = ?",
            arguments: [JSONText.write(new), row.id])
    }

    package func managedLocation(of name: TableName) throws(SQLError) -> String {
        warehouse.resolve(Warehouse.folder(of: name))
    }
}

/// One row of `table_info`.
struct TableRow: FetchableRecord {
    static let query = """
        SELECT t.id, t.definition, t.definition_version, t.version FROM table_info t
        JOIN database_info d ON d.id = t.database_id\u{20}
        """

    var id: Int64
    var definition: String
    var definitionVersion: Int64
    var version: Int64

    init(row: Row) {
        id = row[0]
        definition = row[1]
        definitionVersion = row[2]
        version = row[3]
    }

    /// The live table of that name.
    static func fetch(_ name: TableName, _ db: Database) throws -> TableRow? {
        try fetchOne(
            db, sql: query + "WHERE d.key = ? AND t.key = ? AND t.dropped_at IS NULL",
            arguments: [name.database.lowercased(), name.name.lowercased()])
    }

    var managedVersion: ManagedVersion {
        ManagedVersion(tableID: id, version: version, definitionVersion: definitionVersion)
    }

    /// As it is stored: with a location relative to the warehouse.
    func storedTable() throws(SQLError) -> GlueTable { try JSONText.read(GlueTable.self, definition, "a table") }

    /// With a location that the object stores resolve.
    func table(_ warehouse: Warehouse) throws(SQLError) -> GlueTable {
        var table = try storedTable()
        table.storageDescriptor.location = table.storageDescriptor.location.map { warehouse.resolve($0) }
        table.versionId = "\(id).\(definitionVersion)"
        return table
    }
}
