/// The Iceberg REST catalog: which request is whose business.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP
import LodeTables

/// Below `/v1/`; namespaces are the warehouse's schemas, of one level each.
/// - Source: Iceberg REST Catalog API (open-api/rest-catalog-open-api.yaml).
enum IcebergEndpoint: CatalogEndpoint {
    /// What clients may ask for, as the configuration says it.
    private static let endpoints = [
        "GET /v1/{prefix}/namespaces", "POST /v1/{prefix}/namespaces", "GET /v1/{prefix}/namespaces/{namespace}",
        "HEAD /v1/{prefix}/namespaces/{namespace}", "DELETE /v1/{prefix}/namespaces/{namespace}",
        "POST /v1/{prefix}/namespaces/{namespace}/properties", "GET /v1/{prefix}/namespaces/{namespace}/tables",
        "POST /v1/{prefix}/namespaces/{namespace}/tables", "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
        "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
        "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}", "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
        "POST /v1/{prefix}/namespaces/{namespace}/register", "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
        "POST /v1/{prefix}/tables/rename", "GET /v1/{prefix}/namespaces/{namespace}/views",
        "GET /v1/{prefix}/namespaces/{namespace}/views/{view}", "HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}",
        "POST /v1/{prefix}/transactions/commit",
    ]

    /// A request that is understood: its method, and the segments of its path below `/v1/`.
    struct Request {
        let method: String
        let path: [String]
        let query: FormFields
        let body: [UInt8]
        /// What the client has already.
        let knownTags: String?

        /// - Throws: `42704` for a path that is none.
        init(_ request: HTTPRequest) throws(SQLError) {
            method = request.method
            let segments = request.path.dropFirst("/v1/".count).split(separator: "/", omittingEmptySubsequences: false)
            path = segments.map { PercentText.decoded($0) }
            query = FormFields(request.query ?? "")
            body = request.body
            knownTags = request.header("If-None-Match")
            guard !path.contains("") else { throw IcebergEndpoint.unknown(self) }
        }

        var isReading: Bool { method == "GET" || method == "HEAD" }

        /// - Throws: `22023` for a body that is no JSON object.
        func json() throws(SQLError) -> CloudJSON {
            guard let json = CloudJSON(body), case .object = json else {
                throw SQLError(.invalidParameterValue, "the request is no JSON object")
            }
            return json
        }

        func page<Item>(of all: [Item], _ name: (Item) -> String) throws(SQLError) -> Page<Item> {
            var size: Int?
            if let text = query["pageSize"] {
                guard let number = Int(text), number > 0 else {
                    throw SQLError(.invalidParameterValue, "pageSize must be a number from 1 on")
                }
                size = number
            }
            return Page(all, after: query["pageToken"], size: size, name)
        }
    }

    static func answer(_ request: HTTPRequest, _ server: CatalogServer) throws(SQLError) -> HTTPResponse {
        let asked = try Request(request)
        if asked.path == ["oauth", "tokens"], asked.method == "POST" { return try TokenEndpoint.answer(request, server.options) }
        return try server.asCaller(request) { (access) throws(SQLError) in try route(asked, access, server) }
    }

    private static func route(_ asked: Request, _ access: CatalogAccess, _ server: CatalogServer) throws(SQLError) -> HTTPResponse {
        let path = asked.path
        switch (path.first, path.count) {
        case ("config", 1) where asked.method == "GET": return try config(asked, server)
        case ("namespaces", 1): return try IcebergNamespaces.answer(asked, access)
        case ("namespaces", 2): return try IcebergNamespaces.answer(asked, path[1], access)
        case ("namespaces", 3) where path[2] == "properties" && asked.method == "POST":
            return try IcebergNamespaces.change(asked, path[1], access)
        case ("namespaces", 3) where path[2] == "views" && asked.isReading: return try IcebergViews.list(asked, path[1], access)
        case ("namespaces", 3): return try IcebergTables.answer(asked, path[1], path[2], access)
        case ("namespaces", 4) where path[2] == "tables": return try IcebergTables.answer(asked, table: path[3], in: path[1], access)
        case ("namespaces", 4) where path[2] == "views": return try IcebergViews.answer(asked, view: path[3], in: path[1], access)
        case ("namespaces", 5) where path[2] == "tables" && path[4] == "metrics" && asked.method == "POST":
            // Nobody here makes anything of how a client's scan went.
            _ = try access.icebergTable(named: IcebergNames.table(path[1], path[3]))
            return HTTPResponse(status: 204)
        case ("tables", 2) where path[1] == "rename" && asked.method == "POST": return try IcebergTables.rename(try asked.json(), access)
        case ("transactions", 2) where path[1] == "commit" && asked.method == "POST": return try IcebergTables.commit(asked.body, access)
        default: throw unknown(asked)
        }
    }

