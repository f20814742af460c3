/// Views of an Iceberg REST server.

import LodeCloud
import LodeCore
import LodeTables

extension IcebergRESTCatalog {
    func viewNames(in database: String) throws(SQLError) -> [String] {
        guard try mayHaveViews(to: "GET /v1/{prefix}/namespaces/{namespace}/views") else { return [] }
        do throws(SQLError) {
            let found = try names("views", in: database)
            knowsViews.withLock { $0 = true }
            return found
        } catch {
            guard knowsViews.withLock({ $0 }) == nil, error.state == .featureNotSupported || error.state == .ioError else { throw error }
            knowsViews.withLock { $0 = false }
            return []
        }
    }

    /// A server that doesn't say what it can do is asked; whether it knows of views at all, it then says.
    private func mayHaveViews(to endpoint: String) throws(SQLError) -> Bool {
        try client.supports(endpoint) ?? knowsViews.withLock { $0 } ?? true
    }

    func view(_ name: TableName) throws(SQLError) -> GlueTable? {
        try viewDocument(name).map { (document) throws(SQLError) in try IcebergView(document).table(name) }
    }

    /// - Source: Iceberg REST Catalog API, "loadView".
    private func viewDocument(_ name: TableName) throws(SQLError) -> CloudJSON? {
        guard try mayHaveViews(to: "GET /v1/{prefix}/namespaces/{namespace}/views/{view}") else { return nil }
        let request = IcebergRequest(.get, try path(of: name, "views"), to: "load view \(name)")
        switch try client.answer(request) {
        case .success(let json):
            guard let document = json["metadata"] else {
                throw SQLError(.protocolViolation, "the Iceberg server gives no metadata of view \"\(name)\"")
            }
            return document
        case .fault(let fault) where fault.status == 404 || fault.isNoOperation: return nil
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    // MARK: Making

    /// - Source: Iceberg REST Catalog API, "createView".
    func create(view: GlueTable, _ ifExists: TableChange.IfExists) throws(SQLError) -> CommitOutcome {
        let name = view.tableName, (schema, version, properties) = try Self.parts(of: view)
        guard try mayHaveViews(to: "POST /v1/{prefix}/namespaces/{namespace}/views") else { throw Self.noViews }
        if ifExists == .replace, let known = try viewDocument(name) { return try replace(known, by: view) }
        let request = IcebergRequest(
            .post, try path(of: IcebergNamespace(database: name.database)) + ["views"],
            body: ["name": .string(name.name), "schema": schema, "view-version": version, "properties": properties], as: .change,
            to: "create view \(name)")
        switch try client.answer(request) {
        case .success: return CommitOutcome()
        case .fault(let fault) where fault.status == 409:
            switch ifExists {
            case .skip: return CommitOutcome(changed: false)
            case .replace:
                if try loadTable(name, snapshots: "refs") == nil { throw CatalogError.conflict("view \"\(name)\" was made") }
                throw CatalogError.wrongKind(name, is: .external, wanted: "a view")
            case .fail: throw SQLError(.duplicateTable, "relation \"\(name)\" already exists", detail: fault.message)
            }
        case .fault(let fault) where fault.isNoOperation: throw Self.noViews
        case .fault(let fault): throw try client.error(fault, request)
        }
    }

    private static var noViews: SQLError { SQLError.unsupported("a view in this Iceberg catalog, whose server has none,") }

    /// - Throws: `42P01` if there is none.
    func alter(view name: TableName, _ change: PropertyChange) throws(SQLError) -> CommitOutcome {
        guard let known = try viewDocument(name) else { throw try missingTable(name) }
        let updates = change.updates(of: known["properties"]?.texts ?? [:])
        if updates.isEmpty { return CommitOutcome(changed: false) }
        try commit(updates.map(\.json), to: name, known, to: "change view \(name)")
        return CommitOutcome()
    }

    /// - Throws: `40001` if it is another view by now.
    /// - Source: Iceberg REST Catalog API, "replaceView", "CommitViewRequest".
    private func commit(_ updates: [CloudJSON], to name: TableName, _ known: CloudJSON, to action: String) throws(SQLError) {
        let requirements = known["view-uuid"].map { [["type": "assert-view-uuid", "uuid": $0] as CloudJSON] } ?? []
        try client.send(
            IcebergRequest(
                .post, try path(of: name, "views"),
                body: ["identifier": Self.identifier(name), "requirements": .array(requirements), "updates": .array(updates)], as: .commit,
                to: action))
    }

    /// The next version of a view. Earlier ones stay in its history.
    private func replace(_ known: CloudJSON, by view: GlueTable) throws(SQLError) -> CommitOutcome {
        let name = view.tableName
        var (schema, version, properties) = try Self.parts(of: view)
        let last = (known["versions"]?.items ?? []).compactMap { $0["version-id"]?.integer }.max() ?? 0
        let lastSchema = (known["schemas"]?.items ?? []).compactMap { $0["schema-id"]?.integer }.max() ?? -1
        schema[member: "schema-id"] = .number(String(lastSchema &+ 1))
        version[member: "version-id"] = .number(String(last &+ 1))
        // The schema, and then the version, that was added last.
        version[member: "schema-id"] = -1
        var updates: [CloudJSON] = [
            ["action": "add-schema", "schema": schema], ["action": "add-view-version", "view-version": version],
            ["action": "set-current-view-version", "view-version-id": -1],
        ]
        let gone = Set((known["properties"]?.texts ?? [:]).keys).subtracting(properties.texts.keys).sorted()
        if !gone.isEmpty { updates.append(["action": "remove-properties", "removals": .array(gone.map { .string($0) })]) }
        if !properties.texts.isEmpty { updates.append(["action": "set-properties", "updates": properties]) }
        try commit(updates, to: name, known, to: "replace view \(name)")
        return CommitOutcome()
    }

    /// What a view is made of, as the API has it.
    private static func parts(of view: GlueTable) throws(SQLError) -> (schema: CloudJSON, version: CloudJSON, properties: CloudJSON) {
        var view = view
        view.updateTime = EmbeddedCatalog.nowMicros()
        guard let document = CloudJSON(try view.icebergView()), let schema = document["schemas"]?.items.first,
            let version = document["versions"]?.items.first
        else { throw .internalFault("a view without a schema or a version") }
        return (schema, version, document["properties"] ?? [:])
    }
}
