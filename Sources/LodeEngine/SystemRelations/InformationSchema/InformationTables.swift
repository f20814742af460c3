/// `information_schema.tables`, `views` and `foreign_tables`.

import LodeCatalog
import LodeCore

enum InformationTables: InformationRelation {
    static let name = "tables"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().map { relation in
            let table = relation.table, isOwn = table.isWritten
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
