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
        let context = statementContext()
        let binder = makeBinder(context)
        let bound: BoundQuery
        switch explain.statement {
        case .query(let query): bound = try binder.bind(query: query)
        case .createTable(let create):
            guard let query = create.query else { throw SQLError.unsupported("EXPLAIN of a statement without a query", at: create.name.span) }
            bound = try binder.bind(query: query)
        case .insert(let insert):
            guard case .query(let query) = insert.source else { throw SQLError.unsupported("EXPLAIN of a statement without a query", at: insert.table.span) }
            bound = try binder.bind(query: query)
        case .copy(let copy): bound = try binder.bind(copy: copy.subject)
        default: throw SQLError.unsupported("EXPLAIN of this statement", at: explain.span, hint: "Queries, CREATE TABLE AS, INSERT and COPY can be explained.")
        }
        let optimized = try optimized(bound, context)
        let text = options.analyze ? try analyze(optimized, context) : EstimatedPlan.text(optimized.plan)
        let rows = text.split(separator: "\n", omittingEmptySubsequences: false).map { [Value.text(String($0))] }
        return try give([Field("plan", .varchar)], rows, to: run.sink, tag: "EXPLAIN")
    }

    private func explainOptions(_ explain: Explain) throws(SQLError) -> (analyze: Bool, verbose: Bool) {
        var result = (analyze: false, verbose: false)
        for (name, text) in try properties(explain.options) {
            let flag = !["false", "off", "0"].contains(text.lowercased())
            switch name.lowercased() {
            case "analyze": result.analyze = flag
            case "verbose", "costs", "timing", "summary": if name.lowercased() == "verbose" { result.verbose = flag }
            case "format":
                guard text.lowercased() == "text" else { throw SQLError.unsupported("EXPLAIN (FORMAT \(text))", at: explain.span) }
            default: throw SQLError.unsupported("EXPLAIN (\(name.uppercased()))", at: explain.span)
            }
        }
        return result
    }

    /// Runs the query, throws its rows away, and draws the plan with what each node did.
    private func analyze(_ query: BoundQuery, _ context: StatementContext) throws(SQLError) -> String {
        let start = Engine.monotonicNanoseconds()
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        try watching(execution) { () throws(SQLError) in try execution.run(into: DiscardedRows()) }
        let elapsed = Engine.monotonicNanoseconds() &- start
        var measures = execution.metrics.preorder(query.plan)[...], estimates = EstimatedPlan.nodes(query.plan)[...]
        let tree = PlanPrinter.text(query.plan) { _ in
            guard let measured = measures.popFirst(), let expected = estimates.popFirst() else { return nil }
            let estimate = Int(min(expected.rounded(), 1e15))
            return "(\(Receipt.grouped(measured.rows)) rows, estimated \(Receipt.grouped(estimate)))" + Self.scanNotes(measured)
        }
        var receipt = receipt(of: execution, context)
        receipt.elapsedNanoseconds = elapsed
        receipt.rows = execution.metrics.node([]).rows
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

/// Takes rows and keeps none.
private final class DiscardedRows: ResultConsumer {
    func receive(_ chunk: Chunk) throws(SQLError) -> Demand { .more }
}
