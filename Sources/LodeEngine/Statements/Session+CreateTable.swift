/// CREATE TABLE in all its manners, with or without a query.

import LodeCatalog
import LodeCore
import LodeFormats
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    func createTable(_ create: CreateTable) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("CREATE TABLE", at: create.name.span)
        try refuseWhatTablesLack(create)
        return try retrying { () throws(SQLError) in try createTableOnce(create) }
    }

    private func createTableOnce(_ create: CreateTable) throws(SQLError) -> StatementOutcome {
        let name = try tableName(create.name)
        guard try engine.catalog.database(name.database) != nil else { throw try missingSchema(name.database, at: create.name.span) }
        if create.ifNotExists, try engine.catalog.table(name) != nil { return StatementOutcome(tag: "CREATE TABLE") }

        let context = statementContext()
        let options = try TableOptions(create, properties: { (list: [Property]) throws(SQLError) -> [String: String] in try properties(list) })
        let format = options.format ?? defaultFormat
        var bound: BoundQuery?
        if let query = create.query { bound = try makeBinder(context).bind(query: query) }
        let (schema, partitions, comments) = try tableColumns(create, bound, options, context)
        if create.isExternal, options.location == nil {
            throw SQLError(.invalidTableDefinition, "an external table needs a LOCATION", at: create.name.span)
        }
        let isExternal = options.location != nil && bound == nil
        let table: GlueTable
        do throws(SQLError) {
            var columns = schema
            if columns.fields.isEmpty, isExternal, let location = options.location {
                columns = try inferredSchema(of: location, format, options.properties, partitions: partitions)
            }
            table = try GlueTable.define(
                name, columns, partitionedBy: partitions, kind: isExternal ? .external : .managed, format: format,
                location: isExternal ? options.location : nil, properties: options.properties, comments: comments)
        } catch {
            throw error.at(create.name.span)
        }
        if bound != nil, options.location != nil {
            throw SQLError.unsupported("CREATE TABLE … LOCATION … AS", at: create.name.span, hint: "COPY (query) TO 'folder' writes files, which an external table can then be put over.")
        }
        if format != .parquet, !isExternal {
            throw SQLError.unsupported("a managed table in \(format.rawValue) format", at: create.name.span, hint: "Use parquet, or an external table with a LOCATION.")
        }
        if !isExternal { try checkWritable(table, partitions, at: create.name.span) }
        let ifExists: TableChange.IfExists = create.orReplace ? .replace : create.ifNotExists ? .skip : .fail
        if ifExists == .fail, try engine.catalog.table(name) != nil {
            throw SQLError(
                .duplicateTable, "relation \"\(name)\" already exists", at: create.name.span,
                hint: "Use CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS.")
        }
        guard let bound, !create.withNoData else {
            try engine.catalog.commit(.create(table, ifExists: ifExists))
            return StatementOutcome(tag: "CREATE TABLE")
        }
        return try createTable(table, as: bound, ifExists, context)
    }

    private func createTable(
        _ table: GlueTable, as bound: BoundQuery, _ ifExists: TableChange.IfExists, _ context: StatementContext
    ) throws(SQLError) -> StatementOutcome {
        let schema = try table.schema()
        let target = WriteTarget(
            location: try engine.catalog.managedLocation(of: table.tableName), schema: schema,
            partitionColumns: try table.partitionFields(), properties: table.parameters)
        let written = try write(bound, to: target, context)
        let change = TableChange.create(table, ifExists: ifExists, files: written.files, computedFrom: bound.plan.versionsRead)
        let outcomes = try commitWritten(written, [change], context)
        var receipt = written.receipt
        receipt.version = outcomes.first?.version
        return StatementOutcome(tag: "SELECT \(receipt.rows)", receipt: receipt)
    }

    /// Refuses properties that every later INSERT would stumble over.
    private func checkWritable(_ table: GlueTable, _ partitions: [String], at span: SourceSpan) throws(SQLError) {
        do throws(SQLError) {
            let schema = try table.schema()
            try ParquetProperties.check(table.parameters, Schema(schema.fields.filter { !partitions.contains($0.name) }))
        } catch {
            throw error.at(span)
        }
    }

    /// The columns of the files below a folder, for an external table that declares none.
    private func inferredSchema(
        of location: String, _ format: StorageFormat, _ properties: [String: String], partitions: [String]
    ) throws(SQLError) -> Schema {
        guard let function = FileFunction.all.first(where: { $0.format == format.rawValue }) else { throw .internalFault("a format without a reader") }
        let pattern = location.hasSuffix("/") ? location + "**/*" : location + "/**/*"
        let call = FileFunctionCall(name: function.names[0], arguments: [.text(pattern)], named: [])
        return try FileRelation(function: function, call: call, rejects: RejectTables()).source(engine).schema
    }

    var defaultFormat: StorageFormat {
        StorageFormat(rawValue: settings["default_table_format"]) ?? .parquet
    }

    /// The columns that were declared, or those of the query; and which of them partition the table.
    private func tableColumns(
        _ create: CreateTable, _ bound: BoundQuery?, _ options: TableOptions, _ context: StatementContext
    ) throws(SQLError) -> (Schema, [String], [String: String]) {
        var fields: [Field] = [], comments: [String: String] = [:], partitions = options.partitionedBy
        if let like = create.like { fields = try existingTable(like).schema().fields }
        func add(_ column: ColumnDefinition) throws(SQLError) {
            guard let type = column.type else {
                throw SQLError(.syntaxError, "column \"\(column.name.text)\" has no type", at: column.span)
            }
            let notNull = column.constraints.contains { if case .notNull = $0 { true } else if case .primaryKey = $0 { true } else { false } }
            fields.append(Field(column.name.text, try TypeNames.type(type), nullable: !notNull))
            if let comment = column.comment { comments[column.name.text] = comment }
        }
        if let bound {
            fields = bound.schema.fields.map { Field($0.name, $0.type == .null ? .varchar : $0.type) }
            if create.columns.count > fields.count {
                throw SQLError(.syntaxError, "too many column names were specified", at: create.columns.last?.span)
            }
            for (index, column) in create.columns.enumerated() {
                fields[index].name = column.name.text
                if let type = column.type { fields[index].type = try TypeNames.type(type) }
            }
        } else {
            for column in create.columns { try add(column) }
        }
        for field in create.partitionedBy {
            switch field {
            case .column(let name): partitions.append(name.text)
            case .typed(let column):
                try add(column)
                partitions.append(column.name.text)
            case .transform(let call, let span):
                throw SQLError.unsupported("partitioning by \(call.name.text)(…)", at: span, hint: "Partition by a column; add one that holds the transformed value.")
            }
        }
        return (Schema(fields), partitions, comments)
    }

    /// What can be written and is not there yet is refused by name.
    private func refuseWhatTablesLack(_ create: CreateTable) throws(SQLError) {
        let span = create.name.span
        if create.isTemporary { throw SQLError.unsupported("CREATE TEMP TABLE", at: span, hint: "CREATE TEMP VIEW names a query for this session.") }
        if create.bucketing != nil { throw SQLError.unsupported("CLUSTERED BY", at: span) }
        for column in create.columns {
            for constraint in column.constraints {
                switch constraint {
                case .null, .notNull: break
                case .primaryKey: throw SQLError.unsupported("PRIMARY KEY", at: column.span)
                case .unique: throw SQLError.unsupported("UNIQUE", at: column.span)
                case .defaultValue: throw SQLError.unsupported("a column DEFAULT", at: column.span)
                case .check: throw SQLError.unsupported("CHECK", at: column.span)
                case .references: throw SQLError.unsupported("REFERENCES", at: column.span)
                case .generated: throw SQLError.unsupported("a generated column", at: column.span)
                }
            }
        }
        if !create.constraints.isEmpty { throw SQLError.unsupported("a table constraint", at: span) }
    }
}

