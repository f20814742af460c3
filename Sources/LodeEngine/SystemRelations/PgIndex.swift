/// `pg_index`: declared keys, as clients look for them.

import LodeCatalog
import LodeCore

/// - Source: PostgreSQL 15, "pg_index".
enum PgIndex: SystemRelation {
    static let name = "pg_index"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let wanted = scope.numbers("indrelid"), classes = try OperatorClasses()
        var rows: [[Value]] = []
        for relation in try scope.objects.relations(numbered: wanted) {
            let keys = try relation.keys()
            if keys.isEmpty { continue }
            let attributes = relation.attributes()
            for key in keys {
                let types = key.attributes.compactMap { attributes.indices.contains($0 - 1) ? Int64(attributes[$0 - 1].type.id) : nil }
                let collations = types.map { Value.number(TypeRows.type($0)?.collation ?? 0) }
                let isPrimary = key.declared.kind == .primaryKey
                rows.append([
                    .number(key.number), .number(relation.number), .number(key.attributes.count), .number(key.attributes.count),
                    // indisunique, indnullsnotdistinct, indisprimary, indisexclusion, indimmediate, indisclustered, indisvalid
                    .yes, .no, .boolean(isPrimary), .no, .yes, .no, .yes,
                    // indcheckxmin, indisready, indislive, indisreplident, indkey, indcollation, indclass, indoption
                    .no, .yes, .yes, .no, .numbers(key.attributes), .list(collations), .list(types.map { .number(classes.number(of: $0)) }),
                    .list(types.map { _ in .zero }), .null, .null,
                ])
            }
        }
        return rows
    }
}

/// The operator class that orders values of a type.
private struct OperatorClasses {
    private var byType: [Int64: Int64] = [:]
    private static let texts: Int64 = 25, arrays: Int64 = 2277

    init() throws(SQLError) {
        guard let table = ShippedTables.table(TableName("pg_catalog", "pg_opclass")) else { return }
        let schema = try table.schema()
        guard let type = schema.index(of: "opcintype"), let number = schema.index(of: "oid"), let isDefault = schema.index(of: "opcdefault")
        else { return }
        for row in try ShippedTables.rows(of: table) where row[isDefault] == .boolean(true) {
            if case .integer(let key) = row[type], case .integer(let value) = row[number] { byType[key] = value }
        }
    }

    func number(of type: Int64) -> Int64 {
        if let own = byType[type] { return own }
        let isArray = (TypeRows.type(type)?.category ?? "") == "A"
        return byType[isArray ? Self.arrays : Self.texts] ?? byType[Self.texts] ?? 0
    }
}

/// `pg_indexes`: the same with names.
enum PgIndexes: SystemRelation {
    static let name = "pg_indexes"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() {
            for key in try relation.keys() {
                rows.append([
                    .text(relation.schema.name), .text(relation.name), .text(key.declared.name), .null,
                    .text(IndexText.definition(of: key, on: relation)),
                ])
            }
        }
        return rows
    }
}

/// The statement that would make the index of a key.
enum IndexText {
    static func definition(of key: ConstraintObject, on relation: RelationObject) -> String {
        let columns = key.declared.columns.map { SQLName.quoted($0) }.joined(separator: ", ")
        let table = "\(SQLName.quoted(relation.schema.name)).\(SQLName.quoted(relation.name))"
        return "CREATE UNIQUE INDEX \(SQLName.quoted(key.declared.name)) ON \(table) USING btree (\(columns))"
    }
}
