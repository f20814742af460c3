/// Writing a query's rows to files.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan
import LodePlanner
import LodeTables

extension Session {
    /// Size at which a table's file is closed and another begun.
    private static let tableFileBytes = 512 << 20

    /// Writes a query's rows into fresh files of a table's folder. They belong to no table until they are committed.
    func write(
        _ bound: BoundQuery, to target: WriteTarget, _ context: StatementContext, areChecked: Bool = false
    ) throws(SQLError) -> WrittenRows {
        let specification = try specification(of: target, context, areChecked: areChecked)
        return try run(bound, specification, to: target.stores, alwaysWrites: false, context)
    }

    /// How rows of a table are written.
    /// - Parameter areChecked: whether the rows are known to fulfil the table's constraints, being its own.
    func specification(
        of target: WriteTarget, _ context: StatementContext, areChecked: Bool = false
    ) throws(SQLError) -> WriteSpecification {
        let format = target.format
        var options = format.isText ? Self.options(of: target) : withCodec(try ParquetProperties.options(target.properties))
        if !target.clustering.isEmpty, options.values["sorted_by"] == nil {
            options.values["sorted_by"] = .list(target.clustering.map { .value(.text(SQLText($0))) })
        }
        if let ids = target.fieldIDs { options.values["field_ids"] = ids }
        if let layout = target.layout { return try specification(of: target, layout, options, context, areChecked) }
        let schema = target.schema, partitions = target.partitionColumns, folders = target.folderColumns
        let location = target.location, places = target.places
        let keys = partitions.compactMap { schema.index(of: $0.name) }
        return WriteSpecification(
            schema: schema, format: format, options: options, partitionColumns: keys,
            constraints: areChecked ? nil : try constraints(of: target, context), fileBytes: Self.tableFileBytes
        ) { values, _ in
            if !places.isEmpty, let place = places[HivePath.folder(partitions, values)] {
                return StorePath.join(place, ManagedFileName.make(fileExtension: format.name))
            }
            return ManagedFileName.path(in: location, folders, values, fileExtension: format.name)
        }
    }

    /// Of a table whose files have all columns, and whose partitions may be of what transforms make of them.
    private func specification(
        of target: WriteTarget, _ layout: WriteLayout, _ options: FormatOptions, _ context: StatementContext, _ areChecked: Bool
    ) throws(SQLError) -> WriteSpecification {
        let terms = layout.terms, format = target.format
        let keys = terms.compactMap { target.schema.index(of: $0.column) }
        guard keys.count == terms.count else { throw .internalFault("a table that is divided by columns that it has not") }
        var specification = WriteSpecification(
            schema: target.schema, format: format, options: options, partitionColumns: keys, keepsPartitionColumns: true,
            constraints: areChecked ? nil : try constraints(of: target, context), fileBytes: Self.tableFileBytes
        ) { values, _ in
            StorePath.join(layout.place(values), ManagedFileName.make(fileExtension: format.name))
        }
        specification.transforms = terms.map(\.transform)
        return specification
    }

    /// Files are written in the way in which the table's are read.
    private static func options(of target: WriteTarget) -> FormatOptions {
        let known = Set(target.format.writeOptions).intersection(target.format.readOptions)
        return FormatOptions(target.properties.filter { known.contains($0.key) }.mapValues { .value(.text(SQLText($0))) })
    }

    func constraints(of target: WriteTarget, _ context: StatementContext, on rows: RowConstraints.Rows = .new) throws(SQLError)
        -> RowConstraints
    {
        let columns = target.schema.fields.map { PlanColumn(context.columnIDs.fresh(), $0.name, $0.type) }
        let binder = makeBinder(context), table = InsertTarget(name: target.relation, schema: target.schema)
        let checks = try target.checks.map { (check) throws(SQLError) in
            do throws(SQLError) {
                return (name: check.name, condition: try binder.bindCheck(check.condition, over: columns, of: table))
            } catch {
                throw SQLError(error.state, error.message, in: "constraint \(check.name)", detail: error.detail, hint: error.hint)
            }
        }
        return try RowConstraints(
            relation: target.relation, schema: target.schema, columns: columns, checks: checks, of: rows,
            functions: context.execution.functions)
    }

    /// The options with the session's codec, if they name none.
    private func withCodec(_ options: FormatOptions) -> FormatOptions {
        var options = options
        if options.values["compression"] == nil, options.values["codec"] == nil {
            options.values["compression"] = .value(.text(settings["parquet_compression"]))
        }
        return options
    }

