/// A Glue table as the engine sees it: typed columns, kind, format.

import LodeCore
import LodeFormats
import LodeTables

extension GlueTable {
    /// Describes a new table.
    ///
    /// - Parameters:
    ///   - schema: all columns in the order of `SELECT *`.
    ///   - partitionedBy: names of columns of `schema`; they move to `PartitionKeys`, and the order is remembered.
    ///   - location: nil for the place that the catalog chooses.
    ///   - properties: `TBLPROPERTIES`; reader options such as `delim` and `header` are among them.
    /// - Throws: `42701` for a name given twice, `42703` for a partition column that is none, `42P16` for one of a type
    ///   that cannot partition or when no other column is left.
    package static func define(
        _ name: TableName, _ schema: Schema, partitionedBy: [String] = [], kind: TableKind = .managed,
        format: any FileFormat = FileFormats.parquet, location: String? = nil, properties: [String: String] = [:],
        comments: [String: String] = [:]
    ) throws(SQLError) -> GlueTable {
        try checkNames(schema)
        var keys: [Int] = []
        for wanted in partitionedBy { keys.append(try partitionIndex(wanted, schema, taken: keys)) }
        if !keys.isEmpty, keys.count == schema.count {
            throw SQLError(
                .invalidTableDefinition, "table \"\(name.name)\" has only partition columns",
                hint: "Leave at least one column for the files.")
        }
        func column(_ index: Int) -> GlueColumn {
            let field = schema.fields[index]
            return GlueColumn(
                name: field.name, type: HiveTypeText.write(field.type.stored), comment: comments[field.name], nullable: field.nullable)
        }
        let data = schema.fields.indices.filter { !keys.contains($0) }
        var table = GlueTable(
            name: name.name, databaseName: name.database, tableType: kind, parameters: properties,
            partitionKeys: keys.map(column),
            storageDescriptor: StorageDescriptor(columns: data.map(column), location: location, format: format))
        if data + keys != Array(schema.fields.indices) {
            table.parameters[TableParameter.columnOrder] = JSONText.write(schema.fields.map(\.name))
        }
        return table
    }

    /// Describes a new view. `columns` are those of its query, for `information_schema`.
    package static func view(_ name: TableName, sql: String, columns: Schema) throws(SQLError) -> GlueTable {
        var table = try define(name, columns, kind: .view)
        table.storageDescriptor.inputFormat = nil
        table.storageDescriptor.outputFormat = nil
        table.storageDescriptor.serdeInfo = nil
        table.viewOriginalText = sql
        return table
    }

    package var tableName: TableName { TableName(databaseName, name) }

    /// Tables that other engines made without a kind are external.
    package var kind: TableKind { TableKind(rawValue: tableType) ?? (viewOriginalText == nil ? .external : .view) }

    package var comment: String? { parameters[TableParameter.comment] ?? description }

    /// How its files are written. What the SerDe of a table with a log of its own is, says nothing of them.
    package var fileFormat: (any FileFormat)? { loggedFormat == nil ? storageDescriptor.fileFormat : FileFormats.parquet }

    /// The table format that the table names as Glue and Athena do; nil for folders of files.
    package var tableFormat: String? {
        // Spark and Glue's crawlers name Delta in their own way.
        if kind == .external, parameters[TableParameter.provider]?.lowercased() == "delta" { return "DELTA" }
        return parameters[TableParameter.tableFormat]
    }

    /// The format of a table that keeps a log of its own, which Lode reads.
    package var loggedFormat: (any TableFormat)? { tableFormat.flatMap { TableFormats.logged($0) } }

    /// The folder that the table's files are in. For a table with a log of its own Spark tells it to the SerDe, and the catalog a place
    /// where nothing is.
    package var folder: String? {
        let told = loggedFormat == nil ? nil : storageDescriptor.serdeInfo?.parameters?["path"]
        return told.flatMap { $0.isEmpty ? nil : $0 } ?? storageDescriptor.location
    }

    /// The partition columns, typed.
    package func partitionFields() throws(SQLError) -> [Field] { try fields(partitionKeys) }

    /// All columns in the order of `SELECT *`.
    /// - Throws: `42704` or `42601` if the catalog holds a type that is not known.
    package func schema() throws(SQLError) -> Schema {
        Schema(ordered(try fields(storageDescriptor.columns + partitionKeys)) { $0.name })
    }

    /// All columns in the order of `SELECT *`, as they are shown: one whose type is not known passes for text, and reading it fails.
    package func shownColumns() -> [(field: Field, column: GlueColumn)] {
        let all = (storageDescriptor.columns + partitionKeys).map { column in
            (Field(column.name, (try? HiveTypeText.read(column.type)) ?? .varchar, nullable: column.nullable), column)
        }
        return ordered(all) { $0.0.name }
    }

    private func ordered<Element>(_ all: [Element], _ title: (Element) -> String) -> [Element] {
        guard let text = parameters[TableParameter.columnOrder], let order = JSONText.readNames(text) else { return all }
        var left = all
        var ordered: [Element] = []
        for name in order {
            if let index = left.firstIndex(where: { title($0) == name }) { ordered.append(left.remove(at: index)) }
        }
        return ordered + left
    }

    private func fields(_ columns: [GlueColumn]) throws(SQLError) -> [Field] {
        var fields: [Field] = []
        fields.reserveCapacity(columns.count)
        for column in columns {
            do throws(SQLError) {
                fields.append(Field(column.name, try HiveTypeText.read(column.type), nullable: column.nullable))
            } catch {
                throw error.within("table \(tableName), column \(column.name)")
            }
        }
        return fields
    }

    private static func checkNames(_ schema: Schema) throws(SQLError) {
        var seen: Set<String> = []
        for field in schema.fields {
            if field.name.isEmpty { throw SQLError(.invalidName, "a column name must not be empty") }
            guard seen.insert(field.name.lowercased()).inserted else {
                throw SQLError(
                    .duplicateColumn, "column \"\(field.name)\" specified more than once",
                    hint: "Give one of them another name with AS.")
            }
        }
    }

    private static func partitionIndex(_ name: String, _ schema: Schema, taken: [Int]) throws(SQLError) -> Int {
        guard let index = schema.index(of: name) else {
            throw SQLError(
                .undefinedColumn, "partition column \"\(name)\" does not exist",
                hint: NearestName.find(name, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        if taken.contains(index) { throw SQLError(.duplicateColumn, "partition column \"\(name)\" specified more than once") }
        guard PartitionText.canPartition(schema.fields[index].type) else {
            throw SQLError(
                .invalidTableDefinition, "column \"\(name)\" of type \(schema.fields[index].type) cannot partition a table")
        }
        return index
    }
}
