/// Tables of the Iceberg REST catalog: those of the warehouse that are of this format.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP
import LodeTables

enum IcebergTables {
    typealias Request = IcebergEndpoint.Request

    /// `/v1/namespaces/{namespace}/{what}`.
    static func answer(_ asked: Request, _ namespace: String, _ what: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let schema = try IcebergNames.schema(namespace)
        switch (what, asked.method) {
        case ("tables", "GET"): return try list(asked, schema, access)
        case ("tables", "POST"): return try create(asked, schema, access)
        case ("register", "POST"):
            let json = try asked.json()
            guard let name = json["name"]?.string, let document = json["metadata-location"]?.string else {
                throw SQLError(.invalidParameterValue, "the request lacks a name or a metadata-location")
            }
            return loaded(try access.register(TableName(schema, name), document: document))
        default: throw IcebergEndpoint.unknown(asked)
        }
    }

    private static func list(_ asked: Request, _ schema: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let tables = try access.tables(in: schema).filter(CatalogAccess.isIceberg)
        return IcebergEndpoint.json(IcebergNames.list(try asked.page(of: tables) { $0.name }))
    }

    private static func create(_ asked: Request, _ schema: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let json = try asked.json()
        guard let text = json["name"]?.string, !text.isEmpty else { throw SQLError(.invalidParameterValue, "the request lacks a name") }
        let name = TableName(schema, text)
        let draft = try access.draft(name, asked.body, location: json["location"]?.string)
        return loaded(json["stage-create"]?.boolean == true ? try access.stage(draft) : try access.create(name, draft))
    }

    /// `/v1/namespaces/{namespace}/tables/{table}`.
    static func answer(
        _ asked: Request, table: String, in namespace: String, _ access: CatalogAccess
    ) throws(SQLError) -> HTTPResponse {
        let name = try IcebergNames.table(namespace, table)
        switch asked.method {
        case "GET": return loaded(try access.load(try access.icebergTable(named: name)))
        case "HEAD":
            _ = try access.icebergTable(named: name)
            return HTTPResponse(status: 204)
        case "POST": return committed(try access.commit(try IcebergCommitRequest(asked.body), to: name))
        case "DELETE":
            try access.drop(try access.icebergTable(named: name), purges: asked.query["purgeRequested"]?.lowercased() == "true")
            return HTTPResponse(status: 204)
        default: throw IcebergEndpoint.unknown(asked)
        }
    }

    static func rename(_ json: CloudJSON, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let source = try IcebergNames.table(json["source"]), destination = try IcebergNames.table(json["destination"])
        try access.rename(try access.icebergTable(named: source), to: destination)
        return HTTPResponse(status: 204)
    }

    // MARK: Answers

    /// - Source: Iceberg REST Catalog API, "LoadTableResult".
    private static func loaded(_ table: IcebergCatalogTable) -> HTTPResponse { answer(table, "\"config\":{}") }

    /// - Source: Iceberg REST Catalog API, "CommitTableResponse".
    private static func committed(_ table: IcebergCatalogTable) -> HTTPResponse { answer(table, nil) }

    /// The document is given as it is, with all that Lode does not know of.
    private static func answer(_ table: IcebergCatalogTable, _ more: String?) -> HTTPResponse {
        var body = Array("{".utf8)
        if let path = table.path { body += Array("\"metadata-location\":".utf8) + CloudJSON.string(path).bytes + Array(",".utf8) }
        body += Array("\"metadata\":".utf8) + table.bytes
        if let more { body += Array(",\(more)".utf8) }
        body.append(UInt8(ascii: "}"))
        return HTTPResponse(status: 200, headers: [HTTPHeader("Content-Type", "application/json")], body: body)
    }
}
