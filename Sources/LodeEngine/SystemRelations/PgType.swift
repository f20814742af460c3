/// `pg_type`: the types that Lode has, and the row types of tables and views.

import LodeCatalog
import LodeCore

/// - Source: PostgreSQL 15, "pg_type".
enum PgType: SystemRelation {
    static let name = "pg_type"
    private static let arrayIn: Int64 = 750, arrayOut: Int64 = 751, arrayReceive: Int64 = 2400, arraySend: Int64 = 2401
    private static let recordIn: Int64 = 2290, recordOut: Int64 = 2291, recordReceive: Int64 = 2402, recordSend: Int64 = 2403

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let shipped = try scope.shippedRows()
        // Most ask for types that ship.
        if let wanted = scope.numbers("oid"), wanted.allSatisfy({ $0 < ObjectNumbers.first }) { return shipped }
        var rows = shipped
        for relation in try scope.objects.relations() where relation.rowType != 0 {
            let owner = try scope.owner(of: relation.table), array = ObjectNumbers.rowArray(relation.table)
            rows.append(row(relation.rowType, relation.name, relation, owner, relation: relation.number, element: 0, array: array))
            rows.append(row(array, "_" + relation.name, relation, owner, relation: 0, element: relation.rowType, array: 0))
        }
        return rows
    }

    private static func row(
        _ number: Int64, _ name: String, _ of: RelationObject, _ owner: Int64, relation: Int64, element: Int64, array: Int64
    ) -> [Value] {
        let isArray = element != 0
        return [
            .number(number), .text(name), .number(of.schema.number), .number(owner), .number(-1), .no, .text(isArray ? "b" : "c"),
            // typcategory, typispreferred, typisdefined, typdelim, typrelid, typsubscript, typelem, typarray
            .text(isArray ? "A" : "C"), .no, .yes, .text(","), .number(relation), .zero, .number(element), .number(array),
            // typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze
            .number(isArray ? arrayIn : recordIn), .number(isArray ? arrayOut : recordOut),
            .number(isArray ? arrayReceive : recordReceive), .number(isArray ? arraySend : recordSend), .zero, .zero, .zero,
            // typalign, typstorage, typnotnull, typbasetype, typtypmod, typndims, typcollation, typdefaultbin, typdefault, typacl
            .text("d"), .text("x"), .no, .zero, .number(-1), .zero, .zero, .null, .null, .null,
        ]
    }
}
