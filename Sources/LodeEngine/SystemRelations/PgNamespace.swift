/// `pg_namespace`: schemas.

import LodeCatalog
import LodeCore

enum PgNamespace: SystemRelation {
    static let name = "pg_namespace"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.schemas().map { [.number($0.number), .text($0.name), .number(ObjectNumbers.firstRole), .null] }
    }
}
