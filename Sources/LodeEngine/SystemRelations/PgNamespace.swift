/// `pg_namespace`: schemas.

import LodeCatalog
import LodeCore

enum PgNamespace: SystemRelation {
    static let name = "pg_namespace"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.schemas().map { (schema) throws(SQLError) in
            let owner = try scope.objects.role(named: schema.database.ownerName) ?? ObjectNumbers.firstRole
            return [.number(schema.number), .text(schema.name), .number(owner), schema.database.accessItems]
        }
    }
}
