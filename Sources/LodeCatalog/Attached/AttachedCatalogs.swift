/// The catalogs beside the warehouse's own: made by CREATE CATALOG, they last as long as the process.

import LodeCore

/// A database of the attached catalog `g` is called `g.name` wherever databases are told apart; what its own catalog calls it, only that
/// sees.
package final class AttachedCatalogs: Sendable {
    package struct Entry: Sendable {
        package var name: String
        package var kind: String
        package var catalog: any Catalog
        /// Options that are no secrets, for SHOW CATALOGS.
        package var shownOptions: [String: String]
    }

    private let entries = Lock<[String: Entry]>([:])

    let schemas: ExternalSchemas
    /// How Glue is spoken to.
    package let connect: GlueConnector

    package init(glue connect: @escaping GlueConnector = { (options, client) throws(SQLError) in try GlueClient(options, client) }) {
        self.connect = connect
        schemas = ExternalSchemas(connect)
    }

    /// Sorted by name.
    package var all: [Entry] { entries.withLock { $0.values.sorted { $0.name < $1.name } } }

    package func named(_ name: String) -> Entry? { entries.withLock { $0[name.lowercased()] } }

    /// Whether it was new.
    package func attach(_ name: String, kind: String, _ catalog: any Catalog, shown options: [String: String]) -> Bool {
        let name = name.lowercased()
        let entry = Entry(name: name, kind: kind, catalog: RenamedCatalog(.prefixed(name + "."), catalog), shownOptions: options)
        return entries.withLock { entries in
            guard entries[name] == nil else { return false }
            entries[name] = entry
            return true
        }
    }

    /// Whether it was there.
    package func detach(_ name: String) -> Bool { entries.withLock { $0.removeValue(forKey: name.lowercased()) } != nil }

    /// The catalog that a database belongs to; nil for one of the warehouse's own.
    package func owner(of database: String) -> Entry? {
        guard let dot = database.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        return named(String(database[..<dot]))
    }

    /// What a database of a catalog is called beside those of others.
    package static func database(_ name: String, in catalog: String) -> String { "\(catalog.lowercased()).\(name)" }

    /// What a database is called in the catalog of another one, whatever name that is attached by; unchanged if it is not of that catalog.
    package func name(of database: String, besides other: String) -> String {
        guard let entry = owner(of: database), entry.name == owner(of: other)?.name else { return database }
        return String(database.dropFirst(entry.name.count + 1))
    }

    /// The name of a relation in parts, for what qualifies its columns.
    package func path(of table: TableName, own: String) -> [String] {
        guard let entry = owner(of: table.database) else { return [own, table.database, table.name] }
        return [entry.name, String(table.database.dropFirst(entry.name.count + 1)), table.name]
    }
}
