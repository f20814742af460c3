/// Iceberg tables as one role may load and change them.

import LodeCatalog
import LodeCore
import LodeTables

extension CatalogAccess {
    package static func isIceberg(_ table: GlueTable) -> Bool { table.loggedFormat?.name == IcebergFormat().name }

    /// A table of this format.
    /// - Throws: `42P01` also for one of another format: a client that asks knows no other.
    package func icebergTable(named name: TableName) throws(SQLError) -> GlueTable {
        let found = try table(name)
        if Self.isIceberg(found) { return found }
        throw SQLError(.undefinedTable, "relation \"\(name)\" is no Iceberg table", hint: "SQL reads it, and the Glue endpoint lists it.")
    }

    package func load(_ table: GlueTable) throws(SQLError) -> IcebergCatalogTable { try catalog.icebergTable(table) }

    /// A table that is to be made, in a folder of the warehouse or where the client wants it.
    package func draft(_ name: TableName, _ request: [UInt8], location: String?) throws(SQLError) -> IcebergCatalogTable {
        try requireCreation(of: name)
        return try IcebergCatalogTable.draft(request, location: try self.location(location, for: name).path)
    }

    /// A table that the client makes by its first commit, and may write files of before.
    package func stage(_ draft: IcebergCatalogTable) throws(SQLError) -> IcebergCatalogTable {
        try catalog.makeFolder(of: draft)
        return draft
    }

    package func create(_ name: TableName, _ draft: IcebergCatalogTable) throws(SQLError) -> IcebergCatalogTable {
        let isOwn = try requirePlace(of: name, draft)
        return try catalog.createIceberg(name, draft, owner: session.currentUser, isOwn: isOwn)
    }

    /// - Returns: whether the catalog has chosen where the new table lies.
    private func requirePlace(of name: TableName, _ draft: IcebergCatalogTable) throws(SQLError) -> Bool {
        try requireCreation(of: name)
        // Without one its folder would seem to be the catalog's own.
        guard !draft.metadata.location.isEmpty else { throw SQLError(.invalidParameterValue, "the new table has no location") }
        return try location(draft.metadata.location, for: name).isOwn
    }

    package func register(_ name: TableName, document: String) throws(SQLError) -> IcebergCatalogTable {
        try requireCreation(of: name)
        try session.requireAccess(to: document)
        return try catalog.registerIceberg(name, document: document, owner: session.currentUser)
    }

    /// - Throws: `42501` for a role that may not do what the change does: INSERT for what only appends, INSERT and DELETE for any
    ///   other new snapshot; all else is the owner's.
    package func commit(_ request: IcebergCommitRequest, to name: TableName) throws(SQLError) -> IcebergCatalogTable {
        if request.creates { return try create(name, try made(name, by: request)) }
        return try catalog.commitIceberg(request, to: try changeable(name, by: request))
    }

    /// Changes of several tables, all of them or none.
    /// - Throws: as `commit` of one; `22023` for a table that is named twice.
    package func commit(_ requests: [(name: TableName, request: IcebergCommitRequest)]) throws(SQLError) {
        if let only = requests.first, requests.count == 1 {
            _ = try commit(only.request, to: only.name)
            return
        }
        var names: Set<TableName> = [], changes: [IcebergCatalogChange] = []
        for (name, request) in requests {
            guard names.insert(TableName(name.database.lowercased(), name.name.lowercased())).inserted else {
                throw SQLError(.invalidParameterValue, "the request changes table \(name) twice")
            }
            if request.creates {
                let draft = try made(name, by: request)
                changes.append(.create(name, draft, owner: session.currentUser, isOwn: try requirePlace(of: name, draft)))
            } else {
                changes.append(.commit(request, to: try changeable(name, by: request)))
            }
        }
        if !changes.isEmpty { try catalog.commitIceberg(changes) }
    }

    /// What a client's first commit makes.
    private func made(_ name: TableName, by request: IcebergCommitRequest) throws(SQLError) -> IcebergCatalogTable {
        if try catalog.table(name) != nil { throw SQLError(.duplicateTable, "relation \"\(name.name)\" already exists") }
        return try IcebergCatalogTable.made(by: request)
    }

    /// A table of which the role may do what the change does.
    private func changeable(_ name: TableName, by request: IcebergCommitRequest) throws(SQLError) -> GlueTable {
        let table = try icebergTable(named: name), effects = request.effects
        do throws(SQLError) {
            try session.require(Self.privileges(effects), on: table, at: nil)
        } catch {
            guard error.state == .insufficientPrivilege, effects.contains(.deletes) else { throw error }
            // Who may only insert may append: files are looked at only for who may do that much.
            try session.require(.insert, on: table, at: nil)
            try session.require(Self.privileges(try catalog.effects(of: request, on: table)), on: table, at: nil)
        }
        if effects.contains(.maintains) { try session.requireOwner(of: table, at: nil) }
        return table
    }

    private static func privileges(_ effects: IcebergCommitRequest.Effects) -> Privileges {
        var wanted: Privileges = []
        if effects.contains(.inserts) { wanted.insert(.insert) }
        if effects.contains(.deletes) { wanted.insert(.delete) }
        return wanted
    }

    private func requireCreation(of name: TableName) throws(SQLError) {
        _ = try schema(name.database)
        try session.require(.create, inSchema: name.database, at: nil)
    }

    /// Where a new table lies, and whether the catalog has chosen that.
    /// - Throws: `42501` for a place that the client may not name.
    private func location(_ wanted: String?, for name: TableName) throws(SQLError) -> (path: String, isOwn: Bool) {
        guard let wanted, !wanted.isEmpty else { return (try catalog.freeFolder(for: name), true) }
        if try catalog.isFreeFolder(wanted, for: name) { return (wanted, true) }
        try session.requireAccess(to: wanted)
        return (wanted, false)
    }
}
