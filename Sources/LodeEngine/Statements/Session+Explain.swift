/// EXPLAIN and EXPLAIN ANALYZE.

import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax
import LodeVectors

extension Session {
    func explain(_ explain: Explain, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let options = try explainOptions(explain)
        if options.why { return try explainWhy(explain, run) }
        let text: String
        if case .query(let query) = explain.statement {
            let context = statementContext()
            let optimized = try optimized(try makeBinder(context).bind(query: query), context)
            text = options.analyze ? try analyze(optimized, context) : EstimatedPlan.text(optimized.plan)
        } else if options.analyze {
            text = try analyzeWrite(explain, run)
        } else {
            let context = statementContext()
            text = EstimatedPlan.text(try optimized(try writtenRows(explain, context), context).plan)
        }
        let rows = SignedURL.hidden(in: text).split(separator: "\n", omittingEmptySubsequences: false).map { [Value.text(String($0))] }
        return try give([Field("plan", .varchar)], rows, to: run.sink, tag: "EXPLAIN")
    }

    /// What is read and what is skipped, and why: of each file, and of each row group of those that are read.
    private func explainWhy(_ explain: Explain, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        let bound: BoundQuery
        if case .query(let query) = explain.statement {
            bound = try makeBinder(context).bind(query: query)
        } else {
            bound = try writtenRows(explain, context)
        }
        let plan = try optimized(bound, context).plan
        let rows = try FileVerdicts.of(plan, context.execution).map { verdict in
            [Value.text(verdict.table), .text(SignedURL.hidden(in: verdict.path)), verdict.rowGroup.map { .integer(Int64($0)) } ?? .null,
                verdict.rows.map { .integer(Int64($0)) } ?? .null, .text(verdict.isRead ? "read" : "skipped"),
                .text(verdict.level.rawValue), .text(verdict.reason)]
        }
        let fields = [
            Field("table_name", .varchar), Field("file", .varchar), Field("row_group", .bigint), Field("rows", .bigint),
            Field("verdict", .varchar), Field("level", .varchar), Field("reason", .varchar),
        ]
        return try give(fields, rows, to: run.sink, tag: "EXPLAIN")
    }

    /// The query whose rows a statement writes.
    private func writtenRows(_ explain: Explain, _ context: StatementContext) throws(SQLError) -> BoundQuery {
        let binder = makeBinder(context)
        switch explain.statement {
        case .definition(.createTable(let create)):
            guard let query = create.query else {
                throw SQLError.unsupported("EXPLAIN of a statement without a query", at: create.name.span)
            }
            return try binder.bind(query: query)
        case .insert(let insert):
            guard case .query(let query) = insert.source else {
                throw SQLError.unsupported("EXPLAIN of a statement without a query", at: insert.table.span)
            }
            return try binder.bind(query: query)
        case .update, .delete, .merge:
            guard let bound = try boundChange(explain.statement, binder) else { throw .internalFault("no change of rows") }
            return bound.rows
        case .copy(let copy) where copy.direction == .to: return try binder.bind(copy: copy.subject)
        default:
            throw SQLError.unsupported(
                "EXPLAIN of this statement", at: explain.span,
                hint: "Queries, CREATE TABLE AS, INSERT, UPDATE, DELETE, MERGE and COPY TO can be explained.")
        }
    }

    /// Runs a statement that writes, as it would run without EXPLAIN, and draws the plan of the rows that it wrote.
    private func analyzeWrite(_ explain: Explain, _ run: StatementRun) throws(SQLError) -> String {
        let span = SourceSpan(run.parsed.span.start, run.parsed.span.end)
        _ = try writtenRows(explain, statementContext())
        var executions: [QueryExecution] = []
        observer = { executions.append($0) }
        defer { observer = nil }
        let outcome = try self.run(StatementRun(parsed: ParsedStatement(explain.statement, at: span), text: run.text, sink: NoResult()))
        // What metadata could answer alone.
        guard let execution = executions.first else { return "\(outcome.receipt.line)\n\(outcome.tag)" }
        return Self.drawn(execution, outcome.receipt) + "\n\(outcome.tag)"
    }

