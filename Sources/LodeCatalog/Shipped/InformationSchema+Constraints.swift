/// The rows of `information_schema` about constraints.

import LodeCore

extension InformationSchema {
    static func constraintRows(_ table: GlueTable) throws(SQLError) -> [[Value]] {
        try table.constraints().map { constraint in
            id(constraint, table) + name(of: table)
                + [text(constraint.kind.rawValue), yesNo(false), yesNo(false), yesNo(constraint.isEnforced)]
        }
    }

    static func keyRows(_ table: GlueTable) throws(SQLError) -> [[Value]] {
        try table.constraints().filter { $0.kind != .check }.flatMap { key in
            key.columns.enumerated().map { index, column in
                let position = Value.integer(Int64(index + 1))
                return id(key, table) + name(of: table) + [text(column), position, key.kind == .foreignKey ? position : .null]
            }
        }
    }

    static func checkRows(_ table: GlueTable) throws(SQLError) -> [[Value]] {
        try table.constraints().filter { $0.kind == .check }.map { id($0, table) + [text($0.condition)] }
    }

    static func referenceRows(_ table: GlueTable, _ catalog: any Catalog) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for key in try table.constraints() {
            guard let other = key.reference else { continue }
            // The table may be gone since: nothing holds it.
            let keys = try catalog.table(TableName(other.schema, other.table))?.constraints() ?? []
            let target = keys.first { ($0.kind == .primaryKey || $0.kind == .unique) && Set($0.columns) == Set(other.columns) }
            rows.append(id(key, table) + [
                text(catalogName), text(other.schema), text(target?.name), text(other.table), text(other.columns.joined(separator: ", ")),
                text("NONE"), text("NO ACTION"), text("NO ACTION"),
            ])
        }
        return rows
    }

    private static func id(_ constraint: DeclaredConstraint, _ table: GlueTable) -> [Value] {
        [text(catalogName), text(table.databaseName), text(constraint.name)]
    }
}
