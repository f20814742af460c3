/// Maintenance as other engines ask for it: CALL, and ALTER TABLE … EXECUTE.

import LodeCore
import LodePlanner
import LodeSyntax

/// A call of a procedure, on its way to the statement that it stands for.
struct Procedure {
    /// Those there are, for messages.
    private static let names = [
        "optimize", "rewrite_data_files", "rollback_to_snapshot", "rollback_to_timestamp", "set_current_snapshot",
        "expire_snapshots", "remove_orphan_files", "vacuum", "rewrite_manifests", "optimize_manifests", fastForward,
    ]
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
        guard names.contains(procedure.name), procedure.isOfSystem else { throw procedure.unknown }
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
        guard procedure.isOfSystem else { throw procedure.unknown }
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
        if let condition, name != "optimize" {
            throw SQLError(.syntaxError, "\(name) takes no WHERE", at: condition.span)
        }
        let statement: MaintenanceStatement
        switch name {
        case "rollback_to_snapshot", "set_current_snapshot": statement = .restore(try rest.rollback(table, "snapshot_id", .version))
        case "rollback_to_timestamp": statement = .restore(try rest.rollback(table, "timestamp", .timestamp))
        case "expire_snapshots": statement = .vacuum(try rest.vacuum(table, .versions))
        case "remove_orphan_files": statement = .vacuum(try rest.vacuum(table, .orphans))
        case "rewrite_manifests", "optimize_manifests": statement = .rewriteManifests(table)
        case "vacuum": statement = .vacuum(try rest.vacuum(table, .everything))
        default: statement = .optimize(try rest.optimize(table, condition))
        }
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

    /// - Source: Trino's and Iceberg's documentation, "rollback_to_snapshot", "rollback_to_timestamp".
    private mutating func rollback(_ table: QualifiedName, _ argument: String, _ unit: TimeTravel.Unit) throws(SQLError) -> Restore {
        guard let value = try take(argument, position: 1) else {
            throw SQLError(.invalidParameterValue, "\(name) needs \(argument)", at: call.name.span)
        }
        return Restore(table: table, time: TimeTravel(unit: unit, value: value, span: value.span))
    }

    /// - Source: Trino's and Iceberg's documentation, "expire_snapshots", "remove_orphan_files".
    private mutating func vacuum(_ table: QualifiedName, _ part: Vacuum.Part) throws(SQLError) -> Vacuum {
        var vacuum = Vacuum(table: table, part: part)
        for argument in ["retention_threshold", "retention"] {
            guard let age = try take(argument) else { continue }
            guard let micros = Self.micros(try text(age)) else {
                throw SQLError(.invalidParameterValue, "\"\(try text(age))\" is not an age", at: age.span, hint: "Such as '7d'.")
            }
            vacuum.retention = micros
        }
        if let time = try take("older_than") {
            let binder = session.makeBinder(session.statementContext())
            guard case .timestamp(let micros) = try binder.bindConstant(time, as: .timestamptz, what: "older_than") else {
                throw SQLError(.invalidParameterValue, "older_than must not be NULL", at: time.span)
            }
            let (age, overflow) = WallClock.micros().subtractingReportingOverflow(micros)
            vacuum.retention = overflow ? .max : max(0, age)
        }
        if let flag = try take("dry_run") {
            // What is no plain answer must not delete anything.
            guard case .boolean(let isDryRun) = try value(flag) else {
                throw SQLError(.datatypeMismatch, "dry_run must be true or false", at: flag.span)
            }
            vacuum.isDryRun = isDryRun
        }
        return vacuum
    }

