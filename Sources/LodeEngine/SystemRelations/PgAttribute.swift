/// `pg_attribute`: columns of tables, views and keys.

import LodeCatalog
import LodeCore

/// - Source: PostgreSQL 15, "pg_attribute".
enum PgAttribute: SystemRelation {
    static let name = "pg_attribute"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let wanted = scope.numbers("attrelid")
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() {
            let keys = try relation.keys()
            let isWanted = wanted?.contains(relation.number) ?? true
            guard isWanted || keys.contains(where: { wanted?.contains($0.number) ?? true }) else { continue }
            let attributes = relation.attributes()
            if isWanted {
                for attribute in attributes { rows.append(row(attribute, of: relation.number, at: attribute.attribute)) }
            }
            for key in keys where wanted?.contains(key.number) ?? true {
                for (index, place) in key.attributes.enumerated() where attributes.indices.contains(place - 1) {
                    rows.append(row(attributes[place - 1], of: key.number, at: index + 1, ofKey: true))
                }
            }
        }
        return rows
    }

    private static func row(_ attribute: AttributeObject, of relation: Int64, at place: Int, ofKey: Bool = false) -> [Value] {
        let type = attribute.type, known = TypeRows.type(Int64(type.id))
        return [
            .number(relation), .text(attribute.name), .number(type.id), .number(-1), .number(type.size), .number(place),
            // attndims, attcacheoff, atttypmod, attbyval, attalign, attstorage, attcompression
            .number(attribute.dimensions), .number(-1), .number(type.modifier), .boolean(known?.isByValue ?? false),
            .text(known?.alignment ?? "i"), .text(known?.storage ?? "x"), .text(""),
            // attnotnull, atthasdef, atthasmissing, attidentity, attgenerated, attisdropped, attislocal, attinhcount
            .boolean(attribute.isNotNull && !ofKey), .boolean(attribute.isDefined && !ofKey), .no,
            .text(ofKey ? "" : attribute.column.identity.map { $0.takesValues ? "d" : "a" } ?? ""),
            .text(attribute.column.generated == nil || ofKey ? "" : "s"), .no, .yes, .zero,
            // attcollation, attacl, attoptions, attfdwoptions, attmissingval
            .number(known?.collation ?? 0), .null, .null, .null, .null,
        ]
    }
}
