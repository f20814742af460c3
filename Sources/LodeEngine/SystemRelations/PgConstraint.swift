/// `pg_constraint`: CHECK constraints and declared keys.

import LodeCatalog
import LodeCore

/// Keys are kept for information: they are shown as PostgreSQL shows its own. `conbin` is the condition as SQL.
/// - Source: PostgreSQL 15, "pg_constraint".
enum PgConstraint: SystemRelation {
    static let name = "pg_constraint"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations(numbered: scope.numbers("conrelid")) {
            for constraint in try relation.constraints() { rows.append(try row(constraint, of: relation, scope)) }
        }
        return rows
    }

    private static func row(_ constraint: ConstraintObject, of relation: RelationObject, _ scope: SystemScope) throws(SQLError) -> [Value] {
        let target = try ForeignKeyTarget(constraint, scope.objects)
        let isForeign = constraint.declared.kind == .foreignKey
        let action = Value.text(isForeign ? "a" : " ")
        let equals = target.map { Value.list($0.attributes.map { _ in .zero }) } ?? .null
        return [
            .number(constraint.number), .text(constraint.declared.name), .number(relation.schema.number), .text(kind(constraint.declared)),
            // condeferrable, condeferred, convalidated, conrelid, contypid, conindid, conparentid, confrelid
            .no, .no, .yes, .number(relation.number), .zero, .number(constraint.isKey ? constraint.number : target?.key ?? 0), .zero,
            .number(target?.relation ?? 0),
            // confupdtype, confdeltype, confmatchtype, conislocal, coninhcount, connoinherit
            action, action, .text(isForeign ? "s" : " "), .yes, .zero, .boolean(constraint.declared.kind != .check),
            // conkey, confkey, conpfeqop, conppeqop, conffeqop, confdelsetcols, conexclop, conbin
            constraint.attributes.isEmpty ? .null : .numbers(constraint.attributes), target.map { .numbers($0.attributes) } ?? .null,
            equals, equals, equals, .null, .null, .optional(constraint.declared.condition),
        ]
    }

    private static func kind(_ constraint: DeclaredConstraint) -> String {
        switch constraint.kind {
        case .check: "c"
        case .primaryKey: "p"
        case .unique: "u"
        case .foreignKey: "f"
        }
    }
}

/// What a foreign key points to, as long as it is there.
struct ForeignKeyTarget {
    let relation: Int64
    let attributes: [Int]
    /// The key that has these columns; 0 if none has.
    let key: Int64

    /// Nil for other constraints, and if the table is gone.
    init?(_ constraint: ConstraintObject, _ objects: CatalogObjects) throws(SQLError) {
        guard let reference = constraint.declared.reference,
            let other = try objects.relation(TableName(reference.schema, reference.table))
        else { return nil }
        let names = try other.table.schema().fields.map { $0.name.lowercased() }, keys = try other.keys()
        let primary = keys.first { $0.declared.kind == .primaryKey }
        let named = reference.columns.compactMap { column in names.firstIndex(of: column.lowercased()).map { $0 + 1 } }
        let wanted = reference.columns.isEmpty ? primary?.attributes ?? [] : named
        relation = other.number
        attributes = wanted
        key = keys.first { Set($0.attributes) == Set(wanted) }?.number ?? 0
    }
}
