/// SHOW and DESCRIBE.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax
import LodeVectors

extension Session {
    func show(_ show: Show, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch show {
        case .setting(let name):
            let setting = try SettingDefinition.named(name.text, at: name.span)
            return try give([Field(setting.title, .varchar)], [[.text(settings[setting.name])]], to: run.sink, tag: "SHOW")
        case .allSettings:
            let rows = SettingDefinition.all.sorted { $0.name < $1.name }.map {
                [Value.text($0.name), .text(settings[$0.name]), .text($0.summary)]
            }
            return try give(
                [Field("name", .varchar), Field("setting", .varchar), Field("description", .varchar)], rows, to: run.sink, tag: "SHOW")
        case .catalogs(let pattern): return try showCatalogs(pattern, run)
        case .schemas(let catalog, let pattern):
            let names = try databaseNames(of: catalog).filter { Self.matches($0, pattern) }
            return try give([Field("schema_name", .varchar)], names.map { [.text($0)] }, to: run.sink, tag: "SHOW")
        case .tables(let schema, let pattern): return try showTables(schema, pattern, kinds: nil, run)
        case .views(let schema, let pattern): return try showTables(schema, pattern, kinds: [.view], run)
        case .columns(let name): return try describe(.table(name), run)
        case .partitions(let name): return try showPartitions(name, run)
        case .createTable(let name), .createView(let name): return try showCreate(name, run)
        case .tableProperties(let name):
            let table = try definedByItsLog(try existingTable(name))
            let rows = table.parameters.sorted { $0.key < $1.key }.map { [Value.text($0.key), .text($0.value)] }
            return try give([Field("key", .varchar), Field("value", .varchar)], rows, to: run.sink, tag: "SHOW")
        case .functions(let pattern): return try showFunctions(pattern, run)
        case .accessKeys(let role): return try showAccessKeys(role, run)
        }
    }

    private func showTables(
        _ schema: QualifiedName?, _ pattern: String?, kinds: Set<TableKind>?, _ run: StatementRun
    ) throws(SQLError) -> StatementOutcome {
        var rows: [[Value]] = []
        let schemas = try schema.map { (name) throws(SQLError) in [try schemaName(name)] } ?? ownPath
        for name in schemas {
            guard try catalog.database(name) != nil else {
                if let schema { throw try missingSchema(name, at: schema.span) }
                continue
            }
            for table in try catalog.tables(in: name) where Self.matches(table.name, pattern) {
                if let kinds, !kinds.contains(table.kind) { continue }
                rows.append([.text(table.databaseName), .text(table.name), .text(Self.word(for: table))])
            }
        }
        if schema == nil, kinds?.contains(.view) ?? true {
            rows += temporaryViews.values.filter { Self.matches($0.name, pattern) }.sorted { $0.name < $1.name }
                .map { [.text("temp"), .text($0.name), .text("view")] }
        }
        return try give(
            [Field("schema_name", .varchar), Field("table_name", .varchar), Field("kind", .varchar)], rows, to: run.sink, tag: "SHOW")
    }

    /// A table with a log of its own is registered as Hive's external ones are, but its files are this warehouse's.
    static func word(for table: GlueTable) -> String { table.hasOwnLog ? word(for: .managed) : word(for: table.kind) }

    static func word(for kind: TableKind) -> String {
        switch kind {
        case .managed: "table"
        case .external: "external table"
        case .view: "view"
        case .system: "system table"
        }
    }

    private func showPartitions(_ name: QualifiedName, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let table = try existingTable(name)
        let keys = table.partitionKeys.map(\.name)
        if keys.isEmpty { throw SQLError(.wrongObjectType, "\"\(table.name)\" is not a partitioned table", at: name.span) }
        let snapshot = try confined(catalog.snapshot(of: table.tableName), of: table)
        let listing = try snapshot.plan(nil)
        var groups: [[Value]: (files: Int, bytes: Int, rows: Int?)] = [:]
        for file in listing.files {
            let known = groups[file.partitionValues] ?? (0, 0, 0)
            let rows: Int? = if let a = known.rows, let b = file.liveRowCount { a + b } else { nil }
            groups[file.partitionValues] = (known.files + 1, known.bytes + file.size, rows)
        }
        let sorted = groups.sorted { left, right in
            for (a, b) in zip(left.key, right.key) {
                let order = Value.compare(a, b) ?? (a.isNull ? (b.isNull ? 0 : 1) : -1)
                if order != 0 { return order < 0 }
            }
            return false
        }
        let fields = snapshot.partitionColumns + [Field("files", .bigint), Field("bytes", .bigint), Field("rows", .bigint)]
        let rows = sorted.map { key, facts in
            key + [.integer(Int64(facts.files)), .integer(Int64(facts.bytes)), facts.rows.map { .integer(Int64($0)) } ?? .null]
        }
        return try give(fields, rows, to: run.sink, tag: "SHOW")
    }

