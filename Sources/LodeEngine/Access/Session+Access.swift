/// What the current user may do with tables and schemas.

import LodeCatalog
import LodeCore
import LodeSyntax

/// Temporary tables are their session's own: nobody asks whose.
extension Session {
    /// - Parameter role: who wants it; a view asks for its owner.
    /// - Throws: `42501`.
    func require(_ wanted: Privileges, on table: GlueTable, as role: String? = nil, at span: SourceSpan?) throws(SQLError) {
        if table.isFolder { return try requireAccess(to: table.name) }
        let role = role ?? currentUser
        if SessionCatalog.isTemporary(table.databaseName) || (table.access == nil && table.ownerName == role) { return }
        let principal = try principal(role)
        if principal.isSuperuser || table.privileges(of: principal.roles).isSuperset(of: wanted) { return }
        throw SQLError(.insufficientPrivilege, "permission denied for \(Self.noun(table)) \(table.name)", at: span)
    }

    /// - Throws: `42501` if the role may not look into the schema, or make something in it.
    func require(_ wanted: Privileges, inSchema name: String, as role: String? = nil, at span: SourceSpan?) throws(SQLError) {
        guard try !allows(wanted, inSchema: name, as: role ?? currentUser) else { return }
        throw SQLError(.insufficientPrivilege, "permission denied for schema \(name)", at: span)
    }

    /// True for a schema that there isn't.
    func allows(_ wanted: Privileges, inSchema name: String, as role: String) throws(SQLError) -> Bool {
        if SessionCatalog.isTemporary(name) { return true }
        let principal = try principal(role)
        if principal.isSuperuser { return true }
        guard let schema = try catalog.database(name) else { return true }
        return schema.privileges(of: principal.roles).isSuperset(of: wanted)
    }

    /// - Throws: `42501` unless the current user owns the table, or the schema that it lies in.
    func requireOwner(of table: GlueTable, at span: SourceSpan?) throws(SQLError) {
        if SessionCatalog.isTemporary(table.databaseName) || table.ownerName == currentUser { return }
        let principal = try principal(currentUser)
        if principal.owns(table.ownerName) { return }
        if let schema = try catalog.database(table.databaseName), schema.owner != nil, principal.owns(schema.ownerName) { return }
        throw SQLError(.insufficientPrivilege, "must be owner of \(Self.noun(table)) \(table.name)", at: span)
    }

    func requireOwner(ofSchema schema: GlueDatabase, at span: SourceSpan?) throws(SQLError) {
        if try principal(currentUser).owns(schema.ownerName) { return }
        throw SQLError(.insufficientPrivilege, "must be owner of schema \(schema.name)", at: span)
    }

    /// - Throws: `42501` for who may not do what concerns the whole database.
    func requireSuperuser(_ what: String, at span: SourceSpan? = nil) throws(SQLError) {
        if try principal(currentUser).isSuperuser { return }
        throw SQLError(.insufficientPrivilege, "must be superuser to \(what)", at: span)
    }

    /// A new table or view belongs to who makes it; one that takes the place of another keeps that one's owner and grants.
    /// - Throws: `42501` if the current user may not make it there.
    func made(_ table: GlueTable, replacing: Bool) throws(SQLError) -> GlueTable {
        try require(.create, inSchema: table.databaseName, at: nil)
        var result = table
        result.owner = currentUser
        guard replacing, let replaced = try catalog.table(table.tableName) else { return result }
        try requireOwner(of: replaced, at: nil)
        result.owner = replaced.ownerName
        result.access = replaced.access
        // Where that is told: what the new one takes the place of.
        result.versionId = replaced.versionId
        return result
    }

    /// - Throws: `42501` for a role that is no superuser and may not create databases.
    func requireSchemaCreation(at span: SourceSpan?) throws(SQLError) {
        if try principal(currentUser).isSuperuser { return }
        if let role = try catalog.role(currentUser), role.canCreateDatabases { return }
        throw SQLError(.insufficientPrivilege, "permission denied for database \(Engine.catalogName)", at: span)
    }

    static func noun(_ table: GlueTable) -> String { table.kind == .view ? "view" : "table" }
}
