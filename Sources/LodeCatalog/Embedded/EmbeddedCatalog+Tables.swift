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
        for row in rows { found.append(try table(row)) }
        return found
    }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        if ShippedTables.isShipped(database: name.database) { return ShippedTables.table(name) }
        let row = try storage.read(orEmpty: nil) { db in try TableRow.fetch(name, db) }
        return try row.map { (row) throws(SQLError) in try table(row) }
    }

    /// A row's table. Definitions that were read once are not read again until they change.
    private func table(_ row: TableRow) throws(SQLError) -> GlueTable {
        if let known = definitions.withLock({ $0[row.id] }), known.text == row.definition, known.version == row.definitionVersion {
            return known.table
        }
        let table = try row.table(warehouse)
        definitions.withLock { known in
            if known.count >= Self.maximumKnownDefinitions { known = [:] }
            known[row.id] = KnownDefinition(text: row.definition, version: row.definitionVersion, table: table)
        }
        return table
    }

    func create(
        _ table: GlueTable, _ ifExists: TableChange.IfExists, _ files: [DataFile], _ read: Set<TableVersion>, _ notes: CommitNotes,
        _ db: Database
    ) throws -> CommitOutcome {
        let name = table.tableName
        if name.name.isEmpty { throw SQLError(.invalidName, "a table name must not be empty") }
        let database = try Self.databaseID(name.database, db)
        if let existing = try TableRow.fetch(name, db) {
            let kind = try existing.storedTable().kind
            switch ifExists {
            case .fail:
                throw SQLError(
                    .duplicateTable, "relation \"\(name.name)\" already exists",
                    hint: "Use \(kind == .view ? "CREATE OR REPLACE VIEW" : "CREATE OR REPLACE TABLE"), IF NOT EXISTS, or another name.")
            case .skip: return CommitOutcome(version: existing.version, changed: false)
            case .replace:
                if (kind == .view) != (table.kind == .view) {
                    throw SQLError(
                        .wrongObjectType, "\"\(name.name)\" is \(kind.noun)", hint: "Drop it first, or choose another name.")
                }
                // Of a table with a log the catalog knows no versions.
                let isLogged = try existing.storedTable().writableFormat != nil
                if !isLogged, read.contains(where: { $0.table.number == existing.id && $0 != existing.tableVersion }) {
                    throw CatalogError.conflict("table \"\(name)\" was changed")
                }
                try Self.drop(existing, notes, db)
            }
        }
        var table = table
        table.createTime = Self.nowMicros()
        table.updateTime = table.createTime
        table.versionId = nil
        table.storageDescriptor.location = try storedLocation(table)
        let definition = JSONText.write(table)
        try db.execute(
            sql: "INSERT INTO table_info (database_id, key, definition, definition_version, version) VALUES (?, ?, ?, 1, 0)",
            arguments: [database, name.name.lowercased(), definition])
        notes.note(db.lastInsertedRowID) { $0.isNew = true }
        guard table.kind == .managed else { return CommitOutcome() }
        guard let row = try TableRow.fetch(name, db) else { throw SQLError.internalFault("a new table is not there") }
        var change = FileChange(base: row.tableVersion)
        change.added = files
        return try record(row, change, operation: "CREATE TABLE", definition: definition, notes, db)
    }

    private func storedLocation(_ table: GlueTable) throws(SQLError) -> String? {
        switch table.kind {
        case .view, .system: return nil
        case .managed: return table.storageDescriptor.location.map { warehouse.stored($0) } ?? Warehouse.folder(of: table.tableName)
        case .external:
            guard let location = table.storageDescriptor.location, !location.isEmpty else {
                throw SQLError(
                    .invalidTableDefinition, "external table \"\(table.name)\" needs a location", hint: "Add LOCATION '…'.")
            }
            return warehouse.stored(location)
        }
    }

    static func drop(
        _ name: TableName, _ kinds: Set<TableKind>, _ ifExists: Bool, purges: Bool, _ notes: CommitNotes, _ db: Database
    ) throws -> CommitOutcome {
        guard let row = try TableRow.fetch(name, db) else {
            if ifExists { return CommitOutcome(changed: false) }
            throw try missing(name, db)
        }
        let table = try row.storedTable(), kind = table.kind
        if !kinds.contains(kind) {
            throw SQLError(
                .wrongObjectType, "\"\(name.name)\" is \(kind.noun)",
                hint: kind == .view ? "Use DROP VIEW to remove a view." : "Use DROP TABLE to remove a table.")
        }
        if purges, kind == .external, !table.hasOwnLog { throw CatalogError.noPurge(name) }
        try drop(row, notes, db)
        return CommitOutcome(version: row.version)
    }

    /// Takes the table out of sight; its rows stay until its files are collected.
    static func drop(_ row: TableRow, _ notes: CommitNotes, _ db: Database) throws {
        notes.note(row.id) { $0.isDropped = true }
        try db.execute(sql: "UPDATE table_info SET dropped_at = ? WHERE id = ?", arguments: [try commitTime(db), row.id])
    }

    /// - Parameter files: those that are right for the changed definition.
    func alter(
        _ name: TableName, _ changes: [DefinitionChange], with files: FileChange? = nil, _ notes: CommitNotes, _ db: Database
    ) throws -> CommitOutcome {
        guard let row = try TableRow.fetch(name, db) else { throw try Self.missing(name, db) }
        if let files { _ = try checked(files, to: name, db) }
        let old = try row.storedTable()
        guard old.kind == .managed || old.kind == .external || changes.allSatisfy(\.fitsView) else {
            throw CatalogError.wrongKind(name, is: old.kind, wanted: "a table")
        }
        var new = old
        for change in changes {
            switch change {
            case .setLocation(let location): try new.apply(.setLocation(warehouse.stored(location)))
            case .requires(let version) where version != row.tableVersion: throw CatalogError.conflict("table \"\(name)\" was changed")
            default: try new.apply(change)
            }
        }
        if new == old, files == nil { return CommitOutcome(version: row.version, changed: false) }
        if new.tableName != old.tableName { try Self.move(row, to: new.tableName, db) }
        new.updateTime = Self.nowMicros()
        let definition = JSONText.write(new)
        try db.execute(
            sql: "UPDATE table_info SET definition = ?, definition_version = definition_version + 1 WHERE id = ?",
            arguments: [definition, row.id])
        notes.note(row.id) { $0.definitionChanged = true }
        guard new.kind == .managed else { return CommitOutcome() }
        guard let files, let changed = try TableRow.fetch(new.tableName, db) else {
            return try record(row, FileChange(base: row.tableVersion), operation: "ALTER TABLE", definition: definition, notes, db)
        }
        return try record(changed, files, operation: "ALTER TABLE", definition: definition, notes, db)
    }

    /// Gives a table another name.
    private static func move(_ row: TableRow, to name: TableName, _ db: Database) throws {
        try checkWritable(name.database)
        if name.name.isEmpty { throw SQLError(.invalidName, "a table name must not be empty") }
        let database = try databaseID(name.database, db)
        if let other = try TableRow.fetch(name, db), other.id != row.id {
            throw SQLError(.duplicateTable, "relation \"\(name.name)\" already exists")
        }
        try db.execute(
            sql: "UPDATE table_info SET database_id = ?, key = ? WHERE id = ?", arguments: [database, name.name.lowercased(), row.id])
    }

    /// The error for a table that is not there, within a transaction.
    static func missing(_ name: TableName, _ db: Database) throws -> SQLError {
        let rows = try Row.fetchAll(
            db, sql: "SELECT d.key, t.key FROM table_info t JOIN database_info d ON d.id = t.database_id WHERE t.dropped_at IS NULL")
        let known = rows.map { (database: $0[0] as String, table: $0[1] as String) }
        let isThere = try name.database.lowercased() == defaultDatabase
            || Int64.fetchOne(db, sql: "SELECT id FROM database_info WHERE key = ?", arguments: [name.database.lowercased()]) != nil
        guard isThere else { return CatalogError.missingDatabase(name.database, among: try names(db)) }
        return CatalogError.missingTable(
            name, siblings: known.filter { $0.database == name.database.lowercased() }.map(\.table),
            elsewhere: known.filter { $0.table == name.name.lowercased() }.map(\.database).sorted())
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

    /// The same table with the definition that an earlier version had.
    init(_ other: TableRow, definition: String) {
        self = other
        self.definition = definition
    }

    /// The live table of that name.
    static func fetch(_ name: TableName, _ db: Database) throws -> TableRow? {
        try fetchOne(
            db, sql: query + "WHERE d.key = ? AND t.key = ? AND t.dropped_at IS NULL",
            arguments: [name.database.lowercased(), name.name.lowercased()])
    }

    var tableVersion: TableVersion {
        TableVersion(table: TableID(id), version: version, definitionVersion: definitionVersion)
    }

    /// As it is stored: with a location relative to the warehouse.
    func storedTable() throws(SQLError) -> GlueTable { try JSONText.read(GlueTable.self, definition, "a table") }

    /// With a location that the object stores resolve.
    func table(_ warehouse: Warehouse) throws(SQLError) -> GlueTable {
        var table = try storedTable()
        table.storageDescriptor.location = table.storageDescriptor.location.map { warehouse.resolve($0) }
        table.versionId = "\(id).\(definitionVersion)"
        table.number = id
        return table
    }
}