    private func showCreate(_ name: QualifiedName, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        if name.parts.count == 1, let view = temporaryViews[name.last.text.lowercased()] {
            return try give(
                [Field("create_statement", .varchar)], [[.text("CREATE TEMP VIEW \(view.name) AS \(view.text)")]], to: run.sink, tag: "SHOW"
            )
        }
        let table = try definedByItsLog(try existingTable(name))
        let text = try TableDDL.text(table, of: engine.attached.owner(of: table.databaseName)?.name)
        return try give([Field("create_statement", .varchar)], [[.text(text)]], to: run.sink, tag: "SHOW")
    }

    func describe(_ target: DescribeTarget, isExtended: Bool = false, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let fields = [
            Field("column_name", .varchar), Field("column_type", .varchar), Field("nullable", .boolean), Field("partition_key", .boolean),
            Field("comment", .varchar), Field("default", .varchar),
        ]
        if case .table(let name) = target, name.parts.count > 1 || temporaryViews[name.last.text.lowercased()] == nil {
            let table = try definedByItsLog(try existingTable(name))
            let keys = Set(table.partitionKeys.map(\.name))
            var rows: [[Value]] = table.shownColumns().map { field, column in
                [
                    .text(field.name), .text(column.typeText(field.type)), .boolean(field.nullable), .boolean(keys.contains(field.name)),
                    column.comment.map { .text($0) } ?? .null, column.filling.map { .text($0) } ?? .null,
                ]
            }
            if isExtended { rows += facts(of: table) }
            return try give(fields, rows, to: run.sink, tag: "DESCRIBE")
        }
        if isExtended { throw SQLError.unsupported("DESCRIBE EXTENDED of a temporary view") }
        let bound = try bind(target)
        let rows: [[Value]] = bound.schema.fields.map {
            [.text($0.name), .text("\($0.type)"), .boolean($0.nullable), .boolean(false), .null, .null]
        }
        return try give(fields, rows, to: run.sink, tag: "DESCRIBE")
    }

    /// With the columns that it has now, where another catalog may not know them: Spark tells Glue none of a table with a log of its own.
    /// The warehouse's catalog is behind such a log when others have changed the table.
    private func definedByItsLog(_ table: GlueTable) throws(SQLError) -> GlueTable {
        if let format = table.writableFormat, try catalog.attachedCatalog(of: table.databaseName) == nil {
            // A log that can't be read is for those to tell who read it.
            guard let snapshot = try? catalog.snapshot(of: table.tableName), let known = try? format.declaration(of: snapshot) else {
                return table
            }
            return try table.declared(known)
        }
        guard table.loggedFormat != nil, table.icebergPartitioning == nil, try catalog.attachedCatalog(of: table.databaseName) != nil
        else { return table }
        let snapshot = try catalog.snapshot(of: table.tableName)
        let defined = try GlueTable.define(
            table.tableName, snapshot.schema, partitionedBy: snapshot.partitionColumns.map(\.name), kind: .external)
        var table = table
        (table.storageDescriptor.columns, table.partitionKeys) = (defined.storageDescriptor.columns, defined.partitionKeys)
        table.parameters[TableParameter.columnOrder] = defined.parameters[TableParameter.columnOrder]
        return table
    }

    /// What DESCRIBE EXTENDED adds: the table's kind, format, place, comment, properties and tags.
    private func facts(of table: GlueTable) -> [[Value]] {
        var facts: [(String, String?)] = [
            ("table", "\(table.tableName)"), ("kind", Self.word(for: table)),
            ("format", table.kind == .view ? nil : table.loggedFormat?.name ?? table.fileFormat?.name),
            ("location", table.storageDescriptor.location), ("comment", table.comment),
        ]
        for (name, value) in table.parameters.sorted(by: { $0.key < $1.key }) {
            if name.hasPrefix(TableParameter.ownPrefix) || name == TableParameter.comment { continue }
            facts.append(("property \(name)", value))
        }
        do throws(SQLError) {
            let tags = table.kind == .system ? [:] : try catalog.tags(of: table.tableName)
            facts += tags.sorted { $0.key < $1.key }.map { ("tag \($0.key)", $0.value) }
        } catch {
            // Who may not see them, or asks a service that has none, sees the rest.
            facts.append(("tags", error.message))
        }
        var rows: [[Value]] = []
        for (name, value) in facts {
            if let value { rows.append([.text("# \(name)"), .text(value), .null, .null, .null, .null]) }
        }
        return rows
    }

    /// What DESCRIBE or SUMMARIZE is asked about, as a query.
    func bind(_ target: DescribeTarget) throws(SQLError) -> BoundQuery {
        let binder = makeBinder(statementContext())
        if case .query(let query) = target { return try binder.bind(query: query) }
        return try binder.bind(query: .selecting(from: target.source, at: target.source.span))
    }

    /// SQL LIKE for names, without regard to case; nil matches all. Hive's `*` is taken too.
    static func matches(_ name: String, _ pattern: String?) -> Bool {
        guard let pattern else { return true }
        let text = Array(name.lowercased()), wanted = Array(pattern.lowercased())
        var reached: Set<Int> = [0]
        for letter in wanted {
            var next: Set<Int> = []
            for position in reached {
                switch letter {
                case "%", "*": next.formUnion(position...text.count)
                case "_": if position < text.count { next.insert(position + 1) }
                default: if position < text.count, text[position] == letter { next.insert(position + 1) }
                }
            }
            reached = next
        }
        return reached.contains(text.count)
    }
}
