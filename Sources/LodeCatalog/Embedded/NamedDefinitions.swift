/// What the embedded catalog keeps by name alone, each definition as JSON: roles, attached catalogs.

import GRDB

/// A relation of names and definitions.
struct NamedDefinitions<Definition: Codable> {
    private let relation: String
    /// What messages call one of them, "a role", and one by its name, "role ana".
    private let one, named: String

    private init(_ relation: String, _ one: String, named: String) {
        self.relation = relation
        self.one = one
        self.named = named
    }

    /// Sorted by name.
    func all(_ db: Database) throws -> [Definition] {
        try String.fetchAll(db, sql: "SELECT definition FROM \(relation) ORDER BY name").map {
            try JSONText.read(Definition.self, $0, one)
        }
    }

    func find(_ name: String, _ db: Database) throws -> Definition? {
        try String.fetchOne(db, sql: "SELECT definition FROM \(relation) WHERE name = ?", arguments: [name]).map {
            try JSONText.read(Definition.self, $0, "\(named) \(name)")
        }
    }

    func add(_ definition: Definition, named name: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO \(relation) (name, definition) VALUES (?, ?)", arguments: [name, JSONText.write(definition)])
    }

    func remove(_ name: String, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM \(relation) WHERE name = ?", arguments: [name])
    }
}

extension NamedDefinitions<Role> {
    static var roles: Self { Self("role_info", "a role", named: "role") }
}

extension NamedDefinitions<CatalogDefinition> {
    static var attached: Self { Self("attached_info", "an attached catalog", named: "the attached catalog") }
}
