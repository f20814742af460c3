/// ANALYZE.

import LodeCatalog
import LodeCore
import LodeExecution
import LodePlanner
import LodeSyntax

extension Session {
    /// Managed tables keep statistics with every commit, so that there is nothing left to collect. Those of Glue are measured, for whoever
    /// plans with what Glue knows.
    func analyze(_ name: QualifiedName?) throws(SQLError) -> StatementOutcome {
        guard let name else { return StatementOutcome(tag: "ANALYZE") }
        let table = try existingTable(name)
        try requireOwner(of: table, at: name.span)
        switch table.kind {
        case .managed: break
        case .external:
            guard try catalog.attachedCatalog(of: table.databaseName) != nil else {
                throw .unsupported(
                    "ANALYZE of an external table", at: name.span, hint: "Statistics of Parquet files are read from their footers.")
            }
            try catalog.analyze(table.tableName) { () throws(SQLError) in try measure(table, name) }
        case .view, .system: throw CatalogError.wrongKind(table.tableName, is: table.kind, wanted: "a table").at(name.span)
        }
        return StatementOutcome(tag: "ANALYZE")
    }

    /// One aggregation over all columns that are in the files.
    private func measure(_ table: GlueTable, _ name: QualifiedName) throws(SQLError) -> MeasuredTable {
        let keys = Set(table.partitionKeys.map(\.name)), span = name.span
        let fields = try table.schema().fields.filter { !keys.contains($0.name) && !$0.type.isNested }
        let items = [Expression.call("count", [], at: span)] + fields.flatMap { Self.measures(of: $0, at: span) }
        let context = statementContext(), source = DescribeTarget.table(name).source
        let query = try optimized(try makeBinder(context).bind(query: .selecting(items, from: source, at: span)), context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution), collected = CollectedRows()
        try watching(execution) { () throws(SQLError) in try execution.run(into: collected) }
        guard let chunk = collected.chunks.first(where: { $0.count > 0 }) else { throw .internalFault("ANALYZE has no row") }
        let values = chunk.columns.map { $0.value(at: 0) }
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
