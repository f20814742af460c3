/// COPY TO STDOUT and COPY FROM STDIN: between tables and the client.

import LodeCore
import LodeExecution
import LodeFunctions
import LodePlanner
import LodeSyntax
import LodeVectors

extension Session {
    func copyStream(_ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        guard let client = run.sink as? any CopyClient else {
            throw SQLError.unsupported(
                "COPY \(copy.direction.rawValue) \(copy.direction == .to ? "STDOUT" : "STDIN") here",
                hint: "Name a file, or print results with --format.")
        }
        return copy.direction == .to ? try copyOut(copy, client, run) : try copyIn(copy, client, run)
    }

    private func copyOut(_ copy: Copy, _ client: any CopyClient, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        let binder = makeBinder(context)
        let bound = try binder.bind(copy: copy.subject)
        let format = try CopyFormat(copy.options, columns: bound.schema.fields, isInput: false, binder)
        let sink = CopyOutSink(client, format)
        var outcome = try stream(bound, context, StatementRun(parsed: run.parsed, text: run.text, sink: sink))
        try client.endCopyOut()
        outcome.tag = "COPY \(outcome.receipt.rows)"
        return outcome
    }

    /// The rows become a relation, which is then inserted: defaults, checks and casts are those of INSERT.
    private func copyIn(_ copy: Copy, _ client: any CopyClient, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        guard case .table(let name, let named) = copy.subject else {
            throw SQLError(.syntaxError, "COPY FROM needs a table, not a query", at: run.parsed.span)
        }
        let table = try writableTable(name, "COPY", needing: .insert)
        let target = try table.insertTarget()
        let columns =
            named.isEmpty
            ? try table.columns().filter { $0.generated == nil }.map { Identifier($0.name, isQuoted: true, span: name.span) } : named
        let fields = try columns.map { (column) throws(SQLError) in
            guard let index = target.schema.index(of: column.text) else {
                throw SQLError(
                    .undefinedColumn, "column \"\(column.text)\" of relation \"\(table.name)\" does not exist", at: column.span)
            }
            return Field(target.schema.fields[index].name, target.schema.fields[index].type)
        }
        let format = try CopyFormat(copy.options, columns: fields, isInput: true, makeBinder(statementContext()))
        try client.beginCopyIn(format, fields)
        var chunks: [Chunk] = []
        while let chunk = try client.nextCopyRows() {
            try cancellation.check()
            chunks.append(try typed(chunk, fields))
        }
        let read = fields.map { Field($0.name, Self.read($0.type)) }
        copiedRows = ChunksRelation(displayName: "stdin", schema: Schema(read), chunks: chunks)
        defer { copiedRows = nil }
        let span = name.span
        let source = TableReference(
            .table(QualifiedName([Identifier(Self.copiedRowsName, isQuoted: true, span: span)]), nil), alias: nil, span: span)
        var outcome = try insert(Insert(into: name, columns: columns, .selecting(from: source, at: span)), run)
        outcome.tag = "COPY \(outcome.receipt.rows)"
        return outcome
    }

    /// Columns of text as the types that they are read as.
    private func typed(_ chunk: Chunk, _ fields: [Field]) throws(SQLError) -> Chunk {
        let context = functionContext(running)
        var columns: [Column] = []
        for (column, field) in zip(chunk.columns, fields) {
            guard let kernel = Casts.kernel(from: column.type, to: Self.read(field.type), isTry: false) else {
                throw SQLError.unsupported("COPY into a column of type \(field.type)")
            }
            do throws(SQLError) {
                columns.append(try kernel([column], chunk.count, context))
            } catch {
                throw error.within("column \(field.name)")
            }
        }
        return Chunk(columns: columns, count: chunk.count)
    }

    /// What is too long for a column is for the column to refuse.
    private static func read(_ type: SQLType) -> SQLType { if case .char = type { .varchar } else { type } }

    /// What the rows of a running COPY FROM STDIN are called within its statement.
    static let copiedRowsName = "rows of stdin"
}

/// Rows of a query as those of a COPY.
private final class CopyOutSink: ResultSink {
    private let client: any CopyClient
    private let format: CopyFormat

    init(_ client: any CopyClient, _ format: CopyFormat) {
        self.client = client
        self.format = format
    }

    func begin(_ columns: [Field]) throws(SQLError) { try client.beginCopyOut(format, columns) }
    func rows(_ chunk: Chunk) throws(SQLError) -> Bool { try client.rows(chunk) }
}
