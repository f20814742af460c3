/// The rows of `information_schema`.

import LodeCore
import LodeFormats

/// SQL's view of the catalog, computed when it is read.
/// - Source: ISO/IEC 9075-11 (SQL/Schemata); PostgreSQL, "The Information Schema".
package enum InformationSchema {
    package static let catalogName = "lode"

    /// The rows of `table`, aligned with its columns in `catalog/information_schema/<table>.json`.
    /// - Throws: `42P01` if there is no such table.
    package static func rows(of table: String, in catalog: any Catalog) throws(SQLError) -> [[Value]] {
        switch table.lowercased() {
        case "schemata": return try catalog.databases().map { [text(catalogName), text($0.name)] + nulls(5) }
        case "tables": return try everyTable(catalog) { [tableRow($0)] }
        case "columns": return try everyTable(catalog) { table throws(SQLError) in try columnRows(table) }
        case "views": return try everyTable(catalog) { viewRows($0) }
        case "table_constraints": return try everyTable(catalog) { table throws(SQLError) in try constraintRows(table) }
        case "key_column_usage": return try everyTable(catalog) { table throws(SQLError) in try keyRows(table) }
        case "check_constraints": return try everyTable(catalog) { table throws(SQLError) in try checkRows(table) }
        case "referential_constraints": return try everyTable(catalog) { table throws(SQLError) in try referenceRows(table, catalog) }
        default:
            throw CatalogError.missingTable(
                TableName("information_schema", table), siblings: ShippedTables.tables(in: "information_schema").map(\.name),
                elsewhere: [])
        }
    }

    private static func everyTable(
        _ catalog: any Catalog, _ rows: (GlueTable) throws(SQLError) -> [[Value]]
    ) throws(SQLError) -> [[Value]] {
        var all: [[Value]] = []
        for database in try catalog.databases() {
            for table in try catalog.tables(in: database.name) { all += try rows(table) }
        }
        return all
    }

    private static func tableRow(_ table: GlueTable) -> [Value] {
        let type =
            switch table.kind {
            case .managed: "BASE TABLE"
            case .external: "FOREIGN"
            case .view: "VIEW"
            case .system: "SYSTEM VIEW"
            }
        let format = table.kind == .view ? nil : table.fileFormat?.name
        return name(of: table) + [text(type)] + nulls(5)
            + [yesNo(table.kind == .managed), text("NO"), .null, text(format), text(table.storageDescriptor.location),
                text(table.comment)]
    }

    private static func viewRows(_ table: GlueTable) -> [[Value]] {
        guard table.kind == .view else { return [] }
        return [name(of: table) + [text(table.viewOriginalText), text("NONE"), text("NO"), text("NO")]]
    }

    private static func columnRows(_ table: GlueTable) throws(SQLError) -> [[Value]] {
        let keys = Set(table.partitionKeys.map(\.name)), declared = try table.columns()
        return try table.schema().fields.enumerated().map { index, field in
            let numeric = numericFacts(field.type), column = declared[index]
            return name(of: table) + [
                text(field.name), .integer(Int64(index + 1)), text(column.defaultValue), yesNo(field.nullable),
                text(field.type.description), textLength(column, field.type), .null, numeric.precision, numeric.radix,
                numeric.scale, secondDigits(field.type),
                text(column.type), yesNo(keys.contains(field.name)), text(column.comment),
                text(column.generated == nil ? "NEVER" : "ALWAYS"), text(column.generated),
            ]
        }
    }

    private static func numericFacts(_ type: SQLType) -> (precision: Value, radix: Value, scale: Value) {
        switch type {
        case .tinyint: (.integer(8), .integer(2), .integer(0))
        case .smallint: (.integer(16), .integer(2), .integer(0))
        case .integer: (.integer(32), .integer(2), .integer(0))
        case .bigint: (.integer(64), .integer(2), .integer(0))
        case .real: (.integer(24), .integer(2), .null)
        case .double: (.integer(53), .integer(2), .null)
        case .decimal(let precision, let scale): (.integer(Int64(precision)), .integer(10), .integer(Int64(scale)))
        default: (.null, .null, .null)
        }
    }

    private static func textLength(_ column: GlueColumn, _ type: SQLType) -> Value {
        if case .char(let count) = type { return .integer(Int64(count)) }
        return column.maximumLength.map { .integer(Int64($0)) } ?? .null
    }

    private static func secondDigits(_ type: SQLType) -> Value {
        switch type {
        case .date: .integer(0)
        case .time, .timestamp, .timestamptz, .interval: .integer(6)
        case .timestampNanos, .timestamptzNanos: .integer(9)
        default: .null
        }
    }

    static func name(of table: GlueTable) -> [Value] {
        [text(catalogName), text(table.databaseName), text(table.name)]
    }

    static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
    static func yesNo(_ flag: Bool) -> Value { .text(flag ? "YES" : "NO") }
    private static func nulls(_ count: Int) -> [Value] { Array(repeating: .null, count: count) }
}
