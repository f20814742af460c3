/// BEGIN, COMMIT, ROLLBACK and savepoints.

import LodeCatalog
import LodeCore
import LodeSyntax
import LodeTables

/// Where a session stands, as PostgreSQL's ReadyForQuery tells it.
package enum TransactionStatus: Sendable {
    /// Every statement commits by itself.
    case idle
    case active
    /// A statement of the transaction has failed: all but ROLLBACK are refused.
    case failed
}

extension Session {
    /// What statements read and change: the catalog itself, or as the transaction sees it.
    package var catalog: any Catalog { transaction?.catalog ?? sessionCatalog }

    package var transactionStatus: TransactionStatus { transaction.map { $0.isFailed ? .failed : .active } ?? .idle }

    /// Says that something outside of `execute` has gone wrong within the transaction, if there is one: a string that could not be parsed,
    /// a result that failed while it was read.
    package func failTransaction() {
        if transaction == nil { channelRequests = [] }
        transaction?.isFailed = true
    }

    private static let levelName = "transaction_isolation"

    /// - Throws: `25P02` for what is bound in a transaction that has failed.
    package func requireGoodTransaction(for statement: PreparedStatement) throws(SQLError) {
        if let parsed = statement.parsed { try checkTransaction(parsed.statement) }
    }

    /// All levels but SERIALIZABLE are snapshot isolation under their own names.
    func begin(_ modes: TransactionModes) throws(SQLError) -> StatementOutcome {
        if transaction != nil { return StatementOutcome(tag: "BEGIN", notices: ["there is already a transaction in progress"]) }
        transaction = SessionTransaction(over: sessionCatalog, state)
        if let level = modes.level { try settings.set(Self.levelName, level.rawValue) }
        if let isReadOnly = modes.isReadOnly { try settings.set("transaction_read_only", isReadOnly ? "on" : "off") }
        return StatementOutcome(tag: "BEGIN")
    }

    /// - Throws: `40001` if a concurrent change does not go with those of the transaction; they are dropped then.
    func commit() throws(SQLError) -> StatementOutcome {
        guard let ended = transaction else { return Self.noTransaction("COMMIT") }
        if ended.isFailed { return try rollback() }
        let isSerializable = settings[Self.levelName] == IsolationLevel.serializable.rawValue.lowercased()
        transaction = nil
        closePortals()
        engine.advisoryLocks.endTransaction(of: activity.process)
        do throws(SQLError) {
            defer { for name in ended.localSettings { settings.restore(name, from: ended.earlier.settings) } }
            try dropping { () throws(SQLError) in try ended.catalog.publish(isSerializable: isSerializable) }
        } catch {
            if !error.leavesCommitUnknown { discard(ended.catalog.changes.files) }
            channelRequests = []
            throw error
        }
        performChannelRequests()
        return StatementOutcome(tag: "COMMIT")
    }

    func rollback() throws(SQLError) -> StatementOutcome {
        guard let ended = transaction else { return Self.noTransaction("ROLLBACK") }
        transaction = nil
        closePortals()
        closePortals(madeAfter: ended.earlier.portalsMade)
        state = ended.earlier
        engine.advisoryLocks.endTransaction(of: activity.process)
        discard(ended.catalog.changes.files)
        return StatementOutcome(tag: "ROLLBACK")
    }

    func savepoint(_ name: Identifier) throws(SQLError) -> StatementOutcome {
        if transaction == nil { throw Self.outside("SAVEPOINT") }
        transaction?.mark(name.text, state)
        return StatementOutcome(tag: "SAVEPOINT")
    }

    func release(_ name: Identifier) throws(SQLError) -> StatementOutcome {
        if transaction == nil { throw Self.outside("RELEASE SAVEPOINT") }
        try transaction?.release(name)
        return StatementOutcome(tag: "RELEASE")
    }

    func rollback(to name: Identifier) throws(SQLError) -> StatementOutcome {
        guard let catalog = transaction?.catalog else { throw Self.outside("ROLLBACK TO SAVEPOINT") }
        if let (earlier, changes) = try transaction?.restore(name) {
            discard(catalog.restore(changes))
            state = earlier
            closePortals(madeAfter: earlier.portalsMade)
            engine.advisoryLocks.endTransaction(of: activity.process, after: earlier.lastLock)
        }
        return StatementOutcome(tag: "ROLLBACK")
    }

    /// Reading and changing never waits here, so that the weak modes, which go with each other, are had by all. Nobody can be kept out.
    /// - Throws: `25P01` outside of a transaction, `0A000` for a mode that keeps others out.
    func lock(_ lock: LockTable) throws(SQLError) -> StatementOutcome {
        if transaction == nil { throw Self.outside("LOCK TABLE") }
        for name in lock.tables { try require(.select, on: try existingTable(name), at: name.span) }
        switch lock.mode {
        case .accessShare, .rowShare, .rowExclusive: return StatementOutcome(tag: "LOCK TABLE")
        case .shareUpdateExclusive, .share, .shareRowExclusive, .exclusive, .accessExclusive:
            throw SQLError.unsupported(
                "LOCK TABLE IN \(lock.mode.rawValue) MODE", at: lock.span,
                hint: "Transactions are optimistic: SELECT … FOR UPDATE lets one fail with 40001 if its rows were changed.")
        }
    }

    private var state: SessionTransaction.SessionState {
        get {
            SessionTransaction.SessionState(
                settings: settings, temporaryViews: temporaryViews, portalsMade: portalsMade, channelRequests: channelRequests,
                lastLock: engine.advisoryLocks.last)
        }
        set {
            settings = newValue.settings
            temporaryViews = newValue.temporaryViews
            channelRequests = newValue.channelRequests
        }
    }

    private static func noTransaction(_ tag: String) -> StatementOutcome {
        StatementOutcome(tag: tag, notices: ["there is no transaction in progress"])
    }

    private static func outside(_ what: String) -> SQLError {
        SQLError(.noActiveTransaction, "\(what) can only be used in transaction blocks", hint: "Start one with BEGIN.")
    }

    /// - Throws: `25006` for a statement that changes something where only reading is allowed.
    private func checkReadOnly(_ statement: Statement) throws(SQLError) {
        guard let name = statement.changeName else { return }
        if settings.readsThePast {
            throw SQLError(
                .readOnlyTransaction, "cannot execute \(name) in a session that reads the past",
                hint: "RESET as_of goes back to the present.")
        }
        guard settings["transaction_read_only"] == "on" else { return }
        throw SQLError(.readOnlyTransaction, "cannot execute \(name) in a read-only transaction")
    }

    /// - Throws: `25P02` for what may not run in a transaction that has failed.
    func checkTransaction(_ statement: Statement) throws(SQLError) {
        guard transaction?.isFailed == true else { return try checkReadOnly(statement) }
        switch statement {
        case .transaction(.commit), .transaction(.rollback), .transaction(.rollbackTo): return
        default:
            throw SQLError(
                .failedTransaction, "current transaction is aborted, commands ignored until end of transaction block",
                hint: "ROLLBACK ends it, ROLLBACK TO goes back to a savepoint.")
        }
    }
}
