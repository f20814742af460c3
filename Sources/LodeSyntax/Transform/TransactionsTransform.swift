/// transactions.gram -> AST.
import LodeCore

extension Transform {
    /// Nil if it is a statement of another kind.
    func transactionStatement(_ edge: Edge) throws(SQLError) -> TransactionStatement? {
        switch rule(edge) {
        case .begin: .begin(TransactionModes(level: isolation(edge), isReadOnly: isReadOnly(edge)))
        case .commit: .commit
        case .rollback: .rollback
        case .rollbackTo: .rollbackTo(try identifier(try lastKid(edge)))
        case .savepoint: .savepoint(try identifier(try lastKid(edge)))
        case .release: .release(try identifier(try lastKid(edge)))
        case .lockTable: .lock(try lock(edge))
        default: nil
        }
    }

    private func lock(_ edge: Edge) throws(SQLError) -> LockTable {
        let tables = try each(kids(edge).filter { rule($0) == .tableName }) { (kid) throws(SQLError) in try qualifiedName(kid) }
        guard let part = content(edge, .lockMode) else { return LockTable(tables: tables, mode: .accessExclusive, span: span(edge)) }
        guard let mode = LockTable.Mode(rawValue: written(part)) else { throw mismatch(edge) }
        return LockTable(tables: tables, mode: mode, span: span(part))
    }

    /// The level that the last transaction mode names.
    func isolation(_ edge: Edge) -> IsolationLevel? {
        let levels: [(Word, IsolationLevel)] = [
            (.serializable, .serializable), (.repeatable, .repeatableRead), (.committed, .readCommitted), (.uncommitted, .readUncommitted),
        ]
        let parts = self.modes(of: edge).flatMap { rule($0) == .transactionMode ? Array(kids($0)) : [$0] }
        let modes = parts.filter { rule($0) == .isolationLevel }
        return modes.last.flatMap { mode in levels.first { has(mode, $0.0) }?.1 }
    }

    func modes(of edge: Edge) -> [Edge] { find(edge, .transactionModes).map { Array(kids($0)) } ?? [] }

    /// What the last mode about it says.
    func isReadOnly(_ edge: Edge) -> Bool? {
        let modes = self.modes(of: edge).filter { has($0, .only) || has($0, .write) }
        return modes.last.map { has($0, .only) }
    }
}
