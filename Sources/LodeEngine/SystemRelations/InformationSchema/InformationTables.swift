/// `information_schema.tables`, `views` and `foreign_tables`.

import LodeCatalog
import LodeCore

enum InformationTables: InformationRelation {
    static let name = "tables"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().map { relation in
            let table = relation.table, isOwn = table.kind == .managed
            let format = table.kind == .view ? nil : table.fileFormat?.name
            return path(relation) + [.text(kind(relation))] + nulls(5) + [
                yesNo(isOwn), yesNo(false), relation.schema.number == ObjectNumbers.temporary ? .text("PRESERVE") : .null,
                .optional(format), .optional(table.storageDescriptor.location), .optional(table.comment),
            ]
        }
    }

    private static func kind(_ relation: RelationObject) -> String {
        if relation.schema.number == ObjectNumbers.temporary { return "LOCAL TEMPORARY" }
        switch relation.kind {
        case "v": return "VIEW"
        case "f": return "FOREIGN"
        default: return "BASE TABLE"
        }
    }
}

enum InformationViews: InformationRelation {
    static let name = "views"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().filter { $0.table.kind == .view }.map { relation in
            path(relation) + [.optional(relation.table.viewOriginalText), .text("NONE")] + Array(repeating: yesNo(false), count: 5)
        }
    }
}

enum InformationForeignTables: InformationRelation {
    static let name = "foreign_tables"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().filter { $0.kind == "f" }.map { path($0) + [catalog, .text("files")] }
    }
}

/// Who may do what with tables, as long as nothing is granted: their owner, everything.
enum InformationTablePrivileges: InformationRelation {
    static let name = "table_privileges"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for relation in try scope.objects.relations() where !relation.schema.isShipped {
            let owner = Value.text(scope.ownerName(of: relation.table))
            for privilege in ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE"] {
                rows.append([owner, owner] + path(relation) + [.text(privilege), yesNo(true), yesNo(privilege == "SELECT")])
            }
        }
        return rows
    }
}

enum InformationRoleGrants: InformationRelation {
    static let name = "role_table_grants"
    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] { try InformationTablePrivileges.rows(scope) }
}
