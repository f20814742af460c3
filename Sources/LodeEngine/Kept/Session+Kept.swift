/// Look-ups: queries over small tables that come again and again, with other values.

import LodeCatalog
import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables
import LodeVectors

extension Session {
    /// The generation of the catalog, if what a plan says depends on nothing else: not on a transaction or on what is temporary.
    private var keptGeneration: Int64? {
        guard transaction == nil, temporaryViews.isEmpty, variables.isEmpty, !sessionCatalog.hasTemporaryTables, !settings.readsThePast
        else { return nil }
        return (try? sessionCatalog.generation()) ?? nil
    }

    // MARK: Finding

    /// Whether the portal is one of a query that is kept, which it then runs. Waits for nothing.
    package func findKept(portal name: String) -> Bool {
        guard keptQueries.hasKept, let portal = portals[name], let (statement, values, types) = portal.unopened,
            let generation = keptGeneration,
            let kept = keptQueries.query(KeptQueries.Key(text: statement.text, types: types), generation)
        else { return false }
        portal.kept = keptRun(kept, values)
        return portal.kept != nil
    }

    /// A prepared statement as a kept query, which it may become now.
    func kept(_ prepared: PreparedStatement, _ values: [Value], _ types: [SQLType]) -> KeptRun? {
        guard let parsed = prepared.parsed, case .query = parsed.statement, prepared.text.utf8.count <= LiteralTemplate.sizeLimit,
            let generation = keptGeneration
        else { return nil }
        let key = KeptQueries.Key(text: prepared.text, types: types)
        return keptQueries.query(key, generation, make: { try? keep(parsed, of: prepared.text, types, generation) })
            .flatMap { keptRun($0, values) }
    }

    /// Whether a text is a query that is kept: one that differs from an earlier one only in values that it compares with. `startKept`
    /// begins it then. Waits for nothing.
    package func findKept(_ text: String) -> Bool {
        foundKept = nil
        if keptQueries.hasKept, let generation = keptGeneration, let template = LiteralTemplate(text) {
            foundKept = keptQueries.query(template.key, generation).flatMap { run($0, template) }.map { (text, $0) }
        }
        return foundKept != nil
    }

    /// Begins a query that is kept, or becomes one now; nil for all others, which are to be begun in the usual way.
    package func startKept(_ text: String) throws(SQLError) -> ResultStream? {
        defer { foundKept = nil }
        if let found = foundKept, found.text == text { return try start(found.run, of: text) }
        guard let generation = keptGeneration, let template = LiteralTemplate(text),
            let kept = keptQueries.query(template.key, generation, make: { keep(template, generation) }), let run = run(kept, template)
        else { return nil }
        return try start(run, of: text)
    }

    /// What can fail is begun in the usual way: its errors point into the text.
    private func run(_ kept: KeptQuery, _ template: LiteralTemplate) -> KeptRun? {
        if kept.canFail { return nil }
        var values: [Value] = []
        for (literal, type) in zip(template.literals, kept.parameterTypes) {
            guard let value = value(of: literal, type) else { return nil }
            values.append(value)
        }
        return keptRun(kept, values)
    }

    /// - Returns: nil if the rows are not held any more.
    func keptRun(_ kept: KeptQuery, _ values: [Value]) -> KeptRun? {
        if let relations = kept.relations(engine.held) { return KeptRun(query: kept, values: values, relations: relations) }
        keptQueries = KeptQueries()
        return nil
    }

    private func value(of literal: LiteralTemplate.Literal, _ type: SQLType) -> Value? {
        switch literal {
        case .integer(let number): .integer(number)
        case .text(let text): type == .varchar ? .text(SQLText(text)) : try? self.literal(text, of: type)
        }
    }

    // MARK: Running

    func start(_ kept: KeptRun, of text: String) throws(SQLError) -> ResultStream {
        let stream = ResultStream(of: self)
        let parsed = ParsedStatement(kept.query.parsed.statement, at: SourceSpan(0, text.utf8.count))
        stream.end(try execute(StatementRun(parsed: parsed, text: text, sink: stream, stream: stream, kept: kept)))
        return stream
    }

