/// Iceberg tables of the embedded catalog, as clients of the catalog load, make and change them.

import LodeCore
import LodeObjectStore
import LodeTables

/// One of the changes that a client wants to be published together.
package enum IcebergCatalogChange {
    case commit(IcebergCommitRequest, to: GlueTable)
    /// - `owner`: the role that the table belongs to.
    /// - `isOwn`: whether its folder goes with it.
    case create(TableName, IcebergCatalogTable, owner: String, isOwn: Bool)
}

extension EmbeddedCatalog {
    /// The document that defines a table now.
    package func icebergTable(_ table: GlueTable) throws(SQLError) -> IcebergCatalogTable {
        if let document = table.parameters[IcebergFormat.pointer] { return try IcebergCatalogTable.load(document: document, io) }
        let folder = try Self.icebergFolder(table)
        // As statements see it; one that they can't read is given all the same.
        if let found = try? snapshot(of: table.tableName, at: nil) as? IcebergSnapshot {
            return try IcebergCatalogTable.load(document: found.document, io)
        }
        return try IcebergCatalogTable.load(in: folder, io)
    }

    /// Publishes what a client wants to become of a table.
    /// - Throws: `40001` if a requirement does not hold: nothing was changed.
    package func commitIceberg(_ request: IcebergCommitRequest, to table: GlueTable) throws(SQLError) -> IcebergCatalogTable {
        guard let format = table.writableFormat else { throw SQLError.unsupported("writing an Iceberg table that another catalog keeps") }
        let lease = lease()
        defer { withExtendedLifetime(lease) {} }
        // Nothing is put on top of a commit of several tables that is not decided.
        let changed = try IcebergCatalogTable.commit(request, in: try Self.icebergFolder(table), settlingIO(format)) {
            () throws(SQLError) in try self.icebergTable(table)
        }
        if let declaration = try? changed.declaration(io) { follow(table.tableName, declaration) }
        return changed
    }

    /// Publishes what a client wants to become of several tables: all of it, or nothing.
    /// - Throws: `40001` if a requirement does not hold.
    package func commitIceberg(_ changes: [IcebergCatalogChange]) throws(SQLError) {
        let lease = lease()
        defer { withExtendedLifetime(lease) {} }
        let (logged, done, _) = try publishJointly { () throws(SQLError) in
            var logged: [LoggedChange] = [], own: [TableChange] = []
            for (index, change) in changes.enumerated() {
                switch change {
                case .commit(let request, let table):
                    // That it is still this table.
                    own.append(.files(table.tableName, FileChange(base: Self.version(of: table))))
                    if let change = try logging(request, table, index) { logged.append(change) }
                case .create(let name, let draft, let owner, let isOwn):
                    let definition = try definition(toBe: name, draft, owner: owner, isOwn: isOwn)
                    own.append(.create(definition))
                    logged.append(
                        LoggedChange(index: index, format: IcebergFormat(), location: draft.metadata.location) { (io) throws(SQLError) in
                            _ = try draft.create(io)
                        })
                }
            }
            return (logged, own)
        } check: { () throws(SQLError) in
            for case .commit(let request, let table) in changes where request.changesNothing { try icebergTable(table).require(request) }
        }
        for (change, done) in zip(logged, done) {
            guard case .commit(_, let table) = changes[change.index],
                let changed = try? IcebergCatalogTable.load(document: done.version.path, io), let declaration = try? changed.declaration(io)
            else { continue }
            follow(table.tableName, declaration)
        }
    }

    /// - Returns: nil for what only requires something.
    private func logging(_ request: IcebergCommitRequest, _ table: GlueTable, _ index: Int) throws(SQLError) -> LoggedChange? {
        guard let format = table.writableFormat else { throw SQLError.unsupported("writing an Iceberg table that another catalog keeps") }
        if request.changesNothing {
            try icebergTable(table).require(request)
            return nil
        }
        let folder = try Self.icebergFolder(table)
        return LoggedChange(index: index, format: format, location: table.storageDescriptor.location ?? folder) { (io) throws(SQLError) in
            _ = try IcebergCatalogTable.commit(request, in: folder, io) { () throws(SQLError) in try self.icebergTable(table) }
        }
    }

    private static func version(of table: GlueTable) -> TableVersion {
        TableVersion(table: TableID(table.number ?? 0), version: 0, definitionVersion: 0)
    }

    /// What a change does to a table's rows, with a look at its files where it says that it only appends.
    package func effects(
        of request: IcebergCommitRequest, on table: GlueTable
    ) throws(SQLError) -> IcebergCommitRequest.Effects { request.effects(on: try icebergTable(table), io) }

