/// ANALYZE.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFunctions
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    /// Managed tables keep statistics with every commit, so that there is nothing left to collect. Of tables with logs, files tell their
    /// bounds: how many different values columns have is found out and kept as the format does, for other engines, too. Those of Glue are
    /// measured, for whoever plans with what Glue knows.
    func analyze(_ name: QualifiedName?, _ columns: [Identifier]) throws(SQLError) -> StatementOutcome {
        guard let name else { return StatementOutcome(tag: "ANALYZE") }
        let table = try existingTable(name)
        try requireOwner(of: table, at: name.span)
        switch table.kind {
        case .managed:
            _ = try Self.chosen(columns, of: try table.schema())
        case .external:
            if let format = table.writableFormat {
                try requireAutocommit("ANALYZE", at: name.span)
                try retrying { () throws(SQLError) in try analyze(table, format, columns, name) }
                break
            }
            guard try catalog.attachedCatalog(of: table.databaseName) != nil else {
                throw .unsupported(
                    "ANALYZE of an external table", at: name.span, hint: "Statistics of Parquet files are read from their footers.")
            }
            let keys = Set(table.partitionKeys.map(\.name))
            // Of the keys, the partitions themselves tell.
            let fields = try Self.chosen(columns, of: try table.schema()) { !$0.type.isNested }.filter { !keys.contains($0.name) }
            try catalog.analyze(table.tableName) { () throws(SQLError) in try measure(fields, name) }
        case .view, .system: throw CatalogError.wrongKind(table.tableName, is: table.kind, wanted: "a table").at(name.span)
        }
        return StatementOutcome(tag: "ANALYZE")
    }

    /// The columns that are named, or all of them that can be measured.
    /// - Throws: `0A000` for one that is named and can't be measured: nothing would be known of it afterwards.
    private static func chosen(
        _ columns: [Identifier], of schema: Schema, where isMeasured: (Field) -> Bool = { _ in true }
    ) throws(SQLError) -> [Field] {
        if columns.isEmpty { return schema.fields.filter(isMeasured) }
        var fields: [Field] = []
        for column in columns {
            guard let index = schema.index(of: column.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(column.text)\" does not exist", at: column.span,
                    hint: NearestName.find(column.text, among: schema.fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
            }
            let field = schema.fields[index]
            guard isMeasured(field) else {
                throw .unsupported("ANALYZE of the column \"\(field.name)\" of type \(field.type)", at: column.span)
            }
            fields.append(field)
        }
        return fields
    }

    // MARK: Tables with logs

    /// Sketches the values of columns, and has the table's format keep that.
    private func analyze(
        _ table: GlueTable, _ format: any WritableTableFormat, _ columns: [Identifier], _ name: QualifiedName
    ) throws(SQLError) {
        let transaction = try catalog.beginWrite(table.tableName), snapshot = try confined(transaction.snapshot, of: table)
        guard let sketch = format.sketchFunction, let function = FunctionRegistry.aggregates[sketch],
            let overload = function.overloads.first
        else { throw SQLError.unsupported("ANALYZE of a \(format.name) table", at: name.span) }
        let fields = try Self.chosen(columns, of: snapshot.schema) { !$0.type.isNested && $0.type != .interval && $0.type != .json }
        // Of a table that never had rows there is no version to tell of.
        if fields.isEmpty || (snapshot.version == 0 && format.listsVersions) { return }
        let context = statementContext(), stores = try stores(of: table)
        let source = try CatalogRelation.make(table, snapshot, stores, isCurrent: true)
        let read = fields.map { PlanColumn(context.columnIDs.fresh(), $0.name, $0.type) }
        let outputs = zip(read, fields).compactMap { column, field in
            source.schema.index(of: field.name).map { ScanOutput(column, index: $0) }
        }
        var calls: [AggregateCall] = []
        for column in read {
            let bound = try overload.bind([column.type])
            let result = PlanColumn(context.columnIDs.fresh(), column.name, bound.returns)
            calls.append(AggregateCall(column: result, name: function.name, function: bound, arguments: [column.reference]))
        }
        let scan = LogicalPlan.scan(ScanNode(context.execution.relations.add(source), outputs: outputs))
        let query = BoundQuery(
            plan: .aggregate(AggregateNode(input: scan, groups: [], aggregates: calls)), names: calls.map(\.column.name))
        let values = try singleRow(query, context)
        var sketches: [ColumnSketch] = []
        for (field, value) in zip(fields, values) {
            guard case .bytes(let bytes) = value else { continue }
            sketches.append(ColumnSketch(column: field.name, bytes: bytes))
        }
        transaction.name("ANALYZE")
        transaction.note(sketches)
        try catalog.commit(transaction.change)
    }

    /// The values of a query with one row.
    private func singleRow(_ query: BoundQuery, _ context: StatementContext) throws(SQLError) -> [Value] {
        let query = try optimized(query, context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution), collected = CollectedRows()
        try watching(execution) { () throws(SQLError) in try execution.run(into: collected) }
        guard let chunk = collected.chunks.first(where: { $0.count > 0 }) else { throw .internalFault("ANALYZE has no row") }
        return chunk.columns.map { $0.value(at: 0) }
    }

    // MARK: Tables of Glue

    /// One aggregation over columns that are in the files.
    private func measure(_ fields: [Field], _ name: QualifiedName) throws(SQLError) -> MeasuredTable {
        let span = name.span
        let items = [Expression.call("count", [], at: span)] + fields.flatMap { Self.measures(of: $0, at: span) }
        let context = statementContext(), source = DescribeTarget.table(name).source
        let values = try singleRow(try makeBinder(context).bind(query: .selecting(items, from: source, at: span)), context)
        func count(_ value: Value) -> Int { if case .integer(let number) = value { Int(number) } else { 0 } }
        let rows = count(values[0])
        return MeasuredTable(
            rows: rows,
            columns: fields.enumerated().map { index, field in
                let own = Array(values[(1 + index * Self.measureCount)...].prefix(Self.measureCount))
                let average: Double = if case .double(let number) = own[5] { number } else { 0 }
                return MeasuredColumn(
                    field, minimum: own[0], maximum: own[1], nulls: rows - count(own[2]), distinct: count(own[3]), longest: count(own[4]),
                    averageLength: average, trues: count(own[6]))
            })
    }

    private static let measureCount = 7

    /// min, max, count, distinct values, the longest, the average length, how many are true; NULL where its type has none.
    private static func measures(of field: Field, at span: SourceSpan) -> [Expression] {
        let column = Expression.column(field.name, at: span), none = Expression(.literal(.null), span: span)
        let hasLength = field.type.isText || field.type == .varbinary
        func call(_ name: String, _ arguments: Expression...) -> Expression { .call(name, arguments, at: span) }
        let hasBounds = field.type.isNumeric || field.type == .date || field.type == .timestamp
        return [
            hasBounds ? call("min", column) : none, hasBounds ? call("max", column) : none, call("count", column),
            call("approx_count_distinct", column),
            hasLength ? call("max", call("length", column)).cast(to: "bigint") : none,
            hasLength ? call("avg", call("length", column)).cast(to: "double") : none,
            field.type == .boolean ? call("count_if", column) : none,
        ]
    }
}
