/// COPY TO STDOUT and COPY FROM STDIN: between tables and the client.

import LodeCore
import LodeExecution
import LodeFunctions
import LodePlanner
import LodeSyntax
import LodeVectors

extension Session {
    func copyStream(_ copy: Copy, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        if copy.direction == .to, let stream = run.stream { return try copyOut(copy, stream, run) }
        if copy.direction == .from, let source = copySource { return try copyIn(copy, source, run) }
        throw SQLError.unsupported(
            "COPY \(copy.direction.rawValue) \(copy.direction == .to ? "STDOUT" : "STDIN") here",
            hint: "Name a file, or print results with --format.")
    }

    private func copyOut(_ copy: Copy, _ stream: ResultStream, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let context = statementContext()
        let binder = makeBinder(context)
        let bound = try binder.bind(copy: copy.subject)
        stream.copyFormat = try CopyFormat(copy.options, columns: bound.schema.fields, isInput: false, binder)
        return try self.stream(bound, context, run)
    }

    /// The rows become a relation, which is inserted while they come: defaults, checks and casts are those of INSERT.
    private func copyIn(_ copy: Copy, _ source: any CopySource, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
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
        let functions = functionContext(running, statementObjects())
        let sent = try source.begin(format, fields) { (text, type) throws(SQLError) in
            try TypedCopyRows.cast(try Column.make(.varchar, [.text(SQLText(text))]), 1, to: type, functions).value(at: 0)
        }
        let rows = try TypedCopyRows(table.name, sent, fields, functions)
        copiedRows = ArrivingRelation(displayName: "stdin", schema: rows.schema, rows)
        defer { copiedRows = nil }
        let span = name.span
        let reference = TableReference(
            .table(QualifiedName([Identifier(Self.copiedRowsName, isQuoted: true, span: span)]), nil), alias: nil, span: span)
        var outcome = try insert(Insert(into: name, columns: columns, .selecting(from: reference, at: span)), run)
        outcome.tag = "COPY \(outcome.receipt.rows)"
        return outcome
    }

    /// What the rows of a running COPY FROM STDIN are called within its statement.
    static let copiedRowsName = "rows of stdin"
}

/// Rows of a client, with the types of their columns.
private final class TypedCopyRows: RowArrival {
    let schema: Schema
    private let table: String
    private let rows: any CopyRows
    private let functions: FunctionContext

    init(_ table: String, _ rows: any CopyRows, _ fields: [Field], _ functions: FunctionContext) throws(SQLError) {
        self.table = table
        self.rows = rows
        self.functions = functions
        // What is too long for a column is for the column to refuse.
        schema = Schema(fields.map { if case .char = $0.type { Field($0.name, .varchar) } else { Field($0.name, $0.type) } })
        for field in schema.fields where Casts.kernel(from: .varchar, to: field.type, isTry: false) == nil && !field.type.isNested {
            throw SQLError.unsupported("COPY into a column of type \(field.type)")
        }
    }

    func next() throws(SQLError) -> Arrival {
        let arrival: CopyArrival
        do throws(SQLError) { arrival = try rows.next() } catch { throw error.place == nil ? error : error.within("COPY \(table)") }
        switch arrival {
        case .rows(let chunk, let lines): return .rows(try typed(chunk, lines))
        case .waiting(let wait): return .waiting(wait)
        case .end: return .end
        }
    }

    private func typed(_ chunk: Chunk, _ lines: [Int]) throws(SQLError) -> Chunk {
        var columns: [Column] = []
        for (column, field) in zip(chunk.columns, schema.fields) {
            do throws(SQLError) {
                columns.append(try Self.cast(column, chunk.count, to: field.type, functions))
            } catch {
                throw try located(error, column, field, lines)
            }
        }
        return Chunk(columns: columns, count: chunk.count)
    }

    static func cast(_ column: Column, _ count: Int, to type: SQLType, _ functions: FunctionContext) throws(SQLError) -> Column {
        guard let kernel = Casts.kernel(from: column.type, to: type, isTry: false) else {
            throw SQLError.unsupported("COPY into a column of type \(type)")
        }
        return try kernel([column], count, functions)
    }

    /// The error of the first row that has one, with its line.
    private func located(_ error: SQLError, _ column: Column, _ field: Field, _ lines: [Int]) throws(SQLError) -> SQLError {
        for (row, line) in lines.enumerated() {
            do throws(SQLError) {
                _ = try Self.cast(try column.gather(.range(row, 1)), 1, to: field.type, functions)
            } catch {
                return error.within("COPY \(table), line \(line), column \(field.name)")
            }
        }
        return error.within("COPY \(table), column \(field.name)")
    }
}
