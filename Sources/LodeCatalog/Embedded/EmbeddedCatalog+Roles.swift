/// Roles of the embedded catalog.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    package func roles() throws(SQLError) -> [Role] {
        let texts = try storage.read(orEmpty: []) { db in try String.fetchAll(db, sql: "SELECT definition FROM role_info ORDER BY name") }
        return try texts.map { (text) throws(SQLError) in try JSONText.read(Role.self, text, "a role") }
    }

    package func role(_ name: String) throws(SQLError) -> Role? {
        let text = try storage.read(orEmpty: nil) { db in
            try String.fetchOne(db, sql: "SELECT definition FROM role_info WHERE name = ?", arguments: [name])
        }
        return try text.map { (text) throws(SQLError) in try JSONText.read(Role.self, text, "role \(name)") }
    }

    package func changeRole(
        _ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?
    ) throws(SQLError) {
        try storage.write { db in
            let text = try String.fetchOne(db, sql: "SELECT definition FROM role_info WHERE name = ?", arguments: [name])
            let role = try text.map { try JSONText.read(Role.self, $0, "role \(name)") }
            try db.execute(sql: "DELETE FROM role_info WHERE name = ?", arguments: [name])
            if let changed = try change(role) {
                try db.execute(
                    sql: "INSERT INTO role_info (name, definition) VALUES (?, ?)", arguments: [changed.name, JSONText.write(changed)])
            }
            let notes = CommitNotes()
            notes.changesWarehouse = true
            try describe(notes, db)
        }
    }
}
