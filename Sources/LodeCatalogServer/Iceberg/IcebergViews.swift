/// Views of the Iceberg REST catalog, for reading.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP

enum IcebergViews {
    typealias Request = IcebergEndpoint.Request

    /// `/v1/namespaces/{namespace}/views`.
    static func list(_ asked: Request, _ namespace: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let views = try access.tables(in: try IcebergNames.schema(namespace)).filter { $0.kind == .view }
        return IcebergEndpoint.json(IcebergNames.list(try asked.page(of: views) { $0.name }))
    }

    /// `/v1/namespaces/{namespace}/views/{view}`.
    static func answer(_ asked: Request, view: String, in namespace: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let name = try IcebergNames.table(namespace, view)
        let found: GlueTable?
        do throws(SQLError) {
            found = try access.table(name)
        } catch {
            guard error.state == .undefinedTable else { throw error }
            found = nil
        }
        guard let found, found.kind == .view else { return IcebergEndpoint.missingView(name) }
        switch asked.method {
        case "GET":
            let place = CloudJSON.string("lode:\(name)").bytes
            let body = Array("{\"metadata-location\":".utf8) + place + Array(",\"metadata\":".utf8) + (try found.icebergView())
                + Array(",\"config\":{}}".utf8)
            return HTTPResponse(status: 200, headers: [HTTPHeader("Content-Type", "application/json")], body: body)
        case "HEAD": return HTTPResponse(status: 204)
        default: throw SQLError.unsupported("changing a view here", hint: "SQL does: CREATE OR REPLACE VIEW, DROP VIEW.")
        }
    }
}
