/// Changing what an Iceberg REST server holds.

import LodeCloud
import LodeCore
import LodeTables

extension IcebergRESTCatalog {
    /// Several changes are published as one if they are all of the rows and definitions of tables.
    package func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        if changes.count == 1, let only = changes.first { return [try apply(only)] }
        if let own = try properties(by: changes) {
            try commit(own)
            return changes.map { _ in CommitOutcome() }
        }
        guard let gathered = SharedChange.gather(changes) else {
            throw SQLError.unsupported("such a change of several tables of an Iceberg catalog", hint: "Change one after the other.")
        }
        let outcomes = try publish(gathered)
        return changes.map { change in change.tableName.flatMap { outcomes[$0] } ?? CommitOutcome(changed: false) }
    }

    private func apply(_ change: TableChange) throws(SQLError) -> CommitOutcome {
        switch change {
        case .createDatabase(let database, let ifNotExists): return try create(database, ifNotExists)
        case .dropDatabase(let name, let ifExists, let cascade): return try drop(database: name, ifExists, cascade)
        case .alterDatabase: throw SQLError.unsupported("changing privileges in an Iceberg catalog")
        case .create(let table, let ifExists, let files, let read): return try create(table, ifExists, files, read)
        case .drop(let name, let kinds, let ifExists, let purges): return try drop(name, kinds, ifExists, purges: purges)
        case .alter(let name, let changes): return try alter(name, changes)
        case .files(let name, _): return try publish(SharedChange.gather([change]) ?? [])[name] ?? CommitOutcome(changed: false)
        case .partitions(let name, _): throw SQLError.unsupported("registering partitions of the Iceberg table \"\(name)\"")
        case .requires(let name, _): throw SQLError.unsupported("requiring a state of the Iceberg table \"\(name)\"")
        }
    }

    // MARK: Namespaces

    private func create(_ database: GlueDatabase, _ ifNotExists: Bool) throws(SQLError) -> CommitOutcome {
        let namespace = IcebergNamespace(database: database.name)
        guard namespace.isNameable else { throw SQLError(.invalidName, "a schema of an Iceberg catalog has no empty name") }
        var properties = database.parameters ?? [:]
        properties[TableParameter.comment] = database.description
        if let location = database.locationUri { properties["location"] = location }
        let request = IcebergRequest(
            .post, ["namespaces"],
            body: ["namespace": .array(namespace.levels.map { .string($0) }), "properties": CloudJSON(properties)], as: .change,
            to: "create schema \(database.name)")
        switch try client.answer(request) {
        case .success: return CommitOutcome()
        case .fault(let fault) where fault.status == 409:
            if ifNotExists { return CommitOutcome(changed: false) }
            throw SQLError(.duplicateSchema, "schema \"\(database.name)\" already exists", detail: fault.message)
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    /// Tables are never dropped with it: that would be many changes, and what some servers drop, they delete.
    private func drop(database name: String, _ ifExists: Bool, _ cascade: Bool) throws(SQLError) -> CommitOutcome {
        let request = IcebergRequest(.delete, try path(of: IcebergNamespace(database: name)), as: .change, to: "drop schema \(name)")
        switch try client.answer(request) {
        case .success: return CommitOutcome()
        case .fault(let fault) where fault.isMissing:
            if ifExists { return CommitOutcome(changed: false) }
            throw CatalogError.missingDatabase(name, among: try databases().map(\.name))
        case .fault(let fault) where fault.status == 409:
            if cascade { throw SQLError.unsupported("DROP SCHEMA … CASCADE in an Iceberg catalog", hint: "Drop its tables first.") }
            throw SQLError(
                .dependentObjectsStillExist, "cannot drop schema \"\(name)\" because it is not empty", detail: fault.message,
                hint: "Drop its tables first.")
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    // MARK: Tables

    private func drop(
        _ name: TableName, _ kinds: Set<TableKind>, _ ifExists: Bool, purges: Bool
    ) throws(SQLError) -> CommitOutcome {
        let isView = kinds == [.view], kind = isView ? "views" : "tables"
        let request = IcebergRequest(
            .delete, try path(of: name, kind), query: isView ? [] : [("purgeRequested", purges ? "true" : "false")], as: .change,
            to: "drop \(isView ? "view" : "table") \(name)")
        switch try client.answer(request) {
        case .success: return CommitOutcome()
        case .fault(let fault) where fault.isMissing:
            if let other = try table(name) { throw CatalogError.wrongKind(name, is: other.kind, wanted: isView ? "a view" : "a table") }
            if ifExists { return CommitOutcome(changed: false) }
            throw try missingTable(name)
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    private func alter(_ name: TableName, _ changes: [DefinitionChange]) throws(SQLError) -> CommitOutcome {
        if changes.count == 1, case .rename(let new)? = changes.first { return try rename(name, to: new) }
        if changes.contains(where: \.isOfTags) { throw SQLError.unsupported("changing tags of the Iceberg table \"\(name)\"") }
        guard let change = PropertyChange(changes) else {
            guard let own = SharedChange.gather([.alter(name, changes)]) else {
                throw SQLError.unsupported("this change of the Iceberg table \"\(name)\"")
            }
            return try publish(own)[name] ?? CommitOutcome(changed: false)
        }
        guard let table = try loadTable(name, snapshots: "refs") else { return try alter(view: name, change) }
        let own = try properties(of: table, change)
        if own.updates.isEmpty { return CommitOutcome(changed: false) }
        try commit([own])
        return CommitOutcome()
    }

    private func rename(_ name: TableName, to new: TableName) throws(SQLError) -> CommitOutcome {
        let body: CloudJSON = ["source": Self.identifier(name), "destination": Self.identifier(new)]
        for kind in ["tables", "views"] {
            let request = IcebergRequest(.post, [kind, "rename"], body: body, as: .change, to: "rename \(name) to \(new)")
            switch try client.answer(request) {
            case .success: return CommitOutcome()
            case .fault(let fault) where fault.type == "NoSuchNamespaceException":
                throw CatalogError.missingDatabase(new.database, among: try databases().map(\.name))
            case .fault(let fault) where fault.isMissing:
                if kind == "tables", try view(name) != nil { continue }
                throw try missingTable(name)
            case .fault(let fault) where fault.status == 409:
                throw SQLError(.duplicateTable, "relation \"\(new)\" already exists", detail: fault.message)
            case .fault(let fault): throw try client.error(fault, request)
            }
        }
        throw try missingTable(name)
    }

    /// Makes a table of a metadata document that lies somewhere.
    package func register(_ name: TableName, metadataLocation: String) throws(SQLError) -> IcebergTable {
        let request = IcebergRequest(
            .post, try path(of: IcebergNamespace(database: name.database)) + ["register"],
            body: ["name": .string(name.name), "metadata-location": .string(metadataLocation)], as: .change, to: "register table \(name)")
        switch try client.answer(request) {
        case .success(let json): return try IcebergTable(name, json)
        case .fault(let fault) where fault.status == 409:
            throw SQLError(.duplicateTable, "relation \"\(name)\" already exists", detail: fault.message)
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    /// Changes that are all of tables' properties; nil if there are others.
    private func properties(by changes: [TableChange]) throws(SQLError) -> [IcebergTableChange]? {
        var own: [IcebergTableChange] = []
        for change in changes {
            guard case .alter(let name, let definitions) = change, let change = PropertyChange(definitions) else { return nil }
            guard let table = try loadTable(name, snapshots: "refs") else { throw try missingTable(name) }
            own.append(try properties(of: table, change))
        }
        return own
    }

    /// - Throws: `0A000` for properties that follow from what the table is.
    private func properties(of table: IcebergTable, _ change: PropertyChange) throws(SQLError) -> IcebergTableChange {
        if let fact = change.set.keys.sorted().first(where: { IcebergMetadata.reserved.contains($0) }) {
            throw SQLError.unsupported("setting \"\(fact)\", which Iceberg reserves,")
        }
        let updates = change.updates(of: table.metadata.properties)
        return IcebergTableChange(table.name, requirements: table.metadata.uuid.map { [.uuid($0)] } ?? [], updates: updates)
    }
}
