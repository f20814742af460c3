/// A statement that is kept, to be executed with values for its parameters.

import LodeCore
import LodePlanner
import LodeSyntax
import LodeVectors

/// What is known of a statement before it has values: the types of its parameters, given or inferred, and the columns of its result.
package struct PreparedStatement: Sendable {
    package let text: String
    /// Nil for a string without a statement.
    let parsed: ParsedStatement?
    package let parameterTypes: [SQLType]
    /// Nil for a statement that gives no rows.
    package let columns: [Field]?

    package var isEmpty: Bool { parsed == nil }
}

extension Session {
    /// Prepares the one statement of a string.
    ///
    /// - Parameter types: those that the client names, from the first parameter on; nil where it leaves them to be inferred.
    /// - Throws: `42601` for several statements, `42P18` for a parameter whose type nothing tells, and what binding raises.
    package func prepare(_ text: String, types: [SQLType?]) throws(SQLError) -> PreparedStatement {
        let statements = try parse(text)
        return try reportingFailure(of: text) { () throws(SQLError) in
            if statements.count > 1 {
                throw SQLError(
                    .syntaxError, "cannot insert multiple commands into a prepared statement", at: statements[1].span)
            }
            guard let parsed = statements.first else {
                return PreparedStatement(text: text, parsed: nil, parameterTypes: types.map { $0 ?? .varchar }, columns: nil)
            }
            return try prepare(parsed, of: text, types: types)
        }
    }

    /// Prepares a parsed statement of `text`.
    package func prepare(_ parsed: ParsedStatement, of text: String, types: [SQLType?]) throws(SQLError) -> PreparedStatement {
        try checkTransaction(parsed.statement)
        if parsed.parameterCount > ParameterList.maximumCount {
            throw SQLError(.undefinedParameter, "there is no parameter $\(parsed.parameterCount)", at: parsed.span)
        }
        let list = ParameterList(types: types)
        let columns = try with(list) { () throws(SQLError) in try resultColumns(of: parsed, in: text) }
        var known: [SQLType] = []
        for number in 0..<max(list.types.count, parsed.parameterCount) {
            guard number < list.types.count, let type = list.types[number] else {
                throw SQLError(.indeterminateDatatype, "could not determine data type of parameter $\(number + 1)")
            }
            known.append(type)
        }
        return PreparedStatement(text: text, parsed: parsed, parameterTypes: known, columns: columns)
    }

    /// Executes a prepared statement with values of its parameters' types, or of others that are as good: a decimal may be narrower.
    package func execute(
        _ prepared: PreparedStatement, _ values: [Value], types: [SQLType]? = nil, into sink: any ResultSink
    ) throws(SQLError) -> StatementOutcome {
        guard let parsed = prepared.parsed else { return StatementOutcome(tag: "") }
        let list = ParameterList(values, types: types ?? prepared.parameterTypes)
        return try with(list) { () throws(SQLError) in try execute(parsed, of: prepared.text, into: sink) }
    }

    /// Runs `body` with `list` as what `$1`, `$2`, … mean.
    func with<T>(_ list: ParameterList?, _ body: () throws(SQLError) -> T) throws(SQLError) -> T {
        let outer = parameters
        parameters = list
        defer { parameters = outer }
        return try body()
    }

    /// The columns that a statement will give, found without executing it; all its parameters are met on the way.
    private func resultColumns(of parsed: ParsedStatement, in text: String) throws(SQLError) -> [Field]? {
        switch parsed.statement {
        case .query(let query): return try makeBinder(statementContext()).bind(query: query).schema.fields
        case .insert(let insert):
            let change = try beginChange(of: insert.table, "INSERT", needing: insert.privileges)
            let bound = try makeBinder(statementContext()).bind(insert: insert, into: change.target.table, path: change.target.path)
            return bound.returned.isEmpty ? nil : bound.returned
        case .update, .delete, .merge:
            let bound = try boundChange(parsed.statement, makeBinder(statementContext()))
            return bound.flatMap { $0.returned.isEmpty ? nil : $0.returned }
        case .definition(.createTable(let create)):
            if let query = create.query { _ = try makeBinder(statementContext()).bind(query: query) }
            return nil
        case .explain(let explain):
            if case .query(let query) = explain.statement { _ = try makeBinder(statementContext()).bind(query: query) }
            return [Field("plan", .varchar)]
        case .session(.execute(let name, _)): return try preparedStatement(name.text, at: name.span).columns
        case .session(.fetch(let fetch)): return fetch.isMove ? nil : try cursor(fetch.cursor.text, at: fetch.cursor.span)
        case .utility(.show), .utility(.describe), .utility(.describeHistory):
            // They change nothing, so that asking them is as good as asking about them.
            let sink = ColumnsOnly()
            _ = try run(StatementRun(parsed: parsed, text: text, sink: sink))
            return sink.columns
        case .maintenance(let maintenance): return try columns(of: maintenance)
        case .utility(.call(let call)):
            if try Procedure.alteration(of: call, self) != nil { return nil }
            return try columns(of: try Procedure.statement(of: call, self))
        case .utility(.summarize(let target)):
            _ = try bind(target)
            return Self.summaryFields
        default: return nil
        }
    }
}

/// Notes the columns of a result and wants no rows.
private final class ColumnsOnly: ResultSink {
    private(set) var columns: [Field]?
    func begin(_ columns: [Field]) throws(SQLError) { self.columns = columns }
    func rows(_ chunk: Chunk) throws(SQLError) -> Bool { false }
}

extension Session {
    /// A string as SQL reads a quoted literal of a type.
    /// - Throws: `22P02`, `22007`, `22003` and kin for what is none.
    package func literal(_ text: String, of type: SQLType) throws(SQLError) -> Value {
        // What most parameters are is read at once.
        switch type {
        case .varchar: return .text(SQLText(text))
        case .integer: if let number = Self.plainInteger(text).flatMap({ Int32(exactly: $0) }) { return .integer(Int64(number)) }
        case .bigint: if let number = Self.plainInteger(text) { return .integer(number) }
        default: break
        }
        return try makeBinder(statementContext()).readLiteral(text, of: type)
    }

    /// Up to 18 digits, perhaps behind a minus; nil for whatever else may be a number.
    private static func plainInteger(_ text: String) -> Int64? {
        guard (1...18).contains(text.utf8.count), text.utf8.dropFirst().allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int64(text)
    }
}
