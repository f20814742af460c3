/// Statements: what ends with a semicolon.
import LodeCore

/// One statement of a script and the text that it was written in (without the semicolon).
package struct ParsedStatement: Sendable {
    package var statement: Statement
    package var span: SourceSpan
    /// How many `?` or the highest `$n` it has.
    package var parameterCount: Int
}

/// Each kind of statement is an enum of its own, beside the parts of its statements.
package indirect enum Statement: Sendable {
    case query(Query)
    case explain(Explain)

    case insert(Insert)
    case update(Update)
    case delete(Delete)
    case merge(Merge)
    case truncate([QualifiedName])
    case copy(Copy)

    case definition(DefinitionStatement)
    case utility(UtilityStatement)
    case maintenance(MaintenanceStatement)
    case transaction(TransactionStatement)
    case session(SessionStatement)
    case role(RoleStatement)

    /// What a statement that changes tables or definitions is called; nil for the others.
    package var changeName: String? {
        switch self {
        case .query, .transaction, .session: nil
        case .explain(let explain): explain.options.contains { $0.key.text.lowercased() == "analyze" } ? explain.statement.changeName : nil
        case .insert: "INSERT"
        case .update: "UPDATE"
        case .delete: "DELETE"
        case .merge: "MERGE"
        case .truncate: "TRUNCATE TABLE"
        case .copy(let copy): copy.direction == .from ? "COPY FROM" : nil
        case .definition(let definition): definition.changeName
        case .utility(let utility): utility.changeName
        case .maintenance(let maintenance): maintenance.changeName
        case .role(let role): role.changeName
        }
    }
}
