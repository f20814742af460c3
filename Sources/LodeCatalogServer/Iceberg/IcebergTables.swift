/// Tables of the Iceberg REST catalog: those of the warehouse that are of this format.

import Crypto
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
        case "GET": return try load(asked, try access.load(try access.icebergTable(named: name)))
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

    /// - Source: Iceberg REST Catalog API, "loadTable", `If-None-Match`, `snapshots`; RFC 9110, 13.1.2 "If-None-Match".
    private static func load(_ asked: Request, _ table: IcebergCatalogTable) throws(SQLError) -> HTTPResponse {
        let wanted = asked.query["snapshots"] ?? "all"
        guard ["all", "refs"].contains(wanted) else { throw SQLError(.invalidParameterValue, "snapshots must be all or refs") }
        let tag = tag(of: table, wanted)
        let known = asked.knownTags?.split(separator: ",").map { $0.trimmingPrefix { $0 == " " || $0 == "W" || $0 == "/" } } ?? []
        if known.contains(where: { $0 == tag[...] }) { return HTTPResponse(status: 304, headers: [HTTPHeader("ETag", tag)]) }
        return answer(table, "\"config\":{}", wanted == "refs" ? try table.bytesOfReferenced() : table.bytes, tag)
    }

    /// Documents never change once they are written: which one it is tells whether a client has it.
    private static func tag(of table: IcebergCatalogTable, _ snapshots: String = "all") -> String {
        let metadata = table.metadata
        let text = "\(snapshots) \(metadata.uuid ?? "") \(metadata.lastUpdatedMillis) \(table.path ?? "")"
        return "\"\(SigV4.hex(SHA256.hash(data: Array(text.utf8))))\""
    }

    /// Changes of several tables.
    /// - Source: Iceberg REST Catalog API, "commitTransaction".
    static func commit(_ body: [UInt8], _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        var requests: [(name: TableName, request: IcebergCommitRequest)] = []
        for request in try IcebergCommitRequest.several(body) { requests.append((try IcebergNames.table(of: request), request)) }
        try access.commit(requests)
        return HTTPResponse(status: 204)
    }

    static func rename(_ json: CloudJSON, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let source = try IcebergNames.table(json["source"]), destination = try IcebergNames.table(json["destination"])
        try access.rename(try access.icebergTable(named: source), to: destination)
        return HTTPResponse(status: 204)
    }

    // MARK: Answers

    /// - Source: Iceberg REST Catalog API, "LoadTableResult".
    private static func loaded(_ table: IcebergCatalogTable) -> HTTPResponse {
        answer(table, "\"config\":{}", table.bytes, tag(of: table))
    }

    /// - Source: Iceberg REST Catalog API, "CommitTableResponse".
    private static func committed(_ table: IcebergCatalogTable) -> HTTPResponse { answer(table, nil, table.bytes, tag(of: table)) }

    /// The document is given as it is, with all that Lode does not know of.
    private static func answer(_ table: IcebergCatalogTable, _ more: String?, _ document: [UInt8], _ tag: String) -> HTTPResponse {
        var body = Array("{".utf8), headers = [HTTPHeader("Content-Type", "application/json")]
        if let path = table.path {
            body += Array("\"metadata-location\":".utf8) + CloudJSON.string(path).bytes + Array(",".utf8)
            headers.append(HTTPHeader("ETag", tag))
        }
        body += Array("\"metadata\":".utf8) + document
        if let more { body += Array(",\(more)".utf8) }
        body.append(UInt8(ascii: "}"))
        return HTTPResponse(status: 200, headers: headers, body: body)
    }
}
