/// A session: one client's settings, variables, views and running statement.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFunctions
import LodePlan
import LodePlanner
import LodeSyntax

/// Executes statements one after another. Belongs to one thread at a time, which must be none of the pool's workers, except `cancel()` and
/// `progress`, which any thread may call. Statements recurse over plans: give the thread a stack of at least 8 MB.
package final class Session {
    package let engine: Engine
    /// What other sessions see of this one.
    package let activity: SessionActivity
    /// The engine's catalog, with this session's temporary tables.
    let sessionCatalog: SessionCatalog
    package var settings = SessionSettings()
    /// `:name` in statements.
    package var variables: [String: Value] = [:]
    /// Temporary views, by lower-case name.
    var temporaryViews: [String: TemporaryView] = [:]
    /// BEGIN … COMMIT.
    var transaction: SessionTransaction?
    /// Whether the client is not the one who started the process: it may only do what its role may.
    package var isRemote = false
    /// The files that a remote client may name.
    package var allowedFolders = AllowedFolders([])
    /// Whether the statements of one message run, which form a transaction of their own.
    package var isInImplicitBlock = false {
        didSet { if !isInImplicitBlock, transaction == nil { performChannelRequests() } }
    }
    /// Prepared statements, by name.
    var prepared: [String: PreparedStatement] = [:]
    /// What Bind and DECLARE CURSOR have made, by name.
    var portals: [String: Portal] = [:]
    /// How many there ever were.
    var portalsMade = 0
    /// Queries that are planned already.
    var keptQueries = KeptQueries()
    /// The one that the next text is.
    var foundKept: (text: String, run: KeptRun)?
    /// Roles that the running statement has asked about.
    var knownRoles: RoleGraph?
    /// What LISTEN and NOTIFY asked for in the transaction.
    var channelRequests: [ChannelRequest] = []
    /// What other sessions notified this one of.
    package let inbox = NotificationInbox()
    /// Where rows of COPY FROM STDIN come from, if the client has any.
    package var copySource: (any CopySource)?
    /// The rows of the running COPY FROM STDIN.
    var copiedRows: ArrivingRelation?
    /// What this session has said of the size of the process's cache.
    private var remoteCacheBounds = SessionSettings().remoteCacheBounds
    /// What `set_config` asked for in the running statement.
    let requestedSettings = RequestedSettings()
    /// What `$1`, `$2`, … mean in the running statement; nil: they are variables.
    var parameters: ParameterList?

    /// Sees every execution of the running statement: EXPLAIN ANALYZE of a statement that writes.
    var observer: ((QueryExecution) -> Void)?

    /// The statement that is being executed.
    private var current: RunningStatement?
    let latest = LatestStatement()

    package init(engine: Engine) {
        self.engine = engine
        sessionCatalog = SessionCatalog(engine.catalog, engine.stores, attached: engine.attached)
        activity = engine.sessions.open()
        activity.setCancel(cancel)
    }

    deinit {
        engine.sessions.close(activity)
        endSharing()
    }

    /// What it shares with other sessions, it gives back.
    func endSharing() {
        engine.advisoryLocks.endSession(activity.process)
        engine.channels.unlisten(to: nil, activity.process)
    }

    /// Makes the statement that was begun last fail with `57014`; does nothing when it is over. Safe to call from any thread.
    package var cancel: @Sendable () -> Void {
        let interrupt = interrupt
        return { interrupt(.userRequest) }
    }

    /// The same, with a reason.
    package var interrupt: @Sendable (Cancellation.Reason) -> Void {
        let latest = latest
        return { latest.statement?.cancellation.cancel($0) }
    }

    /// How far that statement is: 0...1, nil when not known. Safe to call from any thread.
    package var progress: @Sendable () -> Double? {
        let latest = latest
        return { latest.statement?.progress }
    }

    /// What the running statement may use. Outside of one, for instance while names are completed: what one would.
    var running: RunningStatement { current ?? RunningStatement(engine, settings) }
    var cancellation: Cancellation { running.cancellation }

    /// Executes one parsed statement of `text` and gives its rows to `sink`.
    /// - Throws: what the statement raises, with its place in `text`; tables are as before then.
    package func execute(_ parsed: ParsedStatement, of text: String, into sink: any ResultSink) throws(SQLError) -> StatementOutcome {
        try execute(StatementRun(parsed: parsed, text: text, sink: sink))
    }

    func execute(_ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let statement = RunningStatement(engine, settings), outer = current
        boundRemoteCache(of: statement)
        if outer == nil { statement.report(to: beginReport(of: run)) }
        // Anything else may change what names, types or settings mean to a plan.
        if case .query = run.parsed.statement {} else if !keptQueries.isEmpty { keptQueries = KeptQueries() }
        current = statement
        latest.statement = statement
        knownRoles = nil
        defer { current = outer }
        let result = Cancellation.$current.withValue(statement.cancellation) { () -> Result<StatementOutcome, SQLError> in
            do throws(SQLError) {
                try checkTransaction(run.parsed.statement)
                let outcome = try self.run(run)
                try keepRequestedSettings()
                return .success(outcome)
            } catch {
                failTransaction()
                return .failure(error)
            }
        }
        return try ended(result, statement, run)
    }

    /// The process has one cache: the session that has changed its size last decides.
    private func boundRemoteCache(of statement: RunningStatement) {
        statement.cancellation.remoteUse.usesCache = settings.usesRemoteCache
        let bounds = settings.remoteCacheBounds
        if bounds == remoteCacheBounds { return }
        remoteCacheBounds = bounds
        engine.stores.cache.resize(memory: bounds.memory, disk: bounds.disk)
    }

    /// What a statement that ran comes to; one whose rows are still being computed ends later.
    private func ended(
        _ result: Result<StatementOutcome, SQLError>, _ statement: RunningStatement, _ run: StatementRun
    ) throws(SQLError) -> StatementOutcome {
        do throws(SQLError) {
            var outcome = try result.get()
            outcome.receipt.elapsedNanoseconds = statement.elapsedNanoseconds
            outcome.receipt.take(statement.cancellation.remoteUse)
            if let query = run.stream?.ownQuery {
                statement.handReport(to: query)
            } else if statement.ended(outcome, nil) {
                rest()
            }
            return outcome
        } catch {
            if statement.ended(nil, error) { rest() }
            throw error
        }
    }

    /// What functions may know of this session, for a statement that starts now.
    func functionContext(_ running: RunningStatement, _ objects: StatementObjects) -> FunctionContext {
        let began = activity.times
        return FunctionContext(
            transactionMicros: began.transaction, statementMicros: began.statement, timeZone: settings["timezone"],
            currentUser: currentUser, sessionUser: user, currentSchema: currentSchema, cancellation: running.cancellation,
            memory: running.memory, settings: settingAccess, objects: objects.names, catalog: StatementFacts(objects, self),
            backends: backendAccess(running.cancellation))
    }

    /// The schemas of a user's own tables in which unqualified ones are looked for: temporary ones first.
    var ownPath: [String] {
        let path = settings.searchPath
        return sessionCatalog.hasTemporaryTables && !path.contains(where: SessionCatalog.isTemporary)
            ? [SessionCatalog.temporaryDatabase] + path : path
    }

    /// Where unqualified tables are looked for: in pg_catalog, too, before the search path.
    var lookupPath: [String] { StatementObjects.lookupPath(ownPath) }

    /// Where unqualified new tables go.
    package var currentSchema: String { settings.searchPath.first ?? EmbeddedCatalog.defaultDatabase }
}

/// A statement on its way through the engine.
struct StatementRun {
    let parsed: ParsedStatement
    let text: String
    let sink: any ResultSink
    /// Where a query may go on by itself when the call returns.
    var stream: ResultStream?
    /// Of a query that is planned already.
    var kept: KeptRun?

    /// The text of a part of the statement.
    func source(_ span: SourceSpan) -> String {
        let bytes = Array(text.utf8)
        let start = min(max(span.start, 0), bytes.count), end = min(max(span.end, start), bytes.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

/// A view of this session only.
struct TemporaryView {
    var name: String
    var query: Query
    var columns: [String]
    var text: String
}
