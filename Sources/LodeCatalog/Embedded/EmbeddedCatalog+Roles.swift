/// Roles of the embedded catalog.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    package func roles() throws(SQLError) -> [Role] {
        try storage.read(orEmpty: []) { db in try NamedDefinitions.roles.all(db) }
    }

    package func role(_ name: String) throws(SQLError) -> Role? {
        try storage.read(orEmpty: nil) { db in try NamedDefinitions.roles.find(name, db) }
    }

    package func changeRole(
        _ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?
    ) throws(SQLError) {
        try storage.write { db in
            let role = try NamedDefinitions.roles.find(name, db)
            try NamedDefinitions.roles.remove(name, db)
            if let changed = try change(role) { try NamedDefinitions.roles.add(changed, named: changed.name, db) }
            try noteWarehouseChanged(db)
        }
    }

    /// Has the warehouse described anew: what belongs to no table has changed.
    func noteWarehouseChanged(_ db: Database) throws {
        let notes = CommitNotes()
        notes.changesWarehouse = true
        try describe(notes, db)
    }
}