    func run(_ kept: KeptRun, _ stream: ResultStream) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        for (scanned, rows) in kept.relations { context.execution.relations.put(rows, for: scanned) }
        let rules = RuleContext(
            columnIDs: context.columnIDs, relations: context.execution.relations, evaluateConstant: context.evaluateConstant)
        let plan = try kept.query.plan.giving(kept.values, rules)
        if let query = try RowWiseQuery(plan, context.execution) {
            return try give(try query.rows(), of: kept.query, to: stream)
        }
        let execution = try QueryExecution(plan: plan, context: context.execution)
        try stream.begin(kept.query.columns)
        stream.run(LiveQuery(execution, context, isSmall: true))
        return StatementOutcome(tag: "SELECT")
    }

    private func give(_ rows: [Chunk], of query: KeptQuery, to stream: ResultStream) throws(SQLError) -> StatementOutcome {
        try stream.begin(query.columns)
        var receipt = Receipt()
        for chunk in rows {
            receipt.rows += chunk.count
            _ = try stream.rows(chunk)
        }
        return StatementOutcome(tag: "SELECT \(receipt.rows)", receipt: receipt)
    }

    // MARK: Keeping

    private func keep(_ template: LiteralTemplate, _ generation: Int64) -> KeptQuery? {
        guard let parsed = template.parsed,
            let prepared = try? prepare(parsed, of: template.text, types: template.literals.map(\.type))
        else { return nil }
        return try? keep(parsed, of: template.text, prepared.parameterTypes, generation)
    }

    /// Plans the query, and reads the rows of its tables, unless they are held already.
    private func keep(
        _ parsed: ParsedStatement, of text: String, _ types: [SQLType], _ generation: Int64
    ) throws(SQLError) -> KeptQuery? {
        guard case .query(let query) = parsed.statement else { return nil }
        let context = statementContext()
        let bound = try with(ParameterList(kept: types)) { () throws(SQLError) in try makeBinder(context).bind(query: query) }
        // Before anything is computed: what is stable within a statement is not within a session.
        guard KeptPlan.isPlain(bound.plan) else { return nil }
        let optimized = try optimized(bound, context)
        guard let (plan, tables) = KeptPlan.make(optimized.plan, context.execution.relations) else { return nil }
        for (scan, table) in tables where engine.held.rows(table.key) == nil {
            let rows = try QueryExecution(plan: Self.reading(table, scan, context), context: context.execution).collect()
            guard engine.held.hold(rows, as: table.key) else { return nil }
        }
        var canFail = false
        plan.visit { node in if node.expressions.contains(where: \.canFail) { canFail = true } }
        return KeptQuery(
            parsed: parsed, generation: generation, columns: optimized.schema.fields, parameterTypes: types, plan: plan,
            tables: tables.map(\.table), canFail: canFail)
    }

    /// All rows of a table, in its order.
    private static func reading(_ table: KeptQuery.Table, _ scan: ScanNode, _ context: StatementContext) -> LogicalPlan {
        let outputs = zip(table.key.columns, table.schema.fields).map { index, field in
            ScanOutput(PlanColumn(context.columnIDs.fresh(), field.name, field.type, nullable: field.nullable), index: index)
        }
        return .scan(ScanNode(scan.relation, outputs: outputs))
    }
}

extension LiteralTemplate.Literal {
    /// As a literal of that text has it; nil: what it is compared with decides.
    fileprivate var type: SQLType? {
        switch self {
        case .integer(let number): Int32(exactly: number) == nil ? .bigint : .integer
        case .text: nil
        }
    }

}

extension LiteralTemplate {
    /// Queries whose literals have other types have other plans.
    fileprivate var key: KeptQueries.Key { KeptQueries.Key(text: text, types: literals.map { $0.type ?? .null }) }
}
