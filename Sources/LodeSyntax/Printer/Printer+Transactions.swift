/// Transactions and savepoints.
import LodeCore

extension Printer {
    mutating func transactionStatement(_ statement: TransactionStatement) {
        switch statement {
        case .begin(let modes):
            write("BEGIN")
            if let level = modes.level { write(" ISOLATION LEVEL \(level.rawValue)") }
            if let isReadOnly = modes.isReadOnly { write((modes.level == nil ? " " : ", ") + (isReadOnly ? "READ ONLY" : "READ WRITE")) }
        case .commit: write("COMMIT")
        case .rollback: write("ROLLBACK")
        case .savepoint(let name): command("SAVEPOINT", QualifiedName([name]))
        case .release(let name): command("RELEASE SAVEPOINT", QualifiedName([name]))
        case .rollbackTo(let name): command("ROLLBACK TO SAVEPOINT", QualifiedName([name]))
        case .lock(let lock):
            write("LOCK TABLE ")
            list(lock.tables) { $0.name($1) }
            write(" IN \(lock.mode.rawValue) MODE")
        }
    }
}