/// What CREATE TABLE says beside columns, in whichever of its manners.
struct TableOptions {
    var format: StorageFormat?
    var location: String?
    var partitionedBy: [String] = []
    var properties: [String: String] = [:]

    init(_ create: CreateTable, properties read: ([Property]) throws(SQLError) -> [String: String]) throws(SQLError) {
        location = create.location
        properties = try read(create.tableProperties)
        properties.merge(try read(create.options)) { _, new in new }
        if let comment = create.comment { properties[TableParameter.comment] = comment }
        if let using = create.using { format = try Self.format(using.text, at: using.span) }
        switch create.storedAs {
        case .format(let name)?: format = try Self.format(name.text == "textfile" ? "csv" : name.text, at: name.span)
        case .classes(let input, _)?:
            format = input.lowercased().contains("parquet") ? .parquet : .csv
        case nil: break
        }
        try take(create.rowFormat, read)
        for property in create.withProperties {
            switch property.key.text.lowercased() {
            case "partitioned_by", "partitioning": partitionedBy = try Self.names(property)
            case "format", "table_type":
                let text = try read([property])[property.key.text] ?? ""
                if text.lowercased() != "hive" { format = try Self.format(text, at: property.key.span) }
            case "sorted_by": properties["sorted_by"] = try Self.names(property).joined(separator: ", ")
            case "parquet_bloom_filter_columns", "bloom_filter_columns":
                properties[property.key.text.lowercased()] = try Self.names(property).joined(separator: ", ")
            case "location", "external_location": location = try read([property])[property.key.text]
            default: properties.merge(try read([property])) { _, new in new }
            }
        }
    }

