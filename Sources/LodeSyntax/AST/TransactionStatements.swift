/// Transactions: BEGIN, COMMIT, ROLLBACK and savepoints.
import LodeCore

package enum TransactionStatement: Sendable {
    case begin(TransactionModes)
    case commit
    case rollback
    case savepoint(Identifier)
    case release(Identifier)
    /// `ROLLBACK TO savepoint`.
    case rollbackTo(Identifier)
    case lock(LockTable)
}

/// `LOCK [TABLE] names [IN mode MODE] [NOWAIT]`.
package struct LockTable: Sendable {
    package enum Mode: String, Sendable {
        case accessShare = "ACCESS SHARE"
        case rowShare = "ROW SHARE"
        case rowExclusive = "ROW EXCLUSIVE"
        case shareUpdateExclusive = "SHARE UPDATE EXCLUSIVE"
        case share = "SHARE"
        case shareRowExclusive = "SHARE ROW EXCLUSIVE"
        case exclusive = "EXCLUSIVE"
        case accessExclusive = "ACCESS EXCLUSIVE"
    }

    package var tables: [QualifiedName]
    package var mode: Mode
    /// Of the mode, if one is written.
    package var span: SourceSpan
}

/// `ISOLATION LEVEL …`.
package enum IsolationLevel: String, Sendable, CaseIterable {
    case serializable = "SERIALIZABLE"
    case repeatableRead = "REPEATABLE READ"
    case readCommitted = "READ COMMITTED"
    case readUncommitted = "READ UNCOMMITTED"
}

/// How a transaction is to be.
package struct TransactionModes: Sendable {
    package var level: IsolationLevel?
    /// READ ONLY or READ WRITE; nil if neither is said.
    package var isReadOnly: Bool?
}
