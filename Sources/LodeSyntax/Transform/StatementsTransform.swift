/// statements.gram -> AST.
import LodeCore

extension Transform {
    func statement(_ edge: Edge) throws(SQLError) -> Statement {
        switch rule(edge) {
        case .createSchema: .createSchema(try createSchema(edge))
        case .createTable: .createTable(try createTable(edge))
        case .createView: .createView(try createView(edge))
        case .alterTable: .alterTable(try alterTable(edge))
        case .commentOn: .commentOn(try commentOn(edge))
        case .drop: .drop(try drop(edge))
        case .insert: .insert(try insert(edge))
        case .update: .update(try update(edge))
        case .delete: .delete(try delete(edge))
        case .merge: .merge(try merge(edge))
        case .copy: .copy(try copy(edge))
        case .truncate: .truncate(try truncate(edge))
        case .set: .set(try set(edge))
        case .reset: .reset(try reset(edge))
        case .show: .show(try show(edge))
        case .describe: try describe(edge)
        case .summarize: .summarize(try describeTarget(edge))
        case .explain: .explain(try explain(edge))
        case .use: .use(try qualifiedName(edge, .schemaName))
        case .repair: .repairTable(try qualifiedName(edge, .tableName))
        case .vacuum: .vacuum(try vacuum(edge))
        case .analyze:
            .analyze(try find(edge, .tableName).map { (name) throws(SQLError) in try qualifiedName(name) })
        case .callStatement: .call(try tableCall(try kid(edge, 0)))
        case .begin: .begin(TransactionModes(level: isolation(edge), isReadOnly: isReadOnly(edge)))
        case .commit: .commit
        case .rollback: .rollback
        case .rollbackTo: .rollbackTo(try identifier(try lastKid(edge)))
        case .savepoint: .savepoint(try identifier(try lastKid(edge)))
        case .release: .release(try identifier(try lastKid(edge)))
        case .prepare: .prepare(try prepare(edge))
        case .execute: try execute(edge)
        case .deallocate: .deallocate(try identifiers(edge).first)
        case .declare: .declareCursor(try declareCursor(edge))
        case .fetchCursor, .moveCursor: .fetch(try fetchCursor(edge))
        case .closeCursor: .closeCursor(try identifiers(edge).first)
        case .discard: .discard(discard(edge))
        case .listen: .listen(try identifier(try kid(edge, 0)))
        case .unlisten: .unlisten(try identifiers(edge).first)
        case .notify: try notify(edge)
        case .createRole: .createRole(try createRole(edge))
        case .alterRole: .alterRole(try alterRole(edge))
        case .dropRole: .dropRole(try identifiers(edge), ifExists: find(edge, .ifExists) != nil)
        case .grant, .revoke: try access(edge)
        case .alterOwner: .alterOwner(try alterOwner(edge))
        default: .query(try query(edge))
        }
    }

    private func explain(_ edge: Edge) throws(SQLError) -> Explain {
        var options: [Property] = []
        for word in kids(edge) where self.word(word) == .analyze || self.word(word) == .verbose {
            options.append(Property(key: try identifier(word), value: nil))
        }
        if let list = find(edge, .explainOptions) {
            for option in kids(list) {
                let value = kids(option).dropFirst().first
                options.append(
                    Property(
                        key: try identifier(try kid(option, 0)),
                        value: try value.map { (edge) throws(SQLError) in try propertyValue(edge) }))
            }
        }
        let inner = try lastKid(edge)
        return try nested(at: inner) { () throws(SQLError) in
            Explain(options: options, statement: try statement(inner), span: span(inner))
        }
    }
}
