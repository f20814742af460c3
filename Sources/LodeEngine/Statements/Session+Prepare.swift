/// PREPARE, EXECUTE and DEALLOCATE; DISCARD; LISTEN and NOTIFY.

import LodeCatalog
import LodeCore
import LodePlanner
import LodeSyntax

extension Session {
    /// - Throws: `42P05` if the name is taken.
    func prepare(_ prepare: Prepare, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let name = prepare.name
        if prepared[name.text] != nil {
            throw SQLError(.duplicatePreparedStatement, "prepared statement \"\(name.text)\" already exists", at: name.span)
        }
        let types = try prepare.types.map { (type) throws(SQLError) in try TypeBinder.type(type) }
        prepared[name.text] = try self.prepare(prepare.parsed, of: run.text, types: types)
        return StatementOutcome(tag: "PREPARE")
    }

    func execute(_ name: Identifier, _ arguments: [Expression], _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let statement = try preparedStatement(name.text, at: name.span)
        guard arguments.count == statement.parameterTypes.count else {
            throw SQLError(
                .syntaxError, "wrong number of parameters for prepared statement \"\(name.text)\"", at: name.span,
                detail: "Expected \(statement.parameterTypes.count) parameters but got \(arguments.count).")
        }
        let binder = makeBinder(statementContext())
        var values: [Value] = []
        for (index, (argument, type)) in zip(arguments, statement.parameterTypes).enumerated() {
            values.append(try binder.bindConstant(argument, as: type, what: "parameter $\(index + 1)"))
        }
        guard let parsed = statement.parsed else { return StatementOutcome(tag: "") }
        let nested = StatementRun(parsed: parsed, text: statement.text, sink: run.sink, stream: run.stream)
        return try with(ParameterList(values, types: statement.parameterTypes)) { () throws(SQLError) in try execute(nested) }
    }

    /// - Throws: `26000` if there is none of that name.
    package func preparedStatement(_ name: String, at span: SourceSpan? = nil) throws(SQLError) -> PreparedStatement {
        guard let statement = prepared[name] else {
            let shown = name.isEmpty ? "unnamed prepared statement" : "prepared statement \"\(name)\""
            throw SQLError(.invalidStatementName, "\(shown) does not exist", at: span)
        }
        return statement
    }

    /// Keeps a statement under a name; the empty one is that of the wire's unnamed statement, which is replaced.
    package func keep(_ statement: PreparedStatement, as name: String) throws(SQLError) {
        if !name.isEmpty, prepared[name] != nil {
            throw SQLError(.duplicatePreparedStatement, "prepared statement \"\(name)\" already exists")
        }
        prepared[name] = statement
    }

    /// Forgets a statement, if there is one.
    package func forget(_ name: String) { prepared[name] = nil }

    func deallocate(_ name: Identifier?) throws(SQLError) -> StatementOutcome {
        guard let name else {
            prepared = [:]
            return StatementOutcome(tag: "DEALLOCATE ALL")
        }
        _ = try preparedStatement(name.text, at: name.span)
        prepared[name.text] = nil
        return StatementOutcome(tag: "DEALLOCATE")
    }

    /// - Throws: `25001` for DISCARD ALL inside of a transaction.
    func discard(_ what: Discard) throws(SQLError) -> StatementOutcome {
        if what == .all {
            if transaction != nil { throw SQLError(.activeTransaction, "DISCARD ALL cannot run inside a transaction block") }
            prepared = [:]
            portals = [:]
            endSharing()
            settings.resetAll()
        }
        if what == .all || what == .temporary {
            temporaryViews = [:]
            try dropTemporaryTables()
        }
        return StatementOutcome(tag: "DISCARD \(what.rawValue)")
    }

    private func dropTemporaryTables() throws(SQLError) {
        guard sessionCatalog.hasTemporaryTables else { return }
        let tables = try catalog.tables(in: SessionCatalog.temporaryDatabase)
        _ = try catalog.commit(tables.map { .drop($0.tableName, kinds: [$0.kind]) })
    }

    func listen(_ channel: Identifier) throws(SQLError) -> StatementOutcome {
        try request(.listen(channel.text))
        return StatementOutcome(tag: "LISTEN")
    }

    func unlisten(_ channel: Identifier?) throws(SQLError) -> StatementOutcome {
        try request(.unlisten(channel?.text))
        return StatementOutcome(tag: "UNLISTEN")
    }

    func notify(_ channel: Identifier, _ payload: String?) throws(SQLError) -> StatementOutcome {
        try request(.notify(channel.text, payload: payload ?? ""), at: channel.span)
        return StatementOutcome(tag: "NOTIFY")
    }
}