    private mutating func take(_ rowFormat: RowFormat?, _ read: ([Property]) throws(SQLError) -> [String: String]) throws(SQLError) {
        switch rowFormat {
        case .serde(let library, let settings)?:
            let folded = library.lowercased()
            if folded.contains("json") { format = format == .parquet ? .parquet : .json }
            if folded.contains("csv") || folded.contains("lazysimple") { format = .csv }
            if folded.contains("parquet") { format = .parquet }
            for (key, value) in try read(settings) { properties[Self.optionNames[key] ?? key] = value }
        case .delimited(let parts)?:
            if format == nil { format = .csv }
            for part in parts {
                switch part.key {
                case "fields": properties["delim"] = part.value
                case "escaped": properties["escape"] = part.value
                case "null": properties["nullstr"] = part.value
                default: break
                }
            }
        case nil: break
        }
    }

    private static let optionNames = [
        "field.delim": "delim", "separatorChar": "delim", "quoteChar": "quote", "escapeChar": "escape", "serialization.null.format": "nullstr",
    ]

    private static func format(_ text: String, at span: SourceSpan) throws(SQLError) -> StorageFormat {
        let folded = text.lowercased()
        if let format = StorageFormat(rawValue: folded == "jsonl" || folded == "ndjson" ? "json" : folded) { return format }
        if ["delta", "iceberg", "orc", "avro", "sequencefile", "rcfile"].contains(folded) {
            throw SQLError.unsupported("the table format \(folded)", at: span, hint: "Known formats: \(StorageFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        throw SQLError(
            .undefinedObject, "unknown table format \"\(text)\"", at: span,
            hint: NearestName.find(folded, among: StorageFormat.allCases.map(\.rawValue)).map { "Did you mean \"\($0)\"?" })
    }

    private static func names(_ property: Property) throws(SQLError) -> [String] {
        guard case .array(let items)? = property.value?.kind else {
            throw SQLError(.invalidParameterValue, "\(property.key.text) must be a list of columns", at: property.key.span, hint: "Write ARRAY['a', 'b'].")
        }
        var names: [String] = []
        for item in items {
            guard case .literal(.string(let name)) = item.kind else {
                throw SQLError(.invalidParameterValue, "a partition column must be given as text", at: item.span)
            }
            names.append(name)
        }
        return names
    }
}
