/// What the embedded catalog keeps of the catalogs that are attached to it.

import GRDB
import LodeCore

extension EmbeddedCatalog {
    package func attachedDefinitions() throws(SQLError) -> [CatalogDefinition] {
        try storage.read(orEmpty: []) { db in try NamedDefinitions.attached.all(db) }
    }

    package func changeAttached(
        _ name: String, _ change: @Sendable (CatalogDefinition?) throws(SQLError) -> CatalogDefinition?
    ) throws(SQLError) {
        try storage.write { db in
            let old = try NamedDefinitions.attached.find(name, db)
            let new = try change(old)
            if new == old { return }
            try NamedDefinitions.attached.remove(name, db)
            if let new { try NamedDefinitions.attached.add(new, named: new.name, db) }
            try noteWarehouseChanged(db)
        }
    }
}