    /// Makes a table: its first document, and its name.
    /// - Parameters:
    ///   - owner: the role that it belongs to.
    ///   - isOwn: whether its folder goes with it.
    package func createIceberg(
        _ name: TableName, _ draft: IcebergCatalogTable, owner: String, isOwn: Bool
    ) throws(SQLError) -> IcebergCatalogTable {
        let lease = lease()
        defer { withExtendedLifetime(lease) {} }
        let definition = try definition(toBe: name, draft, owner: owner, isOwn: isOwn)
        let made = try draft.create(io)
        do throws(SQLError) {
            _ = try commitOwn([.create(definition)])
        } catch {
            // Refused: nobody knows of it. Of any other error nobody can tell.
            if [.duplicateTable, .invalidSchemaName].contains(error.state), let path = made.path,
                let (store, place) = try? stores.resolve(path)
            {
                try? store.delete([place])
            }
            throw error
        }
        return made
    }

    /// What can't be listed is not made.
    private func definition(
        toBe name: TableName, _ draft: IcebergCatalogTable, owner: String, isOwn: Bool
    ) throws(SQLError) -> GlueTable {
        let location = draft.metadata.location
        guard try table(name) == nil else { throw Self.taken(name) }
        if !isOwn, let other = try liveFolders(sharing: location).first {
            throw SQLError(.duplicateTable, "another table lies in \(other)", in: location)
        }
        return try Self.definition(name, draft, in: location, owner: owner, isOwn: isOwn, io)
    }

    /// Who writes files of a table before it is made finds its folder, where folders have to be made.
    package func makeFolder(of draft: IcebergCatalogTable) throws(SQLError) {
        let location = draft.metadata.location
        guard (StorePath.scheme(of: location) ?? "file") == "file" else { return }
        try LocalStore().createFolder(StorePath.join(StorePath.localPath(location), "metadata"))
    }

    /// Gives a name to a table that is there. From now on this catalog publishes its versions.
    package func registerIceberg(_ name: TableName, document: String, owner: String) throws(SQLError) -> IcebergCatalogTable {
        guard try table(name) == nil else { throw Self.taken(name) }
        let (found, location) = try IcebergCatalogTable.takeOver(document, io)
        _ = try commitOwn([.create(try Self.definition(name, found, in: location, owner: owner, isOwn: false, io))])
        return found
    }

    /// Drops a table whose folder is the catalog's, and leaves that where it is.
    package func dropKeepingFiles(_ table: GlueTable) throws(SQLError) {
        let gives = DefinitionChange.removeProperties([TableParameter.ownFolder], ifExists: true)
        _ = try commitOwn([.alter(table.tableName, [gives]), .drop(table.tableName, kinds: [table.kind])])
    }

    /// A folder that no other table ever has: with the table everything in it goes.
    package func freeFolder(for name: TableName) throws(SQLError) -> String {
        let folder = Warehouse.absolute(try managedLocation(of: name))
        return "\(folder)-\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
    }

    /// Whether a folder is one that `freeFolder` gives for this table.
    package func isFreeFolder(_ location: String, for name: TableName) throws(SQLError) -> Bool {
        let stem = Warehouse.absolute(try managedLocation(of: name)) + "-"
        let rest = location.dropFirst(stem.count)
        guard location.hasPrefix(stem), (1...16).contains(rest.utf8.count), rest.allSatisfy(\.isHexDigit) else { return false }
        // With the table its folder goes: another one's must not be in it.
        return try liveFolders(sharing: location).isEmpty
    }

    private static func taken(_ name: TableName) -> SQLError {
        SQLError(.duplicateTable, "relation \"\(name.name)\" already exists")
    }

    private static func icebergFolder(_ table: GlueTable) throws(SQLError) -> String {
        guard table.loggedFormat?.name == IcebergFormat().name, let folder = table.folder else {
            throw SQLError(.wrongObjectType, "\"\(table.tableName)\" is no Iceberg table")
        }
        return folder
    }

    private static func definition(
        _ name: TableName, _ table: IcebergCatalogTable, in location: String, owner: String, isOwn: Bool, _ io: any TableIO
    ) throws(SQLError) -> GlueTable {
        let declaration = try table.declaration(io)
        var definition = try GlueTable.define(
            name, Schema(declaration.columns.map(\.field)), partitionedBy: declaration.partitionColumns, kind: .external,
            location: location)
        definition.parameters[TableParameter.tableFormat] = IcebergFormat().name.uppercased()
        if isOwn { definition.parameters[TableParameter.ownFolder] = "true" }
        definition = try definition.declared(declaration)
        definition.owner = owner
        return definition
    }
}

extension IcebergCatalogTable {
    /// What the catalog lists of a table: its columns, also of one that Lode's statements don't write.
    fileprivate func declaration(_ io: any TableIO) throws(SQLError) -> TableDeclaration {
        let snapshot = try IcebergFormat.snapshot(of: bytes, path ?? metadata.location, at: nil, io)
        if let declaration = try? IcebergFormat().declaration(of: snapshot) { return declaration }
        let comments = metadata.schema(metadata.currentSchemaID)?.fields.reduce(into: [:]) { $0[$1.name] = $1.doc } ?? [:]
        return TableDeclaration(
            columns: snapshot.schema.fields.map { .init($0, comment: comments[$0.name]) },
            partitionColumns: snapshot.partitionColumns.map(\.name), properties: metadata.properties)
    }
}
