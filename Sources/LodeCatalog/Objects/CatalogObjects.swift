/// The objects of the catalog as one statement sees them, by number and by name.

import LodeCore

/// Schemas, tables, views and roles, read when something is first asked for. Safe for many threads.
package final class CatalogObjects: Sendable {
    private struct State {
        var schemas: [SchemaObject]?
        /// In the order of schemas and names.
        var relations: [RelationObject]?
        var roles: (all: [Role], numbers: [String: Int64])?
        var byNumber: [Int64: Int]?
        var classes: ClassNames?
    }

    /// What pg_class lists, by number and by name.
    private struct ClassNames {
        var byNumber: [Int64: TableName] = [:]
        var byName: [TableName: Int64] = [:]

        mutating func add(_ number: Int64, _ name: TableName) {
            byNumber[number] = name
            byName[TableName(name.database.lowercased(), name.name.lowercased())] = number
        }
    }

    private let catalog: any Catalog
    /// What the attached catalog is called whose objects these are; nil for the warehouse's.
    private let attached: String?
    /// The external schemas whose tables are among the relations, in lower case.
    private let looksInto: Set<String>
    private let state = Lock(State())

    package init(_ catalog: any Catalog, attached: String? = nil) {
        self.catalog = catalog
        self.attached = attached
        looksInto = []
    }

    private init(_ other: CatalogObjects, lookingInto schemas: Set<String>) {
        catalog = other.catalog
        attached = other.attached
        looksInto = schemas
    }

    /// The same with the tables of those external schemas that are named: whoever looks through all tables asks no other service.
    package func lookingInto(_ names: Set<String>) throws(SQLError) -> CatalogObjects {
        let found = try schemas().filter { $0.database.external != nil && names.contains($0.name) }
        return found.isEmpty ? self : CatalogObjects(self, lookingInto: Set(found.map(\.name)))
    }

    package func schemas() throws(SQLError) -> [SchemaObject] {
        if let known = state.withLock({ $0.schemas }) { return known }
        let found = try catalog.databases().map { database in
            let name = attached.map { String(database.name.dropFirst($0.count + 1)) } ?? database.name
            return SchemaObject(
                number: ObjectNumbers.schema(database), name: name, comment: database.description,
                isShipped: ShippedTables.isShipped(database: database.name), database: database, catalog: attached)
        }
        state.withLock { $0.schemas = found }
        return found
    }

    package func relations() throws(SQLError) -> [RelationObject] {
        if let known = state.withLock({ $0.relations }) { return known }
        var found: [RelationObject] = []
        for schema in try schemas() where schema.database.external == nil || looksInto.contains(schema.name) {
            for table in try catalog.tables(in: schema.database.name) { found.append(RelationObject(table, in: schema)) }
        }
        state.withLock { $0.relations = found }
        return found
    }

    /// The relations with one of these numbers; all of them for nil.
    package func relations(numbered numbers: Set<Int64>?) throws(SQLError) -> [RelationObject] {
        guard let numbers else { return try relations() }
        return try relations().filter { numbers.contains($0.number) }
    }

    package func relation(_ number: Int64) throws(SQLError) -> RelationObject? {
        let all = try relations()
        let places = state.withLock { state in
            if let known = state.byNumber { return known }
            let fresh = Dictionary(all.indices.map { (all[$0].number, $0) }, uniquingKeysWith: { first, _ in first })
            state.byNumber = fresh
            return fresh
        }
        return places[number].map { all[$0] }
    }

    /// The name of a table, view or key by its number in pg_class.
    package func className(_ number: Int64) throws(SQLError) -> TableName? { try classes().byNumber[number] }

    /// The number in pg_class of a table, view or key.
    package func classNumber(_ name: TableName) throws(SQLError) -> Int64? {
        try classes().byName[TableName(name.database.lowercased(), name.name.lowercased())]
    }

    private func classes() throws(SQLError) -> ClassNames {
        if let known = state.withLock({ $0.classes }) { return known }
        var names = ClassNames()
        for relation in try relations() {
            for key in try relation.keys() { names.add(key.number, TableName(relation.schema.name, key.declared.name)) }
            names.add(relation.number, TableName(relation.schema.name, relation.name))
        }
        let found = names
        state.withLock { $0.classes = found }
        return found
    }

    package func schema(_ number: Int64) throws(SQLError) -> SchemaObject? { try schemas().first { $0.number == number } }

    package func schema(named name: String) throws(SQLError) -> SchemaObject? {
        let folded = name.lowercased()
        return try schemas().first { $0.name.lowercased() == folded }
    }

    /// The table or view of a name, without reading any other.
    package func relation(_ name: TableName) throws(SQLError) -> RelationObject? {
        guard let table = try catalog.table(name), let schema = try schema(named: name.database) else { return nil }
        return RelationObject(table, in: schema)
    }

    /// Roles, sorted by name; the one that a warehouse begins with is there before anybody makes it.
    package func roles() throws(SQLError) -> [(role: Role, number: Int64)] {
        let known = try rolesAndNumbers()
        return known.all.map { ($0, known.numbers[$0.name] ?? 0) }
    }

    /// The number of a role; that of the first one where nothing is known of it.
    package func role(named name: String) throws(SQLError) -> Int64? { try rolesAndNumbers().numbers[name] }

    package func roleName(_ number: Int64) throws(SQLError) -> String? {
        try rolesAndNumbers().numbers.first { $0.value == number }?.key
    }

    private func rolesAndNumbers() throws(SQLError) -> (all: [Role], numbers: [String: Int64]) {
        if let known = state.withLock({ $0.roles }) { return known }
        var all = try catalog.roles()
        if !all.contains(where: { $0.name == Role.first }) {
            var first = Role(name: Role.first)
            first.canLogin = true
            first.isSuperuser = true
            first.canCreateRoles = true
            first.canCreateDatabases = true
            all.append(first)
        }
        let found = (all: all.sorted { $0.name < $1.name }, numbers: ObjectNumbers.roles(all.map(\.name)))
        state.withLock { $0.roles = found }
        return found
    }
}