    /// What a client should know before it asks.
    private static func config(_ asked: Request, _ server: CatalogServer) throws(SQLError) -> HTTPResponse {
        let engine = server.options.engine
        if let warehouse = asked.query["warehouse"], !["", engine.databaseName, engine.warehouse].contains(warehouse) {
            throw SQLError(
                .invalidCatalogName, "there is no warehouse \"\(warehouse)\" here", hint: "This server has \(engine.databaseName).")
        }
        return json(["defaults": [:], "overrides": [:], "endpoints": .array(endpoints.map { .string($0) })])
    }

    static func unknown(_ asked: Request) -> SQLError {
        SQLError(.undefinedObject, "there is nothing at \(asked.method) /v1/\(asked.path.joined(separator: "/").prefix(200))")
    }

    static func json(_ body: CloudJSON, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: [HTTPHeader("Content-Type", "application/json")], body: body.bytes)
    }

    // MARK: Errors

    /// - Source: Iceberg REST Catalog API, "ErrorModel", and the responses of each operation.
    static func failure(_ error: SQLError) -> HTTPResponse {
        let (status, type) = kind(of: error)
        let message = [error.message, error.detail, error.hint].compactMap { $0 }.joined(separator: ". ")
        var response = fault(message, type, status)
        if status == 401 { response.headers.append(HTTPHeader("WWW-Authenticate", "Bearer")) }
        return response
    }

    static func missingView(_ name: TableName) -> HTTPResponse { fault("view \(name) does not exist", "NoSuchViewException", 404) }

    private static func fault(_ message: String, _ type: String, _ status: Int) -> HTTPResponse {
        json(["error": ["message": .string(message), "type": .string(type), "code": .number(String(status))]], status: status)
    }

    private static func kind(of error: SQLError) -> (status: Int, type: String) {
        switch error.state {
        case .undefinedTable: (404, "NoSuchTableException")
        case .invalidSchemaName: (404, "NoSuchNamespaceException")
        case .invalidCatalogName: (404, "NoSuchWarehouseException")
        case .undefinedObject: (404, "NotFoundException")
        case .duplicateTable, .duplicateSchema: (409, "AlreadyExistsException")
        case .dependentObjectsStillExist: (409, "NamespaceNotEmptyException")
        case .serializationFailure: (409, "CommitFailedException")
        case .invalidAuthorization, .invalidPassword: (401, "NotAuthorizedException")
        case .insufficientPrivilege: (403, "ForbiddenException")
        case .featureNotSupported: (406, "UnsupportedOperationException")
        case .tooManyConnections, .lockNotAvailable: (503, "ServiceUnavailableException")
        // Whether the change was made nobody knows.
        case .statementCompletionUnknown, .queryCanceled: (504, "CommitStateUnknownException")
        case .invalidParameterValue, .invalidName, .invalidTableDefinition, .duplicateColumn, .undefinedColumn, .wrongObjectType,
            .objectNotInPrerequisiteState, .datatypeMismatch, .undefinedFile:
            (400, "BadRequestException")
        default: (500, "InternalServerException")
        }
    }
}

/// Names as the API has them.
enum IcebergNames {
    /// What stands between the levels of a namespace in a path.
    private static let separator: Character = "\u{1F}"

    /// - Throws: `3F000` for a namespace of several levels, which is none of the warehouse's.
    static func schema(_ segment: String) throws(SQLError) -> String {
        guard !segment.contains(separator) else { throw SQLError(.invalidSchemaName, "a namespace has one level here") }
        return segment
    }

    static func table(_ namespace: String, _ name: String) throws(SQLError) -> TableName { TableName(try schema(namespace), name) }

    /// - Parameter json: a list of levels.
    static func schema(_ json: CloudJSON?) throws(SQLError) -> String {
        let levels = json?.items.compactMap(\.string) ?? []
        guard let first = levels.first, !first.isEmpty, json?.items.count == levels.count else {
            throw SQLError(.invalidParameterValue, "the request lacks a namespace")
        }
        guard levels.count == 1 else { throw SQLError(.invalidSchemaName, "a namespace has one level here") }
        return first
    }

    static func table(of request: IcebergCommitRequest) throws(SQLError) -> TableName {
        guard let name = request.name, !name.isEmpty, let schema = request.namespace?.first, request.namespace?.count == 1 else {
            throw SQLError(.undefinedTable, "the request names no table of a namespace of one level")
        }
        return TableName(schema, name)
    }

    static func table(_ json: CloudJSON?) throws(SQLError) -> TableName {
        guard let name = json?["name"]?.string, !name.isEmpty else { throw SQLError(.invalidParameterValue, "the request lacks a name") }
        return TableName(try schema(json?["namespace"]), name)
    }

    /// - Source: Iceberg REST Catalog API, "ListTablesResponse".
    static func list(_ page: Page<GlueTable>) -> CloudJSON {
        var body: CloudJSON = [
            "identifiers": .array(page.items.map { ["namespace": [.string($0.databaseName)], "name": .string($0.name)] })
        ]
        if let next = page.next { body[member: "next-page-token"] = .string(next) }
        return body
    }
}
