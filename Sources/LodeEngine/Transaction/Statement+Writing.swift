/// Which statements change something, and so are refused in a read-only transaction.

import LodeSyntax

extension Statement {
    /// What a statement that changes tables or definitions is called; nil for the others.
    var writingName: String? {
        switch self {
        case .createSchema: "CREATE SCHEMA"
        case .createTable: "CREATE TABLE"
        case .createView(let create): create.isTemporary ? nil : "CREATE VIEW"
        case .alterTable: "ALTER TABLE"
        case .commentOn: "COMMENT"
        case .drop: "DROP"
        case .insert: "INSERT"
        case .update: "UPDATE"
        case .delete: "DELETE"
        case .merge: "MERGE"
        case .truncate: "TRUNCATE TABLE"
        case .copy(let copy): copy.direction == .from ? "COPY FROM" : nil
        case .repairTable: "MSCK REPAIR TABLE"
        case .vacuum: "VACUUM"
        case .createRole: "CREATE ROLE"
        case .alterRole: "ALTER ROLE"
        case .dropRole: "DROP ROLE"
        case .access(let access): access.isGrant ? "GRANT" : "REVOKE"
        case .membership(let membership): membership.isGrant ? "GRANT ROLE" : "REVOKE ROLE"
        case .alterOwner(let alter): "ALTER \(alter.kind.rawValue)"
        case .explain(let explain): explain.options.contains { $0.key.text.lowercased() == "analyze" } ? explain.statement.writingName : nil
        case .prepare, .execute, .deallocate, .declareCursor, .fetch, .closeCursor, .discard, .listen, .unlisten, .notify, .query, .set,
            .reset, .show, .describe, .describeHistory, .summarize, .use, .analyze, .call, .begin, .commit, .rollback,
            .savepoint, .release, .rollbackTo:
            nil
        }
    }
}
