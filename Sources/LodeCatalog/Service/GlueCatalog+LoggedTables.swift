/// Making, replacing, renaming and dropping tables of Glue that keep a log of their own.

import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables

extension GlueCatalog {
    /// The place of a table that is about to be made.
    func completing(_ table: GlueTable, _ format: any WritableTableFormat) throws(SQLError) -> GlueTable {
        var table = table
        if table.storageDescriptor.location == nil { table.storageDescriptor.location = try managedLocation(of: table.tableName) }
        table.isPublishedByCatalog = format is IcebergFormat
        return table
    }

    func create(
        _ table: GlueTable, _ format: any WritableTableFormat, _ ifExists: TableChange.IfExists, _ files: [DataFile],
        _ read: Set<TableVersion>
    ) throws(SQLError) -> CommitOutcome {
        let table = try completing(table, format), name = table.tableName
        if let json = try tableJSON(name), let known = GlueTable(json) {
            switch ifExists {
            case .fail: throw SQLError(.duplicateTable, "relation \"\(name.name)\" already exists")
            case .skip: return CommitOutcome(changed: false)
            case .replace: return try replace(known, json, by: table, format, files, read)
            }
        }
        do throws(SQLError) {
            return try create(table, format, files)
        } catch {
            guard error.state == .duplicateTable else { throw error }
            return try Self.outcome(of: name, ifExists, error)
        }
    }

    /// - Throws: `42P07` if there is one by now.
    private func create(_ table: GlueTable, _ format: any WritableTableFormat, _ files: [DataFile]) throws(SQLError) -> CommitOutcome {
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = files
        let operation = files.isEmpty ? "CREATE TABLE" : "CREATE TABLE AS SELECT"
        let commit = TableCommit(change, declaration: try table.declaration(), operation: operation)
        if format is IcebergFormat { return try createIceberg(table, commit) }
        let io = StoreTableIO(stores), location = table.folder ?? ""
        // One that is there already is taken as it is.
        var version: Int64 = 0
        let isThere = try format.isThere(in: location, io: io)
        if !files.isEmpty || !isThere {
            version = try format.commit(commit, to: nil, in: location, io: io)
        }
        do throws(SQLError) {
            try createTable(table.tableName, try table.told(of: format).input)
        } catch {
            if files.isEmpty || error.state == .statementCompletionUnknown || error.state == .duplicateTable { throw error }
            // The log names the files by now: they stay.
            throw SQLError(
                .ioError, error.message, in: location, detail: "The table is in its folder, but Glue does not know it.",
                hint: "CREATE TABLE … USING \(format.name) LOCATION '…' makes it known.")
        }
        return CommitOutcome(version: version)
    }

    private func createIceberg(_ table: GlueTable, _ commit: TableCommit) throws(SQLError) -> CommitOutcome {
        let io = StoreTableIO(stores), location = StorePath.plain(table.storageDescriptor.location ?? "")
        if commit.files.added.isEmpty, let known = try IcebergFormat.table(in: location, io) as? IcebergSnapshot {
            // One that is there already is taken as it is.
            try createTable(table.tableName, try table.pointing(to: known.document, IcebergRevision(of: known, io)).input)
            return CommitOutcome(version: known.version)
        }
        let revision = try IcebergFormat.first(commit, in: location, io: io)
        let place = try write(revision, after: nil, io)
        do throws(SQLError) {
            try createTable(table.tableName, try table.pointing(to: place, revision).input)
        } catch {
            if !error.leavesCommitUnknown { try? stores.delete([place]) }
            throw error
        }
        return CommitOutcome(version: revision.snapshot)
    }

    /// CREATE OR REPLACE is a version like others: earlier ones stay.
    private func replace(
        _ known: GlueTable, _ json: CloudJSON, by table: GlueTable, _ format: any WritableTableFormat, _ files: [DataFile],
        _ read: Set<TableVersion>
    ) throws(SQLError) -> CommitOutcome {
        guard known.writableFormat?.name == format.name else {
            let kind = known.kind == .view ? "view" : "table of \(known.loggedFormat?.name ?? "folders")"
            throw SQLError.unsupported(
                "replacing \"\(known.tableName)\", a \(kind), by a table of \(format.name)", hint: "Drop it first, or choose another name.")
        }
        let snapshot = try snapshot(of: known, format)
        guard let identity = snapshot.identity else { throw .internalFault("a table without an identity") }
        let own = read.first { $0.table == identity.table }
        if let own, own != identity { throw CatalogError.conflict("table \"\(known.tableName)\" was changed") }
        var change = FileChange(base: identity)
        change.removesEverything = true
        change.added = files
        change.dependsOnBase = own != nil
        let declaration = try table.declaration(), io = StoreTableIO(stores)
        let commit = TableCommit(change, declaration: declaration, operation: "CREATE OR REPLACE TABLE AS SELECT")
        guard let pointer = known.parameters[IcebergFormat.pointer] else {
            let version = try format.commit(commit, to: snapshot, in: known.folder ?? "", io: io)
            _ = try? update(
                known.tableName, to: try known.declared(declaration).told(of: format).input(changing: json), from: known.versionId)
            return CommitOutcome(version: version)
        }
        let revision = try IcebergFormat.next(commit, over: (try io.read(StorePath.plain(pointer)), pointer), to: snapshot, io: io)
        if let outcome = try point(known, json, to: revision, io) { return outcome }
        throw CatalogError.conflict("table \"\(known.tableName)\" was changed")
    }

    // MARK: Changing

    func alter(_ table: GlueTable, _ json: CloudJSON, _ changes: [DefinitionChange]) throws(SQLError) -> CommitOutcome {
        if changes.count == 1, case .rename(let new)? = changes.first { return try rename(table, json, to: new) }
        guard let change = SharedChange.gather([.alter(table.tableName, changes)])?.first else {
            let kind = table.loggedFormat?.name ?? "folders"
            throw SQLError.unsupported("this change of \"\(table.tableName)\", a table of \(kind) in Glue,")
        }
        return try publish(change)
    }

    /// Glue gives no table another name: one of the new name is made, and then that of the old one goes.
    func rename(_ table: GlueTable, _ json: CloudJSON, to new: TableName) throws(SQLError) -> CommitOutcome {
        var moved = table
        (moved.name, moved.databaseName) = (new.name.lowercased(), new.database)
        try createTable(new, moved.input(changing: json))
        do throws(SQLError) {
            _ = try send("DeleteTable", nameRequest(table.tableName))
        } catch {
            if error.state != .statementCompletionUnknown { _ = try? send("DeleteTable", nameRequest(new)) }
            throw error
        }
        return CommitOutcome()
    }

    /// - Returns: nil if it is a table whose files are not its own.
    func purge(_ name: TableName, _ kinds: Set<TableKind>, _ ifExists: Bool) throws(SQLError) -> CommitOutcome {
        guard let table = try table(name) else {
            if ifExists { return CommitOutcome(changed: false) }
            throw try missingTable(name)
        }
        guard kinds.contains(table.kind) else { throw CatalogError.wrongKind(name, is: table.kind, wanted: "what is to be dropped") }
        guard table.loggedFormat != nil, let folder = table.folder, !folder.isEmpty else { throw CatalogError.noPurge(name) }
        _ = try send("DeleteTable", nameRequest(name))
        removeFolder(folder)
        return CommitOutcome()
    }
}
