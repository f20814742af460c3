/// `pg_description`: comments on schemas, tables, views and columns.

import LodeCatalog
import LodeCore

enum PgDescription: SystemRelation {
    static let name = "pg_description"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let wanted = scope.numbers("objoid")
        var rows: [[Value]] = []
        func add(_ object: Int64, _ catalog: ObjectNumbers.Catalog, _ place: Int, _ comment: String?) {
            guard let comment, !comment.isEmpty else { return }
            rows.append([.number(object), .number(catalog.rawValue), .number(place), .text(comment)])
        }
        for schema in try scope.objects.schemas() where wanted?.contains(schema.number) ?? true {
            add(schema.number, .schemas, 0, schema.comment)
        }
        for relation in try scope.objects.relations(numbered: wanted) {
            add(relation.number, .relations, 0, relation.table.comment)
            for attribute in relation.attributes() {
                add(relation.number, .relations, attribute.attribute, attribute.column.comment)
            }
        }
        return rows
    }
}
