/// Where a statement's rows go, and what came of it.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlanner
import LodeSyntax
import LodeTables

/// A folder of data files of a table.
struct WriteTarget {
    var location: String
    /// Folders of partitions that lie elsewhere, by those that they would have in it.
    var places: [String: String] = [:]
    /// All columns, in the order of the rows.
    var schema: Schema
    var partitionColumns: [Field]
    var format: any FileFormat = FileFormats.parquet
    /// What its files are written with.
    var stores: StoreRegistry
    /// Table properties, some of which are options of the writer.
    var properties: [String: String]
    /// How columns are found in the table's files.
    var matching = ColumnMatching.name
    /// The table as messages name it.
    var relation: String
    var checks: [(name: String, condition: Expression)] = []

    /// The numbers that files give to their columns, as an option of the writer; nil if they give none.
    var fieldIDs: FormatOption? {
        guard case .mapped(let columns) = matching else { return nil }
        let keys = Set(partitionColumns.map(\.name))
        let numbered = columns.filter { !keys.contains($0.name) && $0.fieldID != nil }
        return numbered.isEmpty ? nil : .named(numbered.map { .init($0.name, Self.numbers($0)) })
    }

    private static func numbers(_ column: MappedColumn) -> FormatOption {
        let own = FormatOption.value(.integer(Int64(column.fieldID ?? 0)))
        return column.parts.isEmpty ? own : .named([.init("__duckdb_field_id", own)] + column.parts.map { .init($0.name, numbers($0)) })
    }
}

/// Files that are written and durable, but not yet part of any table.
struct WrittenRows {
    var files: [DataFile]
    var receipt: Receipt
}

extension GlueTable {
    /// What binding rows for the table needs to know of it.
    func insertTarget() throws(SQLError) -> InsertTarget {
        let keys = Set(partitionKeys.map(\.name))
        var target = InsertTarget(name: "\(tableName)", schema: try schema())
        for (position, column) in try columns().enumerated() {
            if let text = column.defaultValue { target.defaults[position] = try expression(text, of: column.name) }
            if let text = column.generated { target.generated[position] = try expression(text, of: column.name) }
            target.maximumLengths[position] = column.maximumLength
            if keys.contains(column.name) { target.partitionColumns.insert(position) }
        }
        return target
    }

    /// Where rows of the table are written, and what is checked of them.
    /// - Parameter location: nil for the table's own.
    func writeTarget(in location: String? = nil, _ stores: StoreRegistry) throws(SQLError) -> WriteTarget {
        var target = WriteTarget(
            location: location ?? folder ?? "", schema: try schema(), partitionColumns: try partitionFields(),
            stores: stores, properties: parameters, relation: name)
        if let format = fileFormat, format.isText {
            target.format = format
            target.properties = serdeProperties
        }
        for constraint in try constraints() {
            guard let condition = constraint.condition else { continue }
            target.checks.append((constraint.name, try expression(condition, of: constraint.name)))
        }
        return target
    }

    /// An expression that the catalog keeps as SQL.
    private func expression(_ text: String, of name: String) throws(SQLError) -> Expression {
        do throws(SQLError) {
            return try Parser.parseExpression(text)
        } catch {
            // Spans of the stored text would point into the statement at hand.
            throw SQLError(.dataCorrupted, "the definition of \"\(name)\" of table \"\(tableName)\" cannot be read", detail: error.message)
        }
    }
}
