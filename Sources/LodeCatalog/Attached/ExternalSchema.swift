/// Schemas of the warehouse that show the tables of a database of AWS Glue.

import LodeCloud
import LodeCore
import LodeObjectStore

/// What CREATE EXTERNAL SCHEMA says, as the warehouse's catalog keeps it with the schema. Nothing of it is a secret.
package struct ExternalSchema: Hashable, Sendable {
    /// The database in Glue.
    package var database: String
    package var region: String?
    /// The role by which files are read and, unless there is one for that, Glue is asked. Nil: as whom the process runs.
    package var role: String?
    package var catalogRole: String?
    package var catalogID: String?

    package init(database: String, region: String? = nil, role: String? = nil, catalogRole: String? = nil, catalogID: String? = nil) {
        self.database = database
        self.region = region
        self.role = role
        self.catalogRole = catalogRole
        self.catalogID = catalogID
    }

    /// Names in the schema's parameters.
    private enum Name {
        static let database = "lode.external.database", region = "lode.external.region", role = "lode.external.iam_role"
        static let catalogRole = "lode.external.catalog_role", catalogID = "lode.external.catalog_id"
    }

    /// Nil for a schema with tables of its own.
    init?(_ parameters: [String: String]?) {
        guard let parameters, let database = parameters[Name.database] else { return nil }
        self.init(
            database: database, region: parameters[Name.region], role: parameters[Name.role], catalogRole: parameters[Name.catalogRole],
            catalogID: parameters[Name.catalogID])
    }

    package var parameters: [String: String] {
        var texts = [Name.database: database]
        texts[Name.region] = region
        texts[Name.role] = role
        texts[Name.catalogRole] = catalogRole
        texts[Name.catalogID] = catalogID
        return texts
    }

    /// As options of CREATE CATALOG.
    private var options: [String: Secret] {
        var options: [String: Secret] = [:]
        options["region"] = region.map { Secret($0) }
        options["role_arn"] = (catalogRole ?? role).map { Secret($0) }
        return options
    }

    /// The catalog whose tables it shows.
    package func catalog(_ connect: GlueConnector, _ stores: StoreRegistry) throws(SQLError) -> any Catalog {
        let service = try connect(options, stores.client)
        return GlueCatalog(service, role.map { stores.assuming(role: $0) } ?? stores, catalogID: catalogID)
    }
}

extension GlueDatabase {
    /// What the schema shows, if its tables are another catalog's.
    package var external: ExternalSchema? { ExternalSchema(parameters) }
}

/// The external schemas of a warehouse, each with the catalog that has its tables. Read again whenever the warehouse's catalog changes.
final class ExternalSchemas: Sendable {
    private struct Link {
        var definition: ExternalSchema
        var owner: String?
        /// Asked for only if the schema is used: what is wrong with it concerns nobody else.
        var catalog: Result<any Catalog, SQLError>
    }

    private struct Known {
        var generation: Int64?
        var links: [String: Link] = [:]
    }

    private let known = Lock<Known?>(nil)
    private let connect: GlueConnector

    init(_ connect: @escaping GlueConnector) { self.connect = connect }

    /// The catalog that keeps the tables of a schema; nil if the warehouse's own does.
    func catalog(of schema: String, in warehouse: any Catalog, _ stores: StoreRegistry) throws(SQLError) -> (any Catalog)? {
        try links(warehouse, stores)[schema.lowercased()]?.catalog.get()
    }

    private func links(_ warehouse: any Catalog, _ stores: StoreRegistry) throws(SQLError) -> [String: Link] {
        let generation = try warehouse.generation()
        let before = known.withLock { $0 }
        if let before, let generation, before.generation == generation { return before.links }
        var links: [String: Link] = [:]
        for database in try warehouse.databases() {
            guard let definition = database.external else { continue }
            let key = database.name.lowercased()
            if let same = before?.links[key], same.definition == definition, same.owner == database.owner {
                links[key] = same
            } else {
                let names = DatabaseNames.linked(schema: database.name, database: definition.database, owner: database.owner)
                let catalog = Result { () throws(SQLError) -> any Catalog in
                    RenamedCatalog(names, try definition.catalog(connect, stores))
                }
                links[key] = Link(definition: definition, owner: database.owner, catalog: catalog)
            }
        }
        let found = Known(generation: generation, links: links)
        known.withLock { $0 = found }
        return links
    }
}
