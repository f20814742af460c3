/// Tables of an Iceberg REST server that are made and written.

import LodeCloud
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

extension IcebergRESTCatalog {
    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        // Before the first file is written.
        let lease = lease()
        guard let table = try loadTable(name) else { throw try unread("writing to", name) }
        let snapshot = try snapshot(of: table)
        let declared = try table.glueTable().declared(try IcebergFormat.declaration(ofKept: snapshot))
        return GatheredTransaction(declared, snapshot, lease, try IcebergFormat().rowWriting(of: snapshot))
    }

    // MARK: Publishing

    package func transactionScope(in database: String) throws(SQLError) -> TransactionScope {
        try client.supports("POST /v1/{prefix}/transactions/commit") == false ? .oneTable : .tables
    }

    /// Makes changes of tables their next versions, all of them or none. Who comes second looks again whether what it has written goes
    /// with what came first, and tries again.
    /// - Throws: `40001` if it does not, `40003` if the server does not say what became of it.
    func publish(_ changes: [SharedChange]) throws(SQLError) -> [TableName: CommitOutcome] {
        var lost: SQLError?
        for attempt in 0..<SharedChange.attempts {
            if attempt > 0 { try SharedChange.pause(attempt) }
            var own: [IcebergTableChange] = [], outcomes: [TableName: CommitOutcome] = [:]
            for change in changes {
                guard let (next, snapshot) = try next(change) else { continue }
                own.append(next)
                if !next.updates.isEmpty { outcomes[change.name] = CommitOutcome(version: snapshot) }
            }
            if outcomes.isEmpty { return [:] }
            do throws(SQLError) {
                try commit(own)
                return outcomes
            } catch {
                guard error.state == .serializationFailure else { throw error }
                lost = error
            }
        }
        throw lost ?? CatalogError.conflict("the tables were changed")
    }

    /// What becomes of a table as it is now; nil if it is what it should be.
    private func next(_ change: SharedChange) throws(SQLError) -> (change: IcebergTableChange, snapshot: Int64)? {
        guard let table = try loadTable(change.name) else { throw try unread("writing to", change.name) }
        let snapshot = try snapshot(of: table)
        try change.check(snapshot)
        guard let commit = try change.commit(to: try table.glueTable(), try IcebergFormat.declaration(ofKept: snapshot)) else {
            guard change.required != nil else { return nil }
            // Read, not changed: it must still be so when the others are published.
            let requirements: [IcebergRequirement] = [
                table.metadata.uuid.map { .uuid($0) }, .reference("main", snapshot: table.metadata.currentSnapshot),
            ].compactMap(\.self)
            return (IcebergTableChange(change.name, requirements: requirements, updates: []), snapshot.version)
        }
        let revision = try IcebergFormat.next(
            commit, over: (table.metadata.json.bytes, Self.place(of: table)), to: change.files?.found, io: try io(of: table))
        return (IcebergTableChange(change.name, from: table.metadata.json, to: try Self.document(revision)), revision.snapshot)
    }

    private static func document(_ revision: IcebergRevision) throws(SQLError) -> CloudJSON {
        guard let json = CloudJSON(revision.document) else { throw .internalFault("a metadata document that is no JSON") }
        return json
    }

    // MARK: Creating

    /// The table as the server plans it: where it lies, and what its files are written with.
    package func completing(_ table: GlueTable) throws(SQLError) -> GlueTable {
        if table.kind == .view { return table }
        let document = try plan(table)
        var table = table
        table.isPublishedByCatalog = true
        let request = try creation(of: table, document, isStaged: true)
        switch try client.answer(request) {
        case .success(let json):
            let planned = try IcebergTable(table.tableName, json)
            let name = table.tableName
            staged.withLock { $0[name] = planned }
            table.storageDescriptor.location = planned.metadata.location
        // It is said when the table is made.
        case .fault(let fault) where fault.status == 409: break
        case .fault(let fault) where fault.isNoOperation || fault.status == 400: break
        case .fault(let fault): throw try client.error(fault, request)
        }
        return table
    }

    /// For a server that does not plan tables.
    package func managedLocation(of name: TableName) throws(SQLError) -> String {
        throw SQLError.unsupported(
            "CREATE TABLE AS on this Iceberg server, which does not say where a table will lie,",
            hint: "CREATE TABLE without a query, then INSERT INTO \(name) SELECT ….")
    }

    func create(
        _ table: GlueTable, _ ifExists: TableChange.IfExists, _ files: [DataFile], _ read: Set<TableVersion>
    ) throws(SQLError) -> CommitOutcome {
        if table.kind == .view { return try create(view: table, ifExists) }
        let name = table.tableName
        defer { staged.withLock { $0[name] = nil } }
        if ifExists == .replace, try loadTable(name, snapshots: "refs") != nil { return try replace(table, files, read) }
        do throws(SQLError) {
            if files.isEmpty {
                if let known = try found(for: table) {
                    _ = try register(name, metadataLocation: known.document)
                    return CommitOutcome(version: known.version)
                }
                try client.send(creation(of: table, plan(table), isStaged: false))
                return CommitOutcome()
            }
            return try createFilled(table, files)
        } catch {
            guard error.state == .duplicateTable || error.state == .serializationFailure else { throw error }
            if ifExists == .skip { return CommitOutcome(changed: false) }
            if ifExists == .replace { throw CatalogError.conflict("table \"\(name)\" was made") }
            throw SQLError(.duplicateTable, "relation \"\(name)\" already exists", detail: error.detail)
        }
    }

    /// The table that lies where a new one is said to lie: it is taken as it is.
    private func found(for table: GlueTable) throws(SQLError) -> IcebergSnapshot? {
        guard let stores, let location = table.storageDescriptor.location,
            staged.withLock({ $0[table.tableName] })?.metadata.location != location
        else { return nil }
        return try IcebergFormat.table(in: StorePath.plain(location), StoreTableIO(stores)) as? IcebergSnapshot
    }

    /// - Throws: `40001` if the table is there by now.
    private func createFilled(_ table: GlueTable, _ files: [DataFile]) throws(SQLError) -> CommitOutcome {
        let name = table.tableName
        guard let planned = staged.withLock({ $0[name] }) else { throw .internalFault("a table that was not planned") }
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = files
        let commit = TableCommit(change, declaration: try declaration(of: table), operation: "CREATE TABLE AS SELECT")
        let first = try IcebergFormat.first(commit, in: planned.metadata.location, io: try io(of: planned))
        var document = try Self.document(first)
        // As the server has planned it; its own properties are among those of the table.
        document[member: "table-uuid"] = planned.metadata.uuid.map { .string($0) }
        document[member: "location"] = .string(planned.metadata.location)
        let properties = planned.metadata.properties.merging(document["properties"]?.texts ?? [:]) { _, own in own }
        document[member: "properties"] = CloudJSON(properties)
        try self.commit([IcebergTableChange(name, from: nil, to: document)])
        return CommitOutcome(version: first.snapshot)
    }

    /// CREATE OR REPLACE is a version like others: earlier ones stay.
    private func replace(_ table: GlueTable, _ files: [DataFile], _ read: Set<TableVersion>) throws(SQLError) -> CommitOutcome {
        guard let known = try loadTable(table.tableName) else { throw try missingTable(table.tableName) }
        let snapshot = try snapshot(of: known)
        guard let identity = snapshot.identity else { throw .internalFault("a table without an identity") }
        let own = read.first { $0.table == identity.table }
        if let own, own != identity { throw CatalogError.conflict("table \"\(table.tableName)\" was changed") }
        var change = FileChange(base: identity)
        change.removesEverything = true
        change.added = files
        change.dependsOnBase = own != nil
        let commit = TableCommit(change, declaration: try declaration(of: table), operation: "CREATE OR REPLACE TABLE AS SELECT")
        let revision = try IcebergFormat.next(
            commit, over: (known.metadata.json.bytes, Self.place(of: known)), to: nil, io: try io(of: known))
        try self.commit([IcebergTableChange(table.tableName, from: known.metadata.json, to: try Self.document(revision))])
        return CommitOutcome(version: revision.snapshot)
    }

    /// - Throws: `0A000` for what an Iceberg server does not keep.
    private func declaration(of table: GlueTable) throws(SQLError) -> TableDeclaration {
        guard table.loggedFormat?.name == IcebergFormat().name else {
            throw SQLError.unsupported("a table of another format in an Iceberg catalog", hint: "CREATE TABLE … USING iceberg.")
        }
        if let key = try table.constraints().first(where: { !$0.isEnforced }) {
            throw SQLError.unsupported("\(key.kind.rawValue) in an Iceberg catalog")
        }
        return try table.declaration()
    }

    /// The first document of a table without rows.
    private func plan(_ table: GlueTable) throws(SQLError) -> CloudJSON {
        guard let stores else { throw try unread("writing to", table.tableName) }
        let none = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        let commit = TableCommit(none, declaration: try declaration(of: table), operation: "CREATE TABLE")
        let location = table.storageDescriptor.location ?? ""
        return try Self.document(try IcebergFormat.first(commit, in: location, io: StoreTableIO(stores)))
    }

    /// - Source: Iceberg REST Catalog API, "CreateTableRequest".
    private func creation(of table: GlueTable, _ document: CloudJSON, isStaged: Bool) throws(SQLError) -> IcebergRequest {
        let name = table.tableName
        var properties = document["properties"]?.texts ?? [:]
        if let version = document["format-version"]?.integer, version != 2 { properties["format-version"] = String(version) }
        var body: CloudJSON = [
            "name": .string(name.name), "stage-create": .boolean(isStaged), "properties": CloudJSON(properties),
            "schema": document["schemas"]?.items.first ?? [:],
        ]
        body[member: "partition-spec"] = document["partition-specs"]?.items.last
        body[member: "write-order"] = document["sort-orders"]?.items.last
        body[member: "location"] = table.storageDescriptor.location.map { .string($0) }
        return IcebergRequest(
            .post, try path(of: IcebergNamespace(database: name.database)) + ["tables"], body: body, as: .change,
            to: "create table \(name)")
    }
}
