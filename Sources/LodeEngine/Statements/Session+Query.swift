/// Queries: bind, optimize, run.

import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax
import LodeVectors
import Synchronization

extension Session {
    /// What one statement plans with.
    func makeBinder(_ context: StatementContext) -> Binder {
        Binder(
            resolver: context.resolver, parameters: variables, columnIDs: context.columnIDs,
            evaluateConstant: context.evaluateConstant)
    }

    func statementContext() -> StatementContext { StatementContext(session: self) }

    func query(_ query: Query, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        let bound = try makeBinder(context).bind(query: query)
        return try stream(bound, context, run)
    }

    /// Optimizes a bound query.
    func optimized(_ bound: BoundQuery, _ context: StatementContext) throws(SQLError) -> BoundQuery {
        var result = bound
        let rules = RuleContext(columnIDs: context.columnIDs, evaluateConstant: context.evaluateConstant)
        result.plan = try Optimizer().optimize(bound.plan, rules)
        return result
    }

    /// Runs a bound query and gives its rows to the statement's sink.
    func stream(_ bound: BoundQuery, _ context: StatementContext, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let query = try optimized(bound, context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        try run.sink.begin(query.schema.fields)
        let forwarder = ResultForwarder(run.sink)
        try watching(execution) { () throws(SQLError) in try execution.run(into: forwarder) }
        try context.storeRejects(self)
        var receipt = receipt(of: execution, context)
        receipt.rows = forwarder.rows
        return StatementOutcome(tag: "SELECT \(forwarder.rows)", receipt: receipt)
    }

    /// Lets other threads see the progress of `execution` while `body` runs.
    func watching(_ execution: QueryExecution, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        observer?(execution)
        running.set { execution.progress }
        defer { running.set(nil) }
        try body()
    }

    /// What an execution read and took.
    func receipt(of execution: QueryExecution, _ context: StatementContext) -> Receipt {
        var receipt = Receipt()
        let scan = execution.metrics.scan
        let totals = execution.metrics.noteTotals
        receipt.bytesRead = scan.bytesRead
        receipt.rowGroupsRead = scan.rowGroupsRead
        receipt.rowGroupsPruned = scan.rowGroupsPruned
        receipt.rowsRejected = scan.rowsRejected
        receipt.filesRead = totals["files read"] ?? 0
        receipt.filesPruned = totals["files pruned"] ?? 0
        receipt.partitionsPruned = totals["partitions pruned"] ?? 0
        receipt.memoryPeak = execution.peakBytes
        return receipt
    }

    /// Gives rows of values as the result of a statement such as SHOW.
    func give(_ fields: [Field], _ rows: [[Value]], to sink: any ResultSink, tag: String) throws(SQLError) -> StatementOutcome {
        try sink.begin(fields)
        let source = try ChunksRelation(displayName: tag, schema: Schema(fields), rows: rows)
        for chunk in source.chunks where try !sink.rows(chunk) { break }
        var receipt = Receipt()
        receipt.rows = rows.count
        return StatementOutcome(tag: tag, receipt: receipt)
    }
}

/// Carries chunks from workers to the sink, which belongs to the session's thread: calls come one at a time while that
/// thread waits, so they never overlap.
final class ResultForwarder: ResultConsumer, @unchecked Sendable {
    private let sink: any ResultSink
    private(set) var rows = 0

    init(_ sink: any ResultSink) { self.sink = sink }

    func receive(_ chunk: Chunk) throws(SQLError) -> Demand {
        rows += chunk.count
        return try sink.rows(chunk) ? .more : .enough
    }
}
