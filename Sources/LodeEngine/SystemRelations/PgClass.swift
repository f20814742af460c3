/// `pg_class`: tables, views, and an index for each declared key.

import LodeCatalog
import LodeCore

/// - Source: PostgreSQL 15, "pg_class".
enum PgClass: SystemRelation {
    static let name = "pg_class"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() {
            let constraints = try relation.constraints()
            let hasKeys = constraints.contains(where: \.isKey), owner = try scope.owner(of: relation.table)
            rows.append(row(
                relation.number, relation.name, relation, type: relation.rowType, owner: owner, kind: relation.kind,
                method: relation.isTable ? ObjectNumbers.heap : 0, columns: relation.attributes().count, hasIndex: hasKeys,
                checks: constraints.count { $0.declared.kind == .check }, access: relation.table.accessItems))
            for key in constraints where key.isKey {
                rows.append(row(
                    key.number, key.declared.name, relation, type: 0, owner: owner, kind: "i", method: ObjectNumbers.btree,
                    columns: key.attributes.count, hasIndex: false, checks: 0, access: .null))
            }
        }
        return rows
    }

    private static func row(
        _ number: Int64, _ name: String, _ relation: RelationObject, type: Int64, owner: Int64, kind: String, method: Int64, columns: Int,
        hasIndex: Bool, checks: Int, access: Value
    ) -> [Value] {
        let isIndex = kind == "i", isTemporary = relation.schema.number == ObjectNumbers.temporary
        // Nothing is known of sizes before somebody asks the table.
        return [
            .number(number), .text(name), .number(relation.schema.number), .number(type), .zero, .number(owner),
            // relam, relfilenode, reltablespace, relpages, reltuples, relallvisible, reltoastrelid
            .number(method), kind == "v" || kind == "f" ? .zero : .number(number), .zero, .zero, .double(isIndex ? 0 : -1), .zero, .zero,
            // relhasindex, relisshared, relpersistence, relkind, relnatts, relchecks
            .boolean(hasIndex), .no, .text(isTemporary ? "t" : "p"), .text(kind), .number(columns), .number(checks),
            // relhasrules, relhastriggers, relhassubclass, relrowsecurity, relforcerowsecurity, relispopulated
            .boolean(kind == "v"), .no, .no, .no, .no, .yes,
            // relreplident, relispartition, relrewrite, relfrozenxid, relminmxid, relacl, reloptions, relpartbound
            .text(kind == "r" ? "d" : "n"), .no, .zero, .zero, .zero, access, .null, .null,
        ]
    }
}