    private func explainOptions(_ explain: Explain) throws(SQLError) -> (analyze: Bool, why: Bool) {
        var result = (analyze: false, why: false)
        // What a plan shows anyway; to be asked not to show it is more than can be done.
        let shown: Set<String> = ["costs", "timing", "summary"]
        for option in explain.options {
            let name = option.key.text.lowercased(), span = option.key.span
            let text = try properties([option])[option.key.text]?.lowercased() ?? "true"
            if name == "format" {
                if text != "text" { throw SQLError.unsupported("EXPLAIN (FORMAT \(text))", at: span) }
                continue
            }
            guard ["analyze", "verbose", "why"].contains(name) || shown.contains(name) else {
                throw SQLError.unsupported("EXPLAIN (\(name.uppercased()))", at: span)
            }
            guard let flag = SettingDefinition.boolean(text) else {
                throw SQLError(.syntaxError, "\(name) requires a Boolean value", at: span)
            }
            if name == "analyze" { result.analyze = flag }
            if name == "why" { result.why = flag }
            if name == "verbose", flag { throw SQLError.unsupported("EXPLAIN (VERBOSE)", at: span) }
            if shown.contains(name), !flag { throw SQLError.unsupported("EXPLAIN (\(name.uppercased()) \(text))", at: span) }
        }
        if result.analyze, result.why { throw SQLError.unsupported("EXPLAIN (ANALYZE, WHY)", at: explain.span) }
        return result
    }

    /// Runs the query, throws its rows away, and draws the plan with what each node did.
    private func analyze(_ query: BoundQuery, _ context: StatementContext) throws(SQLError) -> String {
        let start = Engine.monotonicNanoseconds()
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        try watching(execution) { () throws(SQLError) in try execution.run(into: DiscardedRows()) }
        let elapsed = Engine.monotonicNanoseconds() &- start
        var receipt = Self.receipt(of: execution)
        receipt.elapsedNanoseconds = elapsed
        receipt.rows = execution.metrics.node([]).rows
        receipt.take(context.execution.cancellation.remoteUse)
        return Self.drawn(execution, receipt)
    }

    /// The plan with what each node did, the pipelines with their times, and the receipt.
    private static func drawn(_ execution: QueryExecution, _ receipt: Receipt) -> String {
        var measures = execution.metrics.preorder(execution.plan)[...], estimates = EstimatedPlan.nodes(execution.plan)[...]
        let tree = PlanPrinter.text(execution.plan) { _ in
            guard let measured = measures.popFirst(), let expected = estimates.popFirst() else { return nil }
            let estimate = Int(min(expected.rounded(), 1e15))
            return "(\(Receipt.grouped(measured.rows)) rows, estimated \(Receipt.grouped(estimate)))" + scanNotes(measured)
        }
        let pipelines = execution.metrics.pipelines.map { "  \($0.name): \(Receipt.seconds(UInt64($0.nanoseconds)))" }
        return tree + "\n\nPipelines:\n" + pipelines.joined(separator: "\n") + "\n\(receipt.line)"
            + "\nmemory peak: \(ByteSize.text(receipt.memoryPeak))"
    }

    private static func scanNotes(_ measured: OperatorMetrics) -> String {
        var parts: [String] = []
        let scan = measured.scan
        func part(_ name: String, _ amounts: [(Int, String)]) {
            let shown = amounts.filter { $0.0 > 0 }.map { "\(Receipt.grouped($0.0)) \($0.1)" }
            if !shown.isEmpty { parts.append("\(name): " + shown.joined(separator: ", ")) }
        }
        if scan.bytesNeeded > 0 {
            parts.append("bytes: \(ByteSize.text(scan.bytesRead)) of \(ByteSize.text(scan.bytesNeeded))")
        } else if scan.bytesRead > 0 {
            parts.append("bytes: \(ByteSize.text(scan.bytesRead))")
        }
        part(
            "row groups",
            [
                (scan.rowGroupsRead, "read"), (scan.rowGroupsPrunedByStatistics, "pruned by statistics"),
                (scan.rowGroupsPrunedByBloomFilter, "pruned by Bloom filter"), (scan.rowGroupsPrunedByDictionary, "pruned by dictionary"),
            ])
        part("pages", [(scan.pagesRead, "read"), (scan.pagesNotFetched, "not fetched"), (scan.pagesNotDecoded, "not decoded")])
        part("rows", [(scan.rowsScanned, "looked at"), (scan.rowsReturned, "kept")])
        for (name, amount) in measured.notes.sorted(by: { $0.key < $1.key }) { parts.append("\(name): \(amount)") }
        return parts.isEmpty ? "" : "  [" + parts.joined(separator: "; ") + "]"
    }
}

/// For statements that give no rows.
private final class NoResult: ResultSink {
    func begin(_ columns: [Field]) throws(SQLError) {}
    func rows(_ chunk: Chunk) throws(SQLError) -> Bool { true }
}

/// Takes rows and keeps none.
private final class DiscardedRows: ResultConsumer {
    func receive(_ chunk: Chunk) throws(SQLError) -> Demand { .more }
}
