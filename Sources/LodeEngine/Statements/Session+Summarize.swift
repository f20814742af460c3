/// SUMMARIZE: a row of statistics for every column.

import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax

extension Session {
    /// One aggregation over all columns at once, whose single row is then laid out as a row for each column.
    func summarize(_ target: DescribeTarget, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let fields = try bind(target).schema.fields
        let span = target.source.span
        let items = [Expression.call("count", [], at: span)] + fields.flatMap { Self.statistics(of: $0, at: span) }
        let context = statementContext()
        let query = try optimized(try makeBinder(context).bind(query: .selecting(items, from: target.source, at: span)), context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        let collected = CollectedRows()
        try watching(execution) { () throws(SQLError) in try execution.run(into: collected) }
        try context.storeRejects(self)
        guard let chunk = collected.chunks.first(where: { $0.count > 0 }) else { throw .internalFault("SUMMARIZE has no row") }
        let values = chunk.columns.map { $0.value(at: 0) }
        let rows = fields.enumerated().map { index, field -> [Value] in
            let own = values[(1 + index * Self.summaryCount)...].prefix(Self.summaryCount)
            return [.text(field.name), .text("\(field.type)")] + own.dropLast() + [values[0], own.last ?? .null]
        }
        var outcome = try give(Self.summaryFields, rows, to: run.sink, tag: "SUMMARIZE")
        let rowCount = outcome.receipt.rows
        outcome.receipt = Self.receipt(of: execution)
        outcome.receipt.rows = rowCount
        return outcome
    }

    static let summaryFields = [
        Field("column_name", .varchar), Field("column_type", .varchar), Field("min", .varchar), Field("max", .varchar),
        Field("approx_unique", .bigint), Field("avg", .double), Field("std", .double), Field("count", .bigint),
        Field("null_percentage", .double),
    ]
    /// Aggregates for each column.
    private static let summaryCount = 6

    /// min, max, approx_unique, avg, std and null_percentage of one column; NULL where its type has none.
    private static func statistics(of field: Field, at span: SourceSpan) -> [Expression] {
        let column = Expression.column(field.name, at: span)
        let none = Expression(.literal(.null), span: span)
        let hasOrder = !field.type.isNested && field.type != .json
        func call(_ name: String, _ arguments: Expression...) -> Expression { .call(name, arguments, at: span) }
        func binary(_ left: Expression, _ sign: ValueOperator, _ right: Expression) -> Expression {
            Expression(.binary(.value(sign), left, right), span: span)
        }
        let rows = call("count"), nulls = binary(rows, .subtract, call("count", column))
        let share = binary(binary(.number("100.0", at: span), .multiply, nulls), .divide, call("greatest", rows, .number("1", at: span)))
        return [
            hasOrder ? call("min", column).cast(to: "varchar") : none,
            hasOrder ? call("max", column).cast(to: "varchar") : none,
            hasOrder ? call("approx_count_distinct", column) : none,
            field.type.isNumeric ? call("avg", column).cast(to: "double") : none,
            field.type.isNumeric ? call("stddev", column).cast(to: "double") : none,
            call("round", share, .number("2", at: span)).cast(to: "double"),
        ]
    }
}