    /// `7d`, `12.5h`: Trino's durations.
    private static func micros(_ text: String) -> Int64? {
        let units: [(name: String, micros: Double)] = [
            ("ms", 1e3), ("s", 1e6), ("m", 6e7), ("h", 3.6e9), ("d", 8.64e10),
        ]
        let trimmed = text.lowercased().filter { $0 != " " }, digits = trimmed.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), let unit = units.first(where: { $0.name == trimmed.dropFirst(digits.count) }) else { return nil }
        return Int64(exactly: (number * unit.micros).rounded())
    }

    /// `'zorder(a, b)'` or `'a DESC NULLS LAST, b'`.
    private func order(_ argument: Expression) throws(SQLError) -> Optimize.Order {
        let text = try text(argument)
        if case .call(let curve)? = (try? Parser.parseExpression(text))?.kind {
            let columns = curve.arguments.compactMap { column -> Identifier? in
                guard case .name(let name) = column.value.kind, name.parts.count == 1 else { return nil }
                return Identifier(name.last.text, span: argument.span)
            }
            if columns.count == curve.arguments.count, !columns.isEmpty {
                switch curve.name.last.text.lowercased() {
                case "zorder": return .zorder(columns)
                case "hilbert": return .hilbert(columns)
                default: break
                }
            }
        }
        return .sorted(
            try text.split(separator: ",").map { (item) throws(SQLError) in
                guard let key = Self.key(item, at: argument.span) else {
                    throw SQLError(.invalidParameterValue, "\"\(text)\" is not an order", at: argument.span)
                }
                return key
            })
    }

    /// A column, and how it is sorted.
    private static func key(_ text: Substring, at span: SourceSpan) -> OrderItem? {
        var words = text.split(separator: " ").map(String.init), nullsFirst: Bool?, isDescending = false
        if words.count > 2, words[words.count - 2].lowercased() == "nulls", let last = words.last?.lowercased() {
            guard last == "first" || last == "last" else { return nil }
            nullsFirst = last == "first"
            words.removeLast(2)
        }
        if let last = words.last?.lowercased(), words.count > 1, last == "asc" || last == "desc" {
            isDescending = last == "desc"
            words.removeLast()
        }
        guard words.count == 1, case .name(let name)? = (try? Parser.parseExpression(words[0]))?.kind, name.parts.count == 1
        else { return nil }
        return OrderItem(by: .column(name.last.text, at: span), isDescending: isDescending, nullsFirst: nullsFirst)
    }

    /// `map('target-file-size-bytes', '…', 'rewrite-all', 'true')`, or MAP {…}.
    private func set(_ options: Expression, _ optimize: inout Optimize) throws(SQLError) {
        guard case .map(let entries) = try value(options) else {
            throw SQLError(.datatypeMismatch, "the options of \(name) are a map", at: options.span)
        }
        for entry in entries {
            guard case .text(let key) = entry.key, case .text(let setting) = entry.value else {
                throw SQLError(.datatypeMismatch, "the names and the values of options of \(name) are texts", at: options.span)
            }
            switch key.string {
            case "target-file-size-bytes":
                guard let bytes = ByteSize.parse(setting.string), bytes > 0 else {
                    throw SQLError(.invalidParameterValue, "\"\(setting.string)\" is not a size", at: options.span)
                }
                optimize.fileBytes = bytes
            case "rewrite-all":
                guard ["true", "false"].contains(setting.string.lowercased()) else {
                    throw SQLError(.invalidParameterValue, "rewrite-all is true or false, not \"\(setting.string)\"", at: options.span)
                }
                optimize.isFull = setting.string.lowercased() == "true"
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

    /// Whether it is called as `[catalog.][system.]procedure`.
    private var isOfSystem: Bool {
        let parts = call.name.parts
        return parts.count <= 3 && (parts.count == 1 || parts[parts.count - 2].text.lowercased() == "system")
    }

    /// A name as text, or as it is written; in the catalog whose procedure is called.
    private func tableName(_ argument: Expression) throws(SQLError) -> QualifiedName {
        var parts: [Identifier]
        if case .name(let name) = argument.kind {
            parts = name.parts
        } else {
            parts = try text(argument).split(separator: ".").map { Identifier(String($0), span: argument.span) }
        }
        guard !parts.isEmpty else { throw SQLError(.invalidName, "an empty table name", at: argument.span) }
        if call.name.parts.count == 3, parts.count == 2 { parts.insert(call.name.parts[0], at: 0) }
        return QualifiedName(parts)
    }
}
