/// CREATE TABLE … SHALLOW CLONE.

import LodeCatalog
import LodeCore
import LodeObjectStore
import LodeSyntax
import LodeTables

extension Session {
    /// Makes a table of another one's files, which stay where they are; what is changed of the one leaves the other as it is.
    func clone(
        _ source: QualifiedName, at time: TimeTravel?, as name: TableName, _ create: CreateTable
    ) throws(SQLError) -> StatementOutcome {
        let span = create.name.span
        try requireAutocommit("CREATE TABLE … SHALLOW CLONE", at: span)
        try refuseMore(create)
        let table = try existingTable(source)
        try require(.select, on: table, at: source.span)
        guard let format = table.writableFormat, format.clones else {
            throw SQLError.unsupported(
                "SHALLOW CLONE of \"\(table.name)\"", at: source.span, hint: "CREATE TABLE … AS SELECT … copies its rows.")
        }
        // Whose VACUUM nobody could keep from deleting the clone's files.
        for database in [table.databaseName, name.database] where try catalog.attachedCatalog(of: database) != nil {
            throw SQLError.unsupported("SHALLOW CLONE of, or into, a table of the catalog \"\(database)\"", at: source.span)
        }
        let moment = try time.map { (time) throws(SQLError) in try makeBinder(statementContext()).bindTime(time) }
        let stores = try stores(of: table)
        do throws(SQLError) {
            if try catalog.table(name) != nil { throw SQLError(.duplicateTable, "relation \"\(name)\" already exists") }
            if let location = create.location { try requireAccess(to: location) }
            let location = if let given = create.location { given } else { try freeFolder(for: name) }
            try requireFree(location, format, stores)
            let snapshot = try catalog.snapshot(of: table.tableName, at: moment)
            try format.clone(snapshot, named: "\(table.tableName)", to: location, io: StoreTableIO(stores))
            var cloned = try registered(format, name, location, [:], stores)
            if create.location == nil { cloned.parameters[TableParameter.ownFolder] = "true" }
            cloned.parameters[TableParameter.clonedFrom] = snapshot.location.map(StorePath.plain)
            try catalog.commit(.create(try made(cloned, replacing: false)))
        } catch {
            throw error.at(span)
        }
        return StatementOutcome(tag: "CREATE TABLE")
    }

    private func refuseMore(_ create: CreateTable) throws(SQLError) {
        let isPlain = create.query == nil && create.partitionedBy.isEmpty && create.clusterBy.isEmpty && create.using == nil
            && create.storedAs == nil && create.rowFormat == nil && create.bucketing == nil && create.tableProperties.isEmpty
            && create.withProperties.isEmpty && create.options.isEmpty && create.comment == nil
        guard isPlain, !create.isTemporary, !create.isExternal, !create.orReplace else {
            throw SQLError.unsupported("SHALLOW CLONE with more than a LOCATION", at: create.name.span)
        }
    }
}
