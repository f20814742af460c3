/// Maintenance as other engines ask for it: CALL, and ALTER TABLE … EXECUTE.

import LodeCore
import LodePlanner
import LodeSyntax

/// A call of a procedure, on its way to the statement that it stands for.
struct Procedure {
    /// Those there are, for messages.
    private static let names = ["optimize", "rewrite_data_files", fastForward]
    private static let fastForward = "fast_forward"

    private let name: String
    private let call: FunctionCall
    private let session: Session
    /// Those that have not been asked for yet.
    private var arguments: [FunctionCall.Argument]

    private init(_ call: FunctionCall, _ session: Session) {
        name = call.name.last.text.lowercased()
        self.call = call
        self.session = session
        arguments = call.arguments
    }

    /// `CALL [catalog.]system.procedure(table => 'schema.table', …)`: Spark's form.
    static func statement(of call: FunctionCall, _ session: Session) throws(SQLError) -> MaintenanceStatement {
        var procedure = Procedure(call, session)
        let schema = call.name.parts.dropLast().last?.text.lowercased()
        guard names.contains(procedure.name), schema ?? "system" == "system" else { throw procedure.unknown }
        guard let table = try procedure.take("table", position: 0) else {
            throw SQLError(.invalidParameterValue, "\(procedure.name) needs the name of a table", at: call.name.span)
        }
        return try procedure.statement(on: try procedure.tableName(table), where: nil)
    }

    /// `ALTER TABLE table EXECUTE procedure(…) WHERE …`: Trino's form.
    static func statement(of execute: ExecuteProcedure, _ session: Session) throws(SQLError) -> MaintenanceStatement {
        let procedure = Procedure(execute.call, session)
        guard names.contains(procedure.name), execute.call.name.parts.count == 1 else { throw procedure.unknown }
        return try procedure.statement(on: execute.table, where: execute.where)
    }

    // MARK: Branches

    /// `CALL system.fast_forward(table => 't', branch => 'main', to => 'audit')`; nil for another procedure.
    static func alteration(of call: FunctionCall, _ session: Session) throws(SQLError) -> AlterTable? {
        guard call.name.last.text.lowercased() == fastForward else { return nil }
        var procedure = Procedure(call, session)
        guard let table = try procedure.take("table", position: 0) else { throw procedure.lacking("the name of a table") }
        return try procedure.forward(try procedure.tableName(table))
    }

    /// `ALTER TABLE t EXECUTE fast_forward('main', 'audit')`; nil for another procedure.
    static func alteration(of execute: ExecuteProcedure, _ session: Session) throws(SQLError) -> AlterTable? {
        guard execute.call.name.last.text.lowercased() == fastForward, execute.where == nil else { return nil }
        var procedure = Procedure(execute.call, session)
        return try procedure.forward(execute.table)
    }

    /// - Source: Iceberg's documentation of its procedures for Spark, "fast_forward".
    private mutating func forward(_ table: QualifiedName) throws(SQLError) -> AlterTable {
        guard let branch = try take("branch", position: 1), let target = try take("to", position: 2), arguments.isEmpty else {
            throw lacking("two branches")
        }
        var change = AlterTable.ReferenceChange(.fastForward, isBranch: true, Identifier(try text(branch), span: branch.span))
        change.target = Identifier(try text(target), span: target.span)
        return AlterTable(name: table, action: .reference(change))
    }

    private func lacking(_ what: String) -> SQLError {
        SQLError(.invalidParameterValue, "\(name) needs \(what)", at: call.name.span)
    }

    private var unknown: SQLError {
        SQLError(
            .undefinedFunction, "procedure \"\(call.name.text)\" does not exist", at: call.name.span,
            hint: NearestName.find(name, among: Self.names).map { "Did you mean \"\($0)\"?" })
    }

    private func statement(on table: QualifiedName, where condition: Expression?) throws(SQLError) -> MaintenanceStatement {
        var rest = self
        let statement = try MaintenanceStatement.optimize(rest.optimize(table, condition))
        guard let extra = rest.arguments.first else { return statement }
        throw SQLError.unsupported(
            extra.name.map { "the argument \"\($0.text)\" of \(name)" } ?? "another argument of \(name)",
            at: extra.name?.span ?? extra.value.span)
    }

    // MARK: Procedures

