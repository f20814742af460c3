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
    /// How the rows are laid out; nil for folders of partition columns.
    var layout: WriteLayout?
    var format: any FileFormat = FileFormats.parquet
    /// What its files are written with.
    var stores: StoreRegistry
    /// Table properties, some of which are options of the writer.
    var properties: [String: String]
    /// The columns by which rows are kept together: files are written in their order.
    var clustering: [String] = []
    /// How columns are found in the table's files.
    var matching = ColumnMatching.name
    /// The table as messages name it.
    var relation: String
    var checks: [(name: String, condition: Expression)] = []

    /// The numbers and names that files give to their columns, as an option of the writer; nil if they have no own ones.
    var fieldIDs: FormatOption? {
        guard case .mapped(let columns) = matching else { return nil }
        let keys = layout == nil ? Set(partitionColumns.map(\.name)) : []
        let own = columns.filter { !keys.contains($0.name) && Self.isMapped($0) }
        return own.isEmpty ? nil : .named(own.map { .init($0.name, Self.member($0)) })
    }

    /// The same where rows bring the numbers along that they keep, behind the columns.
    func keeping(_ lineage: RowLineage) -> WriteTarget {
        var target = self
        target.schema = Schema(schema.fields + lineage.fields)
        if case .mapped(let columns) = matching { target.matching = .mapped(columns + lineage.columns) }
        return target
    }

    private static func isMapped(_ column: MappedColumn) -> Bool {
        column.fieldID != nil || column.fileName != column.name || column.parts.contains(where: isMapped)
    }

    private static func member(_ column: MappedColumn) -> FormatOption {
        var parts: [FormatOption.NamedOption] = []
        if let id = column.fieldID { parts.append(.init("__duckdb_field_id", .value(.integer(Int64(id))))) }
        if column.fileName != column.name { parts.append(.init("__lode_file_name", .value(.text(SQLText(column.fileName))))) }
        return .named(parts + column.parts.map { .init($0.name, member($0)) })
    }

    /// Partition columns as files' folders are called.
    var folderColumns: [Field] {
        guard case .mapped(let columns) = matching else { return partitionColumns }
        return partitionColumns.map { field in
            Field(columns.first { $0.name == field.name }?.fileName ?? field.name, field.type)
        }
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
        target.takesGenerated = writableFormat != nil
        for (position, column) in try columns().enumerated() {
            if let text = column.defaultValue { target.defaults[position] = try expression(text, of: column.name) }
            if let text = column.generated { target.generated[position] = try expression(text, of: column.name) }
            target.identities[position] = column.identity
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
        target.layout = try writableFormat?.layout(of: try declaration(), in: target.location)
        if let format = fileFormat, format.isText {
            target.format = format
            target.properties = serdeProperties
        }
        // Of fields of structs the order is left to OPTIMIZE.
        target.clustering = (clustering ?? []).filter { $0.count == 1 }.map { $0[0] }
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
