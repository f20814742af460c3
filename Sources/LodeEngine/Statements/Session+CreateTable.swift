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
        try refuseWhatTablesLack(create)
        let run = { () throws(SQLError) -> StatementOutcome in
            try self.retrying { () throws(SQLError) in try self.createTableOnce(create) }
        }
        return try create.orReplace ? dropping(run) : run()
    }

    private func createTableOnce(_ create: CreateTable) throws(SQLError) -> StatementOutcome {
        let name = try createdTable(create)
        if create.orReplace, create.ifNotExists { throw .replaceIfNotExists(at: create.name.span) }
        guard try catalog.database(name.database) != nil else { throw try missingSchema(name.database, at: create.name.span) }
        try require(.create, inSchema: name.database, at: create.name.span)
        if create.ifNotExists, try catalog.table(name) != nil { return StatementOutcome(tag: "CREATE TABLE") }
        if let (source, time) = create.clone { return try clone(source, at: time, as: name, create) }

        let context = statementContext()
        let isHive = try catalog.attachedCatalog(of: name.database) != nil
        let options = try TableOptions(create, isHive: isHive) { (list: [Property]) throws(SQLError) -> [String: String] in
            try properties(list)
        }
        var bound: BoundQuery?
        if let query = create.query { bound = try makeBinder(context).bind(query: query) }
        let (elements, partitions) = try tableElements(create, name, bound, options, context)
        let (defined, isInferred) = try definition(create, elements, partitions, options, hasQuery: bound != nil)
        var table = try made(defined, replacing: create.orReplace)
        let ifExists: TableChange.IfExists = create.orReplace ? .replace : create.ifNotExists ? .skip : .fail
        if ifExists == .fail, try catalog.table(name) != nil {
            throw SQLError(
                .duplicateTable, "relation \"\(name)\" already exists", at: create.name.span,
                hint: "Use CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS.")
        }
        table = try catalog.completing(table)
        // A table that is there already is what it is.
        let isDeclared = !elements.columns.isEmpty
        let replaced = isDeclared || bound != nil ? try replaced(by: table, ifExists) : nil
        let notices = elements.notices + (isDeclared ? try requirements(ofNew: table, over: replaced) : [])
        guard let bound, !create.withNoData else {
            let isNew = try catalog.commit(.create(table, ifExists: ifExists)).changed
            // Where partitions have to be registered, a table that was found in its folder begins with those that are there.
            if isNew, isInferred, isHive, !table.partitionKeys.isEmpty { _ = try findPartitions(of: try catalog.requireTable(name)) }
            return StatementOutcome(tag: "CREATE TABLE", notices: notices)
        }
        var outcome = try createTable(table, as: bound, ifExists, over: replaced, context, at: create.query?.span)
        outcome.notices = notices
        return outcome
    }

    /// The name of the new table. A temporary one makes the schema that it goes to.
    private func createdTable(_ create: CreateTable) throws(SQLError) -> TableName {
        let name = try tableName(create.name), isQualified = create.name.parts.count > 1
        let isTemporary = SessionCatalog.isTemporary(name.database)
        if !create.isTemporary, !isTemporary { return name }
        if isQualified, !isTemporary {
            throw SQLError(
                .invalidTableDefinition, "cannot create temporary relation in non-temporary schema", at: create.name.span)
        }
        let folder = settings["temp_directory"]
        try sessionCatalog.makeTemporary(in: folder.isEmpty ? nil : folder)
        return TableName(SessionCatalog.temporaryDatabase, name.name)
    }

    /// The table that the statement defines, checked, and whether its columns were found in its files.
    private func definition(
        _ create: CreateTable, _ elements: TableElements, _ terms: [PartitionTerm], _ options: TableOptions, hasQuery: Bool
    ) throws(SQLError) -> (table: GlueTable, isInferred: Bool) {
        let span = create.name.span
        let shared = try tableFormat(of: create, options, elements.table)
        let chosen = if let shared { shared } else { try defaultTableFormat(of: create, elements.table, options) }
        if let logged = chosen {
            do throws(SQLError) {
                return (try self.logged(logged, create, elements, terms, options), false)
            } catch {
                throw options.tableFormat == nil ? advised(error, create, elements, terms, options) : error
            }
        }
        if let term = terms.first(where: { !$0.isColumn }) {
            throw SQLError.unsupported(
                "partitioning by \(term.sql { $0 })", at: create.partitionedBy.first?.span ?? span,
                hint: "Partition by a generated column: day date GENERATED ALWAYS AS (CAST(ts AS date)) STORED; "
                    + "tables that are made USING iceberg have it.")
        }
        try elements.refuseIdentity()
        if !create.clusterBy.isEmpty {
            throw SQLError.unsupported("CLUSTER BY of this table", at: span, hint: "Delta tables can be clustered.")
        }
        if create.isExternal, options.location == nil {
            throw SQLError(.invalidTableDefinition, "an external table needs a LOCATION", at: span)
        }
        if hasQuery, options.location != nil {
            throw SQLError.unsupported(
                "CREATE TABLE … LOCATION … AS", at: span,
                hint: "COPY (query) TO 'folder' writes files, which an external table can then be put over.")
        }
        if let location = options.location { try requireAccess(to: location) }
        let isExternal = options.location != nil
        if isExternal { try elements.refuseWhatIsNotWritten() }
        var columns = elements.schema, partitions = terms.map(\.column), options = options
        let isInferred = try infer(&options, &columns, &partitions, of: elements.table, at: span)
        let format = options.format ?? defaultFormat
        if format.name != FileFormats.parquet.name, !isExternal, try catalog.attachedCatalog(of: elements.table.database) == nil {
            throw SQLError.unsupported(
                "a managed table in \(format.name) format", at: span, hint: "Use parquet, or an external table with a LOCATION.")
        }
        do throws(SQLError) {
            var table = try GlueTable.define(
                elements.table, columns, partitionedBy: partitions, kind: isExternal ? .external : .managed, format: format,
                location: options.location, properties: options.properties)
            if let serde = options.serde { table.storageDescriptor.serdeInfo?.serializationLibrary = serde }
            elements.apply(to: &table)
            if !isExternal { try checkWritable(table, partitions) }
            return (table, isInferred)
        } catch {
            throw error.at(span)
        }
    }

    /// What a format refuses that the statement does not name, with the way out where there is one.
    private func advised(
        _ error: SQLError, _ create: CreateTable, _ elements: TableElements, _ terms: [PartitionTerm], _ options: TableOptions
    ) -> SQLError {
        guard error.state == .featureNotSupported, terms.allSatisfy(\.isColumn), create.clusterBy.isEmpty else { return error }
        do throws(SQLError) {
            try elements.refuseIdentity()
            let partitions = terms.map(\.column)
            let table = try GlueTable.define(
                elements.table, elements.schema, partitionedBy: partitions, kind: .managed, format: FileFormats.parquet, location: nil,
                properties: options.properties)
            try checkWritable(table, partitions)
        } catch { return error }
        let way = "CREATE TABLE … USING parquet makes a table that has it."
        return SQLError(
            error.state, error.message, at: error.span, in: error.place, detail: error.detail,
            hint: error.hint.map { $0 + " " + way } ?? way)
    }

    private func createTable(
        _ table: GlueTable, as bound: BoundQuery, _ ifExists: TableChange.IfExists, over replaced: (any TableSnapshot)?,
        _ context: StatementContext, at span: SourceSpan?
    ) throws(SQLError) -> StatementOutcome {
        // From before the first file until it is published.
        let lease = catalog.lease()
        defer { withExtendedLifetime(lease) {} }
        var location = table.storageDescriptor.location
        if location == nil { location = try catalog.managedLocation(of: table.tableName) }
        var target = try table.writeTarget(in: location, catalog.stores(of: table.tableName) ?? engine.stores)
        target.matching = try matching(of: table, over: replaced)
        let rows = try makeBinder(context).assign(bound, to: try table.insertTarget(), at: span)
        let written = try write(rows, to: target, context)
        var read = bound.plan.versionsRead
        // Its columns have the numbers that follow upon those of the table that is there.
        if table.isPublishedByCatalog, let version = replaced?.identity { read.insert(version) }
        let change = TableChange.create(table, ifExists: ifExists, files: written.files, computedFrom: read)
        let outcomes = try commitWritten(written, to: target, [change], context)
        // Another statement has made it.
        if outcomes.first?.changed == false { discard(written.files, in: target.stores) }
        var receipt = written.receipt
        receipt.version = outcomes.first?.version
        return StatementOutcome(tag: "SELECT \(receipt.rows)", receipt: receipt)
    }

    /// The table of the same format, in the same place, whose next version a new one becomes.
    private func replaced(by table: GlueTable, _ ifExists: TableChange.IfExists) throws(SQLError) -> (any TableSnapshot)? {
        guard case .replace = ifExists, let format = table.writableFormat, let known = try catalog.table(table.tableName),
            known.writableFormat?.name == format.name, known.folder == table.folder
        else { return nil }
        return try catalog.snapshot(of: known.tableName, at: nil)
    }

    /// Refuses properties that every later INSERT would stumble over.
    func checkWritable(_ table: GlueTable, _ partitions: [String]) throws(SQLError) {
        let schema = try table.schema()
        try ParquetProperties.check(table.parameters, Schema(schema.fields.filter { !partitions.contains($0.name) }))
    }

    /// Fills in what an external table leaves to its files, which is all but perhaps its partition columns.
    private func infer(
        _ options: inout TableOptions, _ columns: inout Schema, _ partitions: inout [String], of table: TableName, at span: SourceSpan
    ) throws(SQLError) -> Bool {
        let declared = Set(partitions.map { $0.lowercased() })
        guard let location = options.location, columns.fields.allSatisfy({ declared.contains($0.name.lowercased()) }) else { return false }
        do throws(SQLError) {
            let isHive = try catalog.attachedCatalog(of: table.database) != nil
            let inference = TableInference(location: location, stores: try stores(of: table.database), isHive: isHive)
            let found = try inference.find(options, declared: columns.fields, named: partitions)
            options.format = found.format
            if options.serde == nil { options.serde = found.serde }
            options.properties.merge(found.properties) { given, _ in given }
            columns = Schema(found.columns + found.partitions)
            partitions = found.partitions.map(\.name)
            return true
        } catch {
            throw error.at(span)
        }
    }

    var defaultFormat: any FileFormat { FileFormats.storedAs(settings["default_table_format"]) ?? FileFormats.parquet }

    /// The format with a log of its own that a table gets which names none, and no files: one of the warehouse.
    private func defaultTableFormat(
        of create: CreateTable, _ name: TableName, _ options: TableOptions
    ) throws(SQLError) -> (any TableFormat)? {
        guard options.format == nil, options.location == nil, !create.isExternal,
            let format = TableFormats.logged(settings["default_table_format"]), !SessionCatalog.isTemporary(name.database),
            try catalog.attachedCatalog(of: name.database) == nil
        else { return nil }
        return format
    }

    /// The columns that were declared, or those of the query, with their constraints; and which of them partition the table.
    private func tableElements(
        _ create: CreateTable, _ name: TableName, _ bound: BoundQuery?, _ options: TableOptions, _ context: StatementContext
    ) throws(SQLError) -> (TableElements, partitions: [PartitionTerm]) {
        var elements = TableElements(name), partitions: [PartitionTerm] = []
        for text in options.partitionedBy { partitions.append(try PartitionReading.term(text, at: create.name.span)) }
        if let like = create.like {
            let table = try existingTable(like)
            try require(.select, on: table, at: like.span)
            try elements.add(like: table)
        }
        if let bound {
            try elements.add(bound, create.columns)
        } else {
            for column in create.columns { try elements.add(column) }
        }
        for field in create.partitionedBy {
            switch field {
            case .column(let name): partitions.append(PartitionTerm(name.text))
            case .typed(let column):
                try elements.add(column)
                partitions.append(PartitionTerm(column.name.text))
            case .transform(let call, let span): partitions.append(try PartitionReading.term(call, at: span))
            }
        }
        let binder = makeBinder(context)
        try elements.checkExpressions(binder)
        try elements.add(create.constraints, binder) { (other) throws(SQLError) in try self.existingTable(other) }
        return (elements, partitions)
    }

    /// What can be written and is not there yet is refused by name.
    private func refuseWhatTablesLack(_ create: CreateTable) throws(SQLError) {
        let span = create.name.span
        if create.isTemporary, create.isExternal || create.location != nil {
            throw SQLError.unsupported("a temporary external table", at: span, hint: "CREATE TEMP VIEW names a query for this session.")
        }
        if let action = create.onCommit {
            if !create.isTemporary {
                throw SQLError(.invalidTableDefinition, "ON COMMIT can only be used on temporary tables", at: span)
            }
            if action != .preserveRows { throw SQLError.unsupported("ON COMMIT \(action.rawValue)", at: span) }
        }
        if create.orReplace, create.ifNotExists {
            throw SQLError(.syntaxError, "OR REPLACE and IF NOT EXISTS exclude each other", at: span)
        }
        if create.like != nil, create.query != nil { throw SQLError.unsupported("CREATE TABLE … LIKE … AS", at: span) }
        if create.bucketing != nil { throw SQLError.unsupported("CLUSTERED BY", at: span) }
    }
}
