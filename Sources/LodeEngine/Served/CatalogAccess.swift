/// The warehouse's catalog as one role may see and change it, for protocols other than SQL.

import LodeCatalog
import LodeCore
import LodeTables

/// Each call demands of the role what the SQL statement of the same meaning would. Belongs to one thread at a time.
package final class CatalogAccess {
    let session: Session
    let catalog: EmbeddedCatalog

    /// - Parameter allowedFolders: below which clients may name files.
    /// - Throws: `28000` for a role that may not log in, `0A000` for a catalog that is a service.
    package init(_ engine: Engine, as role: String, _ settings: SessionSettings, allowedFolders: AllowedFolders) throws(SQLError) {
        guard let catalog = engine.catalog as? EmbeddedCatalog else { throw SQLError.unsupported("serving a catalog that is a service") }
        guard let known = try engine.loginRole(role), known.canLogin else {
            throw SQLError(.invalidAuthorization, "role \"\(role)\" is not permitted to log in")
        }
        self.catalog = catalog
        session = Session(engine: engine)
        session.settings = settings
        session.settings.establish("session_authorization", role)
        session.settings.establish("is_superuser", known.isSuperuser ? "on" : "off")
        session.isRemote = true
        session.allowedFolders = allowedFolders
    }

    /// Runs `body`, which is cancelled after a while.
    package func within<T>(milliseconds: Int, _ body: () throws(SQLError) -> T) throws(SQLError) -> T {
        let cancellation = Cancellation()
        let alarm = Alarm.after(milliseconds * 1_000_000) { cancellation.cancel(.statementTimeout) }
        defer { alarm.cancel() }
        let result = Cancellation.$current.withValue(cancellation) { () -> Result<T, SQLError> in
            do throws(SQLError) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    // MARK: Schemas

    /// Those that the role may look into, without those that ship with Lode.
    package func schemas() throws(SQLError) -> [GlueDatabase] {
        var found: [GlueDatabase] = []
        for schema in try catalog.databases() where !ShippedTables.isShipped(database: schema.name) {
            if try session.allows(.usage, inSchema: schema.name, as: session.currentUser) { found.append(schema) }
        }
        return found
    }

    /// - Throws: `3F000`, `42501`.
    package func schema(_ name: String) throws(SQLError) -> GlueDatabase {
        guard !ShippedTables.isShipped(database: name), let found = try catalog.database(name) else {
            throw CatalogError.missingDatabase(name, among: try schemas().map(\.name))
        }
        try session.require(.usage, inSchema: found.name, at: nil)
        return found
    }

    package func createSchema(_ schema: GlueDatabase) throws(SQLError) -> GlueDatabase {
        if schema.locationUri != nil {
            throw SQLError.unsupported("a location of a namespace", hint: "Managed tables lie in the warehouse folder.")
        }
        try session.requireSchemaCreation(at: nil)
        if ShippedTables.isShipped(database: schema.name) {
            throw SQLError(.duplicateSchema, "schema \"\(schema.name)\" already exists")
        }
        var schema = schema
        schema.owner = session.currentUser
        _ = try catalog.commit([.createDatabase(schema)])
        return try self.schema(schema.name)
    }

    package func dropSchema(_ name: String) throws(SQLError) {
        try session.requireOwner(ofSchema: try schema(name), at: nil)
        _ = try catalog.commit([.dropDatabase(name)])
    }

    /// Changes properties of a schema: nil takes one away.
    package func changeSchema(_ name: String, _ properties: [String: String?]) throws(SQLError) {
        let found = try schema(name)
        try session.requireOwner(ofSchema: found, at: nil)
        for property in properties.keys where ["location", "owner"].contains(property) {
            throw SQLError.unsupported("changing the property \"\(property)\" of a namespace")
        }
        try catalog.changeDatabase(found.name) { schema in
            var all = schema.parameters ?? [:]
            for (property, value) in properties {
                if property == TableParameter.comment { schema.description = value } else { all[property] = value }
            }
            schema.parameters = all.isEmpty ? nil : all
        }
    }

    // MARK: Tables

    /// Tables and views that the role may read.
    package func tables(in schema: String) throws(SQLError) -> [GlueTable] {
        var found: [GlueTable] = []
        for table in try catalog.tables(in: try self.schema(schema).name) where try mayRead(table) { found.append(table) }
        return found
    }

    private func mayRead(_ table: GlueTable) throws(SQLError) -> Bool {
        let principal = try session.principal(session.currentUser)
        return principal.isSuperuser || table.privileges(of: principal.roles).contains(.select)
    }

    /// - Throws: `42P01`, `3F000`, `42501`.
    package func table(_ name: TableName) throws(SQLError) -> GlueTable {
        let found = try knownTable(name)
        try session.require(.select, on: found, at: nil)
        return found
    }

    private func knownTable(_ name: TableName) throws(SQLError) -> GlueTable {
        _ = try schema(name.database)
        return try catalog.requireTable(name)
    }

    package func partitions(of table: GlueTable) throws(SQLError) -> [GluePartition] { try catalog.partitions(of: table.tableName) }

    package func rename(_ table: GlueTable, to new: TableName) throws(SQLError) {
        try session.requireOwner(of: table, at: nil)
        _ = try schema(new.database)
        if new.database.lowercased() != table.databaseName.lowercased() { try session.require(.create, inSchema: new.database, at: nil) }
        if try catalog.table(new) != nil { throw SQLError(.duplicateTable, "relation \"\(new.name)\" already exists") }
        _ = try catalog.commit([.alter(table.tableName, [.rename(new)])])
    }

    /// - Parameter purges: whether the table's files go too.
    package func drop(_ table: GlueTable, purges: Bool) throws(SQLError) {
        try session.requireOwner(of: table, at: nil)
        try session.dropping { () throws(SQLError) in
            if table.hasOwnLog, !purges {
                try catalog.dropKeepingFiles(table)
            } else {
                // The folder that the catalog has chosen for a table goes with it.
                _ = try catalog.commit([.drop(table.tableName, kinds: [table.kind], purges: purges && !table.hasOwnLog)])
            }
        }
    }
}
