/// What the embedded catalog keeps of the catalogs that are attached to it.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    package func attachedDefinitions() throws(SQLError) -> [CatalogDefinition] {
        let texts = try storage.read(orEmpty: []) { db in
            try String.fetchAll(db, sql: "SELECT definition FROM attached_info ORDER BY name")
        }
        return try texts.map { (text) throws(SQLError) in try JSONText.read(CatalogDefinition.self, text, "an attached catalog") }
    }

    package func changeAttached(
        _ name: String, _ change: @Sendable (CatalogDefinition?) throws(SQLError) -> CatalogDefinition?
    ) throws(SQLError) {
        try storage.write { db in
            let text = try String.fetchOne(db, sql: "SELECT definition FROM attached_info WHERE name = ?", arguments: [name])
            let old = try text.map { try JSONText.read(CatalogDefinition.self, $0, "the attached catalog \(name)") }
            let new = try change(old)
            if new == old { return }
            try db.execute(sql: "DELETE FROM attached_info WHERE name = ?", arguments: [name])
            if let new { try Self.insert(new, db) }
            let notes = CommitNotes()
            notes.changesWarehouse = true
            try describe(notes, db)
        }
    }

    static func insert(_ definition: CatalogDefinition, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO attached_info (name, definition) VALUES (?, ?)", arguments: [definition.name, JSONText.write(definition)])
    }
}
