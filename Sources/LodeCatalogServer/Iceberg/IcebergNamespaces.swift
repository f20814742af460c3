/// Namespaces of the Iceberg REST catalog: the warehouse's schemas.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP

enum IcebergNamespaces {
    typealias Request = IcebergEndpoint.Request

    /// All of them.
    static func answer(_ asked: Request, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        switch asked.method {
        case "GET", "HEAD": return try list(asked, access)
        case "POST":
            let json = try asked.json()
            var schema = GlueDatabase(name: try IcebergNames.schema(json["namespace"]))
            var properties = json["properties"]?.texts ?? [:]
            schema.locationUri = properties.removeValue(forKey: "location")
            schema.description = properties.removeValue(forKey: TableParameter.comment)
            if !properties.isEmpty { schema.parameters = properties }
            return IcebergEndpoint.json(described(try access.createSchema(schema)))
        default: throw IcebergEndpoint.unknown(asked)
        }
    }

    private static func list(_ asked: Request, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        if let parent = asked.query["parent"], !parent.isEmpty {
            // Nothing is below a schema.
            _ = try access.schema(try IcebergNames.schema(parent))
            return IcebergEndpoint.json(["namespaces": []])
        }
        let page = try asked.page(of: try access.schemas()) { $0.name }
        var body: CloudJSON = ["namespaces": .array(page.items.map { [.string($0.name)] })]
        if let next = page.next { body[member: "next-page-token"] = .string(next) }
        return IcebergEndpoint.json(body)
    }

    /// One of them.
    static func answer(_ asked: Request, _ segment: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let name = try IcebergNames.schema(segment)
        switch asked.method {
        case "GET": return IcebergEndpoint.json(described(try access.schema(name)))
        case "HEAD":
            _ = try access.schema(name)
            return HTTPResponse(status: 204)
        case "DELETE":
            try access.dropSchema(name)
            return HTTPResponse(status: 204)
        default: throw IcebergEndpoint.unknown(asked)
        }
    }

    /// - Source: Iceberg REST Catalog API, "updateProperties".
    static func change(_ asked: Request, _ segment: String, _ access: CatalogAccess) throws(SQLError) -> HTTPResponse {
        let name = try IcebergNames.schema(segment), json = try asked.json(), updates = json["updates"]?.texts ?? [:]
        let removals = Set(json["removals"]?.items.compactMap(\.string) ?? [])
        guard removals.isDisjoint(with: updates.keys) else {
            throw SQLError(.invalidParameterValue, "a property can't be set and removed at once")
        }
        let known = try access.schema(name), there = Set((known.parameters ?? [:]).keys).union(known.description == nil ? [] : ["comment"])
        var changes: [String: String?] = [:]
        for (property, value) in updates { changes[property] = .some(value) }
        for property in removals where there.contains(property) { changes[property] = .some(nil) }
        if !changes.isEmpty { try access.changeSchema(name, changes) }
        func list(_ names: some Sequence<String>) -> CloudJSON { .array(names.sorted().map { .string($0) }) }
        return IcebergEndpoint.json([
            "updated": list(updates.keys), "removed": list(removals.intersection(there)), "missing": list(removals.subtracting(there)),
        ])
    }

    private static func described(_ schema: GlueDatabase) -> CloudJSON {
        var properties = schema.parameters ?? [:]
        properties[TableParameter.comment] = schema.description
        properties["owner"] = schema.ownerName
        return ["namespace": [.string(schema.name)], "properties": CloudJSON(properties)]
    }
}
