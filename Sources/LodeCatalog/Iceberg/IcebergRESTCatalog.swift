/// The catalog of an Iceberg REST server.

import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables

/// Names, definitions and pointers; tables are read as the format says, with the credentials that the server gives. The server tells
/// names apart by their case, and publishes each change as one.
package final class IcebergRESTCatalog: Catalog {
    package let client: IcebergRESTClient
    private let isNested: Bool
    /// Whether the server has views, once that is known.
    let knowsViews = Lock<Bool?>(nil)
    let leases = Leases(path: nil)
    /// What files are read with where the server gives no credentials; without them tables are not read.
    let stores: StoreRegistry?
    /// Tables that are about to be made, as the server has planned them.
    let staged = Lock<[TableName: IcebergTable]>([:])

    /// - Parameter options: of CREATE CATALOG, see `IcebergProperties.options`. Nothing is asked before it is needed.
    package init(_ options: [String: Secret], _ client: CloudClient, stores: StoreRegistry? = nil) throws(SQLError) {
        self.stores = stores
        let properties = try IcebergProperties(options: options)
        isNested = try properties.isOn("lode.nested-namespaces", else: true)
        self.client = IcebergRESTClient(properties, client)
    }

    package var isDearToAsk: Bool { true }

    // MARK: Paths

    func path(of namespace: IcebergNamespace) throws(SQLError) -> [String] {
        guard namespace.isNameable else { throw SQLError(.invalidName, "a schema of an Iceberg catalog has no empty name") }
        return ["namespaces", namespace.levels.joined(separator: try client.connection().separator)]
    }

    func path(of table: TableName, _ kind: String = "tables") throws(SQLError) -> [String] {
        if table.name.isEmpty { throw SQLError(.invalidName, "a table of an Iceberg catalog has no empty name") }
        return try path(of: IcebergNamespace(database: table.database)) + [kind, table.name]
    }

    static func identifier(_ table: TableName) -> CloudJSON {
        let levels = IcebergNamespace(database: table.database).levels
        return ["namespace": .array(levels.map { .string($0) }), "name": .string(table.name)]
    }

    // MARK: Namespaces

    /// The depth at which namespaces below namespaces are no longer looked for.
    private static let mostLevels = 32

    /// All levels. Each namespace has to be asked for those below it; many are asked at a time.
    package func databases() throws(SQLError) -> [GlueDatabase] {
        let connection = try client.connection()
        var found: Set<IcebergNamespace> = [], parents: [IcebergNamespace] = [IcebergNamespace([])]
        for depth in 1...Self.mostLevels where !parents.isEmpty && (depth == 1 || isNested) {
            let requests = parents.map { parent in
                let query = parent.levels.isEmpty ? [] : [("parent", parent.levels.joined(separator: connection.separator))]
                return client.paged(IcebergRequest(.get, ["namespaces"], query: query, to: "list schemas"), connection)
            }
            var children: [IcebergNamespace] = []
            for ((parent, request), answer) in zip(zip(parents, requests), try client.answers(requests)) {
                switch answer {
                case .success(let page):
                    for namespace in try Self.namespaces(page) + rest(of: request, after: page)
                    where namespace.levels.count == depth && namespace.levels.starts(with: parent.levels) && namespace.isNameable {
                        if found.insert(namespace).inserted { children.append(namespace) }
                    }
                // A server that has one level only, or a namespace that is gone by now.
                case .fault(let fault) where depth > 1 && [400, 404, 405, 406, 501].contains(fault.status): continue
                case .fault(let fault): throw try client.error(fault, request)
                }
            }
            parents = children
        }
        return found.map { GlueDatabase(name: $0.database) }.sorted { $0.name < $1.name }
    }

    private static func namespaces(_ page: CloudJSON) throws(SQLError) -> [IcebergNamespace] {
        (page["namespaces"]?.items ?? []).map { IcebergNamespace($0.items.compactMap(\.string)) }
    }

    private func rest(of request: IcebergRequest, after page: CloudJSON) throws(SQLError) -> [IcebergNamespace] {
        var found: [IcebergNamespace] = [], turn = IcebergPages(), request = request, page = page
        while let token = try turn.next(after: page) {
            request.query[0] = ("pageToken", token)
            page = try client.send(request)
            found += try Self.namespaces(page)
            try Cancellation.checkCurrent()
        }
        return found
    }

    package func database(_ name: String) throws(SQLError) -> GlueDatabase? {
        let namespace = IcebergNamespace(database: name)
        guard namespace.isNameable else { return nil }
        guard let found = try client.find(IcebergRequest(.get, try path(of: namespace), to: "load schema \(name)")) else { return nil }
        let properties = found["properties"]?.texts ?? [:]
        return GlueDatabase(
            name: name, description: properties[TableParameter.comment], locationUri: properties["location"],
            parameters: properties.filter { !$0.key.hasPrefix(TableParameter.ownPrefix) })
    }

    // MARK: Tables and views

    /// By name and kind alone: the columns of each would have to be asked for.
    package func tables(in database: String) throws(SQLError) -> [GlueTable] {
        let tables = try names("tables", in: database).map { name in
            GlueTable(name: name, databaseName: database, tableType: .external, parameters: [TableParameter.tableFormat: "ICEBERG"])
        }
        let views = try viewNames(in: database).map { GlueTable(name: $0, databaseName: database, tableType: .view) }
        return (tables + views).sorted { $0.name < $1.name }
    }

    func names(_ kind: String, in database: String) throws(SQLError) -> [String] {
        let path = try path(of: IcebergNamespace(database: database)) + [kind]
        var found: [String] = []
        try client.pages(IcebergRequest(.get, path, to: "list \(kind) of schema \(database)")) { page in
            found += (page["identifiers"]?.items ?? []).compactMap { $0["name"]?.string }
        }
        return found
    }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        guard IcebergNamespace(database: name.database).isNameable, !name.name.isEmpty else { return nil }
        // Of the snapshots, those that a name stands for are enough here.
        if let table = try loadTable(name, snapshots: "refs") { return try table.glueTable() }
        return try view(name)
    }

    /// The table with its pointer, its metadata and, where the catalog gives some, credentials for its files; nil if there is none.
    /// - Parameter snapshots: "refs" for those that branches and tags name; "all".
    package func loadTable(_ name: TableName, snapshots: String = "all") throws(SQLError) -> IcebergTable? {
        let request = IcebergRequest(.get, try path(of: name), query: [("snapshots", snapshots)], to: "load table \(name)")
        guard let json = try client.find(request) else { return nil }
        var table = try IcebergTable(name, json)
        let first = table
        table.credentials.renew = { [self] () throws(SQLError) in
            if let fresh = try? credentials(for: first), !fresh.keys.isEmpty { return fresh }
            return try loadTable(name, snapshots: "refs")?.credentials
        }
        return table
    }

    /// Fresh credentials for a table whose own are about to end; nil where the server has none apart from the table.
    package func credentials(for table: IcebergTable) throws(SQLError) -> VendedCredentials? {
        if try client.supports("GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials") == false { return nil }
        let request = IcebergRequest(.get, try path(of: table.name) + ["credentials"], to: "get credentials for table \(table.name)")
        switch try client.answer(request) {
        case .success(let json): return VendedCredentials(json)
        case .fault(let fault) where fault.isNoOperation: return nil
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    package func partitions(of name: TableName) throws(SQLError) -> [GluePartition] { [] }

    // MARK: What the table format is needed for

    func unread(_ what: String, _ name: TableName) throws(SQLError) -> SQLError {
        guard let table = try table(name) else { return try missingTable(name) }
        if table.kind == .view { return CatalogError.wrongKind(name, is: .view, wanted: "a table with files") }
        return SQLError.unsupported("\(what) the Iceberg table \"\(name)\"", hint: "DESCRIBE shows its columns.")
    }

    package func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        guard let table = try loadTable(name) else { throw try unread("reading", name) }
        return try snapshot(of: table, at: time)
    }

    func snapshot(of table: IcebergTable, at time: TableTime? = nil) throws(SQLError) -> IcebergSnapshot {
        try IcebergFormat.snapshot(of: table.metadata.json.bytes, Self.place(of: table), at: time, try io(of: table)).identified()
    }

    /// Where its metadata document lies, for messages and as the one that the next follows.
    static func place(of table: IcebergTable) -> String { table.metadataLocation ?? "table \(table.name)" }

    /// What its files are read and written with.
    func io(of table: IcebergTable) throws(SQLError) -> StoreTableIO {
        guard let stores else { throw try unread("reading", table.name) }
        return StoreTableIO(table.credentials.applied(to: stores))
    }

    package func stores(of name: TableName) throws(SQLError) -> StoreRegistry? {
        guard let stores else { return nil }
        let known = try loadTable(name, snapshots: "refs"), table = known ?? staged.withLock { $0[name] }
        return table.map { $0.credentials.applied(to: stores) }
    }

    package func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name)
    }
    package func versions(of name: TableName) throws(SQLError) -> [VersionRecord] { throw try unread("the history of", name) }

    // MARK: What such a catalog has not

    package func readMoment() throws(SQLError) -> ReadMoment { ReadMoment(micros: EmbeddedCatalog.nowMicros(), lease: lease()) }
    package func lease() -> Lease { leases.take(EmbeddedCatalog.nowMicros()) }
    package func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        throw SQLError.unsupported("VACUUM in an Iceberg catalog")
    }
    package func roles() throws(SQLError) -> [Role] { [] }
    package func role(_ name: String) throws(SQLError) -> Role? { nil }
    package func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) {
        throw SQLError.unsupported("a role in an Iceberg catalog")
    }
    package func collectDropped() throws(SQLError) {}
}