    /// Starts what COPY TO writes. Call it before the query is bound: of the files that the query reads and those that go, the latter
    /// must be listed first.
    func stage(_ path: String, _ options: CopyOptions) throws(SQLError) -> any StagedWrite {
        try requireAccess(to: path)
        let (store, place) = try engine.stores.resolve(path)
        if options.partitionBy.isEmpty {
            if options.existing == .refuse, try store.exists(place) {
                throw SQLError(.duplicateFile, "the file \"\(path)\" exists already")
            }
            if options.existing == .append {
                throw .unsupported("APPEND to a single file", hint: "With PARTITION_BY, APPEND adds files to a folder.")
            }
            return try store.stage(file: place)
        }
        do throws(SQLError) {
            switch options.existing {
            case .unsaid, .refuse: return try store.stage(folder: place, .requiresEmpty)
            case .overwrite: return try store.stage(folder: place, .everything)
            case .overwriteSame, .append: return try store.stage(folder: place, .sameNames)
            }
        } catch {
            guard error.state == .duplicateFile else { throw error }
            throw SQLError(
                error.state, error.message, detail: error.detail,
                hint: "OVERWRITE replaces what is in it, OVERWRITE_OR_IGNORE only files that are written again, APPEND none; "
                    + "or name another folder.")
        }
    }

    /// Writes a query's rows to a file, or with PARTITION_BY into folders.
    func write(
        _ bound: BoundQuery, to staged: any StagedWrite, path: String, _ format: any FileFormat, _ options: CopyOptions,
        _ context: StatementContext
    ) throws(SQLError) -> WrittenRows {
        let schema = Schema(bound.schema.fields.map { Field($0.name, $0.type == .null ? .varchar : $0.type, nullable: $0.nullable) })
        let formatOptions = format.name == "parquet" ? withCodec(FormatOptions(options.values)) : FormatOptions(options.values)
        var keys: [Int] = []
        for name in options.partitionBy {
            guard let index = schema.index(of: name) else {
                throw SQLError(
                    .undefinedColumn, "partition column \"\(name)\" does not exist",
                    hint: NearestName.find(name, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            keys.append(index)
        }
        let fields = keys.map { schema.fields[$0] }, isPartitioned = !keys.isEmpty, isUnique = options.existing == .append
        let ending = format.extensions.first ?? format.name
        let specification = WriteSpecification(
            schema: schema, format: format, options: formatOptions, partitionColumns: keys,
            keepsPartitionColumns: options.writesPartitionColumns
        ) { values, number in
            if !isPartitioned { return path }
            let name = "data_\(isUnique ? String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16) : "\(number)").\(ending)"
            return StorePath.join(HivePath.folder(fields, values), name)
        }
        return try run(bound, specification, to: staged, alwaysWrites: keys.isEmpty, context)
    }

    /// - Parameter first: what has left files open, which the rows go into.
    func run(
        _ bound: BoundQuery, _ specification: WriteSpecification, to destination: any ObjectDestination, alwaysWrites: Bool,
        after first: TableWriteSink? = nil, _ context: StatementContext
    ) throws(SQLError) -> WrittenRows {
        let assigned = try Self.assigning(bound, specification.schema, context)
        let query = try optimized(try Self.sorted(assigned, specification), context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        let sink = if let first { TableWriteSink(after: first, order: execution.order) } else {
            try TableWriteSink(
                specification, to: destination, alwaysWrites: alwaysWrites, order: execution.order, memory: context.execution.memory)
        }
        do throws(SQLError) {
            try watching(execution) { () throws(SQLError) in try execution.run(into: sink, name: "write") }
        } catch {
            sink.abort()
            throw error
        }
        var receipt = Self.receipt(of: execution)
        let files = sink.written
        receipt.rows = files.reduce(0) { $0 + ($1.rowCount ?? 0) }
        receipt.filesWritten = files.count
        receipt.bytesWritten = files.reduce(0) { $0 + $1.size }
        return WrittenRows(files: files, receipt: receipt)
    }

    /// The query with its columns cast to the types that are written.
    private static func assigning(_ bound: BoundQuery, _ schema: Schema, _ context: StatementContext) throws(SQLError) -> BoundQuery {
        let columns = bound.plan.columns
        guard columns.count == schema.count else { throw .internalFault("a query of \(columns.count) columns written as \(schema.count)") }
        if zip(columns, schema.fields).allSatisfy({ $0.type == $1.type }) { return bound }
        let items = zip(columns, schema.fields).map { column, field -> ProjectNode.Item in
            if column.type == field.type { return .init(column, column.reference) }
            let cast = BoundExpression.cast(column.reference, to: field.type, isTry: false, nil)
            return .init(PlanColumn(context.columnIDs.fresh(), field.name, field.type), cast)
        }
        return BoundQuery(plan: .project(ProjectNode(input: bound.plan, items: items)), names: bound.names)
    }

    /// The query in the order that the files promise.
    static func sorted(_ bound: BoundQuery, _ specification: WriteSpecification) throws(SQLError) -> BoundQuery {
        let order = try SortedBy.columns(specification.options, specification.schema)
        if order.isEmpty { return bound }
        let columns = bound.plan.columns
        let keys = order.map { SortKey(columns[$0.index].reference, descending: $0.descending, nullsFirst: $0.nullsFirst) }
        return BoundQuery(plan: .sort(SortNode(input: bound.plan, keys: keys)), names: bound.names)
    }
}
