/// statements.gram -> AST.
import LodeCore

extension Transform {
    func statement(_ edge: Edge) throws(SQLError) -> Statement {
        if rule(edge) == .explain { return .explain(try explain(edge)) }
        if let change = try changeStatement(edge) { return change }
        if let definition = try definitionStatement(edge) { return .definition(definition) }
        if let utility = try utilityStatement(edge) { return .utility(utility) }
        if let maintenance = try maintenanceStatement(edge) { return .maintenance(maintenance) }
        if let transaction = try transactionStatement(edge) { return .transaction(transaction) }
        if let session = try sessionStatement(edge) { return .session(session) }
        if let role = try roleStatement(edge) { return .role(role) }
        return .query(try query(edge))
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
