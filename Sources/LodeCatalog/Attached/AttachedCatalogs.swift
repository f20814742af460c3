/// The catalogs beside the warehouse's own, made by CREATE CATALOG.

import LodeCloud
import LodeCore
import LodeObjectStore

/// The warehouse's catalog keeps what was said of each, without secrets, so that all processes have it; this reads it again whenever that
/// changes. A database of the attached catalog `g` is called `g.name` wherever databases are told apart; what its own catalog calls it,
/// only that sees.
package final class AttachedCatalogs: Sendable {
    package struct Entry: Sendable {
        package let definition: CatalogDefinition
        fileprivate let connection: Connection

        package var name: String { definition.name }

        /// - Throws: whatever is wrong with what was said of it.
        package func catalog() throws(SQLError) -> any Catalog { try connection.catalog() }
    }

    private struct State {
        /// Whose catalog knows of the attached ones.
        var home: (catalog: any Catalog, stores: StoreRegistry)?
        var generation: Int64?
        var entries: [String: Entry] = [:]
    }

    private let state = Lock(State())
    let schemas: ExternalSchemas
    /// How Glue is spoken to.
    package let connect: GlueConnector

    package init(glue connect: @escaping GlueConnector = { (options, client) throws(SQLError) in try GlueClient(options, client) }) {
        self.connect = connect
        schemas = ExternalSchemas(connect)
    }

    /// Makes them those of a warehouse.
    package func belong(to warehouse: any Catalog, _ stores: StoreRegistry) { state.withLock { $0.home = (warehouse, stores) } }

    // MARK: Names

    /// Sorted by name.
    package var all: [Entry] { current().values.sorted { $0.name < $1.name } }

    package func named(_ name: String) -> Entry? { current()[name.lowercased()] }

    /// As the warehouse's catalog has them by now. Where that can't be read, they are what they were: nobody else is hindered.
    private func current() -> [String: Entry] {
        let before = state.withLock { $0 }
        guard let (warehouse, stores) = before.home, let generation = (try? warehouse.generation()) ?? nil,
            generation != before.generation, let definitions = try? warehouse.attachedDefinitions()
        else { return before.entries }
        var entries: [String: Entry] = [:]
        for definition in definitions {
            let name = definition.name
            if let same = before.entries[name], same.definition == definition {
                entries[name] = same
            } else {
                entries[name] = Entry(definition: definition, connection: Connection(definition, [:], connect, stores))
            }
        }
        let found = entries
        return state.withLock { state in
            // Another thread may have attached one meanwhile.
            if state.generation == before.generation { (state.entries, state.generation) = (found, generation) }
            return state.entries
        }
    }

    // MARK: Changes

    /// Keeps what was said of a catalog, for all processes. One of that name and definition that another process has made, this one takes
    /// on with the secrets that it was given.
    /// - Returns: what has become of it.
    /// - Throws: `42710` for another one of that name.
    package func attach(_ definition: CatalogDefinition, secrets: [String: Secret], ifNotExists: Bool) throws(SQLError) -> Attachment {
        guard let (warehouse, stores) = state.withLock({ $0.home }) else {
            throw SQLError.unsupported("attaching a catalog where there is no warehouse")
        }
        let name = definition.name, known = named(name)
        if let known, known.connection.isOwn || known.definition != definition {
            if ifNotExists { return .skipped }
            throw Self.duplicate(name)
        }
        let entry = Entry(definition: definition, connection: Connection(definition, secrets, connect, stores, isOwn: true))
        // What is wrong with it is said now.
        _ = try entry.catalog()
        try warehouse.changeAttached(name) { (old) throws(SQLError) in
            if let old, old != definition { throw Self.duplicate(name) }
            return definition
        }
        state.withLock { $0.entries[name] = entry }
        return known == nil ? .new : .known
    }

    package enum Attachment {
        case new
        /// It was there, and has the secrets now that this process was given.
        case known
        /// It was there, and stays as it was.
        case skipped
    }

    /// - Returns: whether it was there.
    package func detach(_ name: String) throws(SQLError) -> Bool {
        guard let entry = named(name), let warehouse = state.withLock({ $0.home })?.catalog else { return false }
        try warehouse.changeAttached(entry.name) { _ in nil }
        state.withLock { $0.entries[entry.name] = nil }
        return true
    }

    private static func duplicate(_ name: String) -> SQLError {
        SQLError(
            .duplicateObject, "catalog \"\(name)\" already exists", hint: "DROP CATALOG \(name) detaches it; nothing in it changes then.")
    }

    // MARK: Databases

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

/// A catalog that is made when it is first used: what is wrong with it hinders nobody else, and is looked at again the next time.
private final class Connection: Sendable {
    /// Whether a statement of this process has made it, so that the secrets are those that it said.
    let isOwn: Bool
    private let make: @Sendable () throws(SQLError) -> any Catalog
    private let made = Lock<(any Catalog)?>(nil)

    init(
        _ definition: CatalogDefinition, _ secrets: [String: Secret], _ connect: @escaping GlueConnector, _ stores: StoreRegistry,
        isOwn: Bool = false
    ) {
        self.isOwn = isOwn
        make = { () throws(SQLError) in
            let catalog = try CatalogKinds.make(definition, secrets, connect, stores: stores)
            return RenamedCatalog(.prefixed(definition.name + "."), catalog)
        }
    }

    func catalog() throws(SQLError) -> any Catalog {
        if let made = made.withLock({ $0 }) { return made }
        let new = try make()
        return made.withLock { made in
            if made == nil { made = new }
            return made ?? new
        }
    }
}
