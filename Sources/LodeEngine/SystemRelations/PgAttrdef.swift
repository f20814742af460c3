/// `pg_attrdef`: defaults of columns, and what generated columns are computed by.

import LodeCatalog
import LodeCore

/// `adbin` is the expression as SQL.
enum PgAttrdef: SystemRelation {
    static let name = "pg_attrdef"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations(numbered: scope.numbers("adrelid")) where relation.table.kind != .system {
            for attribute in relation.attributes() {
                guard let text = attribute.column.generated ?? attribute.column.defaultValue else { continue }
                let number = ObjectNumbers.columnDefault(attribute.attribute, of: relation.table)
                rows.append([.number(number), .number(relation.number), .number(attribute.attribute), .text(text)])
            }
        }
        return rows
    }
}
