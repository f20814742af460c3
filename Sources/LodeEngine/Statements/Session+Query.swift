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
            resolver: context.resolver, parameters: variables, positions: parameters, columnIDs: context.columnIDs,
            relations: context.execution.relations, evaluateConstant: context.evaluateConstant)
    }

    func statementContext() -> StatementContext { StatementContext(session: self) }

    func query(_ query: Query, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        if let kept = run.kept, let stream = run.stream { return try self.run(kept, stream) }
        // Bound again where tables were replaced meanwhile.
        let (bound, context) = try retrying { () throws(SQLError) in
            let context = statementContext()
            return (try makeBinder(context).bind(query: query), context)
        }
        return try stream(bound, context, run)
    }

    /// Optimizes a bound query.
    func optimized(_ bound: BoundQuery, _ context: StatementContext) throws(SQLError) -> BoundQuery {
        var result = bound
        let rules = RuleContext(
            columnIDs: context.columnIDs, relations: context.execution.relations, evaluateConstant: context.evaluateConstant)
        result.plan = try Optimizer().optimize(bound.plan, rules)
        return result
    }

    /// Runs a bound query and gives its rows to the statement's sink.
    func stream(_ bound: BoundQuery, _ context: StatementContext, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let query = try optimized(bound, context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        if let stream = run.stream {
            observer?(execution)
            try stream.begin(query.schema.fields)
            stream.run(LiveQuery(execution, context))
            return StatementOutcome(tag: "SELECT")
        }
        try run.sink.begin(query.schema.fields)
        var rows = 0
        try watching(execution) { () throws(SQLError) in rows = try Self.give(execution, to: run.sink, context) }
        try context.storeRejects(self)
        var receipt = Self.receipt(of: execution)
        receipt.rows = rows
        return StatementOutcome(tag: "SELECT \(rows)", receipt: receipt)
    }

    /// Runs a query and hands its rows to a sink, on this thread, while the workers go on.
    /// - Returns: how many rows that were.
    private static func give(_ execution: QueryExecution, to sink: any ResultSink, _ context: StatementContext) throws(SQLError) -> Int {
        let buffer = ResultBuffer()
        var rows = 0, failure: SQLError?
        execution.start(into: buffer)
        while true {
            switch buffer.next() {
            case .rows(let chunk):
                if failure != nil { continue }
                rows += chunk.count
                do throws(SQLError) {
                    if try !sink.rows(chunk) { buffer.close() }
                } catch {
                    failure = error
                    buffer.close()
                    context.running.cancellation.cancel(.droppedConsumer)
                }
            case .waiting: continue
            case .end(let error):
                if let error = failure ?? error { throw error }
                return rows
            }
        }
    }

    /// Lets other threads see the progress of `execution` while `body` runs.
    func watching(_ execution: QueryExecution, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        observer?(execution)
        let running = running
        running.set { execution.progress }
        defer { running.set(nil) }
        try body()
    }

    /// What an execution read and took.
    static func receipt(of execution: QueryExecution) -> Receipt {
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
