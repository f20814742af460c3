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
