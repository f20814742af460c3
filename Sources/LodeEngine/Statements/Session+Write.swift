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
    func write(_ bound: BoundQuery, to target: WriteTarget, _ context: StatementContext) throws(SQLError) -> WrittenRows {
        let format = try FileFormats.named("parquet")
        let options = withCodec(try ParquetProperties.options(target.properties))
        let schema = target.schema, partitions = target.partitionColumns, location = target.location
        let keys = partitions.compactMap { schema.index(of: $0.name) }
        let specification = WriteSpecification(
            schema: schema, format: format, options: options, partitionColumns: keys,
            notNull: schema.fields.indices.filter { !schema.fields[$0].nullable }, fileBytes: Self.tableFileBytes
        ) { values in
            ManagedFileName.path(in: location, partitions, values, fileExtension: "parquet")
        }
        return try run(bound, specification, alwaysWrites: false, context)
    }

    /// The options with the session's codec, if they name none.
    private func withCodec(_ options: FormatOptions) -> FormatOptions {
        var options = options
        if options.values["compression"] == nil, options.values["codec"] == nil {
            options.values["compression"] = .value(.text(settings["parquet_compression"]))
        }
        return options
    }

    /// Writes a query's rows to a file, or with PARTITION_BY into folders below `path`.
    func write(
        _ bound: BoundQuery, toPath path: String, _ format: any FileFormat, _ options: CopyOptions, _ context: StatementContext
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
        let fields = keys.map { schema.fields[$0] }, isPartitioned = !keys.isEmpty
        let ending = format.extensions.first ?? format.name
        if !keys.isEmpty { try prepareFolder(path, overwrites: options.overwrites) }
        let specification = WriteSpecification(
            schema: schema, format: format, options: formatOptions, partitionColumns: keys,
            keepsPartitionColumns: options.writesPartitionColumns
        ) { values in
            !isPartitioned ? path : ManagedFileName.path(in: path, fields, values, fileExtension: ending)
        }
        return try run(bound, specification, alwaysWrites: keys.isEmpty, context)
    }

    /// COPY with PARTITION_BY writes into a folder that is empty, or is emptied.
    private func prepareFolder(_ path: String, overwrites: Bool) throws(SQLError) {
        let (store, folder) = try engine.stores.resolve(path)
        guard let info = try store.info(folder), info.isFolder else { return }
        let present = try store.list(folder, recursive: true).filter { !$0.isFolder }
        if present.isEmpty { return }
        guard overwrites else {
            throw SQLError(
                .duplicateFile, "the folder \"\(path)\" is not empty",
                hint: "Add OVERWRITE true to replace what is in it, or name another folder.")
        }
        for object in present { try store.delete(object.path) }
    }

    private func run(
        _ bound: BoundQuery, _ specification: WriteSpecification, alwaysWrites: Bool, _ context: StatementContext
    ) throws(SQLError) -> WrittenRows {
        let assigned = try Self.assigning(bound, specification.schema, context)
        let query = try optimized(try Self.sorted(assigned, specification), context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        let sink = try TableWriteSink(specification, stores: engine.stores, alwaysWrites: alwaysWrites, order: execution.order)
        do throws(SQLError) {
            try watching(execution) { () throws(SQLError) in try execution.run(into: sink, name: "write") }
        } catch {
            sink.abort()
            throw error
        }
        var receipt = receipt(of: execution, context)
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
    private static func sorted(_ bound: BoundQuery, _ specification: WriteSpecification) throws(SQLError) -> BoundQuery {
        let order = try SortedBy.columns(specification.options, specification.schema)
        if order.isEmpty { return bound }
        let columns = bound.plan.columns
        let keys = order.map { SortKey(columns[$0.index].reference, descending: $0.descending, nullsFirst: $0.nullsFirst) }
        return BoundQuery(plan: .sort(SortNode(input: bound.plan, keys: keys)), names: bound.names)
    }
}
