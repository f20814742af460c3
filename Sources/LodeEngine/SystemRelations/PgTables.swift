/// `pg_tables`, `pg_views` and what else lists relations by name.

import LodeCatalog
import LodeCore

enum PgTables: SystemRelation {
    static let name = "pg_tables"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().filter(\.isTable).map { (relation) throws(SQLError) in
            [
                .text(relation.schema.name), .text(relation.name), .text(scope.ownerName(of: relation.table)), .null,
                .boolean(try !relation.keys().isEmpty), .no, .no, .no,
            ]
        }
    }
}

enum PgViews: SystemRelation {
    static let name = "pg_views"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().filter { $0.kind == "v" }.map { relation in
            [
                .text(relation.schema.name), .text(relation.name), .text(scope.ownerName(of: relation.table)),
                .optional(relation.table.viewOriginalText.map { $0 + ";" }),
            ]
        }
    }
}

/// `pg_foreign_table`: external tables.
enum PgForeignTable: SystemRelation {
    static let name = "pg_foreign_table"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        try scope.objects.relations().filter { $0.kind == "f" }.map { relation in
            var options: [Value] = []
            if let location = relation.table.storageDescriptor.location { options.append(.text("location=\(location)")) }
            if let format = relation.table.fileFormat { options.append(.text("format=\(format.name)")) }
            return [.number(relation.number), .number(ObjectNumbers.fileServer), options.isEmpty ? .null : .list(options)]
        }
    }
}

/// `pg_stat_user_tables`: the tables; of their use nothing is counted.
enum PgStatUserTables: SystemRelation {
    static let name = "pg_stat_user_tables"

    static func rows(_ scope: SystemScope) throws(SQLError) -> [[Value]] {
        let count = try scope.table.schema().fields.map(\.type)
        return try scope.objects.relations().filter { $0.isTable && !$0.schema.isShipped }.map { relation in
            [.number(relation.number), .text(relation.schema.name), .text(relation.name)]
                + count.dropFirst(3).map { $0 == .bigint ? .zero : .null }
        }
    }
}
