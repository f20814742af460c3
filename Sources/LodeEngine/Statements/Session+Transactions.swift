/// BEGIN, COMMIT and ROLLBACK.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

/// BEGIN … COMMIT: its statements all read the managed tables as they were when the first of them began.
struct TransactionBlock {
    var moment: ReadMoment?
    /// `transaction_isolation` before.
    var earlierLevel: String?
}

extension Session {
    /// Every statement commits by itself; a block groups reads only, until tables can take part in one. Whatever level is asked
    /// for, it is snapshot isolation.
    func begin(_ level: IsolationLevel?) throws(SQLError) -> StatementOutcome {
        if block != nil { throw SQLError(.activeTransaction, "there is already a transaction in progress") }
        let name = "transaction_isolation"
        block = TransactionBlock(earlierLevel: settings.isSet(name) ? settings[name] : nil)
        if let level { try settings.set(name, level.rawValue) }
        return StatementOutcome(tag: "BEGIN")
    }

    func commit() throws(SQLError) -> StatementOutcome { try end(tag: "COMMIT") }

    func rollback() throws(SQLError) -> StatementOutcome { try end(tag: "ROLLBACK") }

    private func end(tag: String) throws(SQLError) -> StatementOutcome {
        guard let block else { throw SQLError(.noActiveTransaction, "there is no transaction in progress") }
        self.block = nil
        let name = "transaction_isolation"
        if let level = block.earlierLevel { try settings.set(name, level) } else { try settings.reset(name) }
        return StatementOutcome(tag: tag)
    }

    /// What the statements of a block see; nil outside of one.
    func blockTime() throws(SQLError) -> TableTime? {
        guard let block else { return nil }
        if let moment = block.moment { return .timestamp(moment.micros) }
        let moment = try engine.catalog.readMoment()
        self.block?.moment = moment
        return .timestamp(moment.micros)
    }
}