    /// - Source: Trino's and Iceberg's documentation, "optimize", "rewrite_data_files".
    private mutating func optimize(_ table: QualifiedName, _ condition: Expression?) throws(SQLError) -> Optimize {
        var optimize = Optimize(table: table, where: condition)
        if let size = try take("file_size_threshold") { optimize.fileBytes = try bytes(size) }
        if let strategy = try take("strategy", position: 1), try text(strategy).lowercased() != "binpack" {
            guard try text(strategy).lowercased() == "sort" else {
                throw SQLError.unsupported("the strategy \"\(try text(strategy))\"", at: strategy.span, hint: "There are binpack and sort.")
            }
        }
        if let order = try take("sort_order", position: 2) { optimize.order = try self.order(order) }
        if let rows = try take("where") {
            do throws(SQLError) {
                optimize.where = try Parser.parseExpression(try text(rows))
            } catch {
                throw SQLError(error.state, error.message, at: rows.span, detail: error.detail, hint: error.hint)
            }
        }
        if let options = try take("options") { try set(options, &optimize) }
        return optimize
    }

    /// `'zorder(a, b)'` or `'a DESC NULLS LAST, b'`.
    private func order(_ argument: Expression) throws(SQLError) -> Optimize.Order {
        let text = try text(argument), isCurve = ["zorder", "hilbert"].contains { text.lowercased().hasPrefix($0) }
        let words = isCurve ? text.replacing("(", with: " BY (", maxReplacements: 1) : "ORDER BY \(text)"
        guard case .maintenance(.optimize(let parsed))? = (try? Parser.parse("OPTIMIZE t \(words)"))?.first?.statement else {
            throw SQLError(.invalidParameterValue, "\"\(text)\" is not an order", at: argument.span)
        }
        return parsed.order
    }

    /// `map('target-file-size-bytes', '…', 'rewrite-all', 'true')`, or MAP {…}.
    private func set(_ options: Expression, _ optimize: inout Optimize) throws(SQLError) {
        guard case .map(let entries) = try value(options) else {
            throw SQLError(.datatypeMismatch, "the options of \(name) are a map", at: options.span)
        }
        for entry in entries {
            guard case .text(let key) = entry.key, case .text(let setting) = entry.value else { continue }
            switch key.string {
            case "target-file-size-bytes":
                guard let bytes = ByteSize.parse(setting.string), bytes > 0 else {
                    throw SQLError(.invalidParameterValue, "\"\(setting.string)\" is not a size", at: options.span)
                }
                optimize.fileBytes = bytes
            case "rewrite-all": optimize.isFull = setting.string.lowercased() == "true"
            default: throw SQLError.unsupported("the option \"\(key.string)\" of \(name)", at: options.span)
            }
        }
    }

    // MARK: Arguments

    /// The argument of a name, or if none is named so, at a position.
    private mutating func take(_ wanted: String, position: Int? = nil) throws(SQLError) -> Expression? {
        if let index = arguments.firstIndex(where: { $0.name?.text.lowercased() == wanted }) { return arguments.remove(at: index).value }
        // Those before it are taken by now.
        guard position != nil, let first = arguments.first, first.name == nil else { return nil }
        return arguments.removeFirst().value
    }

    private func value(_ argument: Expression) throws(SQLError) -> Value {
        try session.makeBinder(session.statementContext()).bindConstant(argument).value
    }

    private func text(_ argument: Expression) throws(SQLError) -> String {
        guard case .text(let text) = try value(argument) else {
            throw SQLError(.datatypeMismatch, "an argument of \(name) must be a text", at: argument.span)
        }
        return text.string
    }

    private func bytes(_ argument: Expression) throws(SQLError) -> Int {
        guard let bytes = ByteSize.parse(try text(argument)), bytes > 0 else {
            throw SQLError(.invalidParameterValue, "\"\(try text(argument))\" is not a size", at: argument.span, hint: "Such as '64MB'.")
        }
        return bytes
    }

    /// A name as text, or as it is written.
    private func tableName(_ argument: Expression) throws(SQLError) -> QualifiedName {
        if case .name(let name) = argument.kind { return name }
        let parts = try text(argument).split(separator: ".").map { Identifier(String($0), span: argument.span) }
        guard !parts.isEmpty else { throw SQLError(.invalidName, "an empty table name", at: argument.span) }
        return QualifiedName(parts)
    }
}
