/// The rows of a statement that runs by itself, for a reader that takes them at a pace of its own.

import LodeCore
import LodeExecution
import LodePlanner
import LodeSyntax
import LodeVectors

/// What `Session.start` gives. A few chunks wait for the reader; when he is slow the query is parked, and costs neither a thread nor a
/// worker until he goes on. Of one session several streams may be open at once (portals), beside other statements.
///
/// A stream belongs to its session: one thread at a time has both. A reader that has nothing else to do calls `next()`, which waits. One
/// that gives its thread back meanwhile calls `poll`, which never does:
///
///     while client.hasRoom {
///         switch stream.poll({ threads.run(goOn) }) {
///         case .rows(let chunk): client.write(encoded(chunk))
///         case .waiting: return                    // goOn is run, once, when there is more
///         case .suspended: …                       // as many rows as were asked for; the last item
///         case .finished(let outcome): …           // the last item
///         case .failed(let error): …               // the last item
///         }
///     }                                            // gone on with when the client has room again
///
/// The closure given to `poll` is called at most once for each `.waiting`, on a thread of the engine which it must not hold up. Not
/// polling is all that it takes to make a query wait; there is nothing to resume by hand.
///
/// Whoever wants no more before the last item calls `close`, or drops the stream: the query then ends within milliseconds.
package final class ResultStream: ResultSink {
    package enum Item: Sendable {
        case rows(Chunk)
        case waiting
        case suspended
        case finished(StatementOutcome)
        case failed(SQLError)

        var isLast: Bool {
            switch self {
            case .rows, .waiting: false
            case .suspended, .finished, .failed: true
            }
        }
    }

    /// What the rows are to the client.
    package enum Shape: Sendable {
        /// The statement gives none.
        case none
        case rows([Field], isBinary: Bool)
        case copy([Field], CopyFormat)
    }

    private enum Source {
        /// Everything is there.
        case given
        case query(LiveQuery)
        case portal(PortalReading)
    }

    package private(set) var shape = Shape.none
    /// How rows are written of COPY TO STDOUT.
    var copyFormat: CopyFormat?
    private weak var session: Session?
    private let memory: MemoryBudget
    private var source = Source.given
    private var chunks: ArraySlice<Chunk> = []
    private var outcome = StatementOutcome(tag: "")
    private var last: Item?

    init(of session: Session) {
        self.session = session
        memory = session.engine.memory.child(limit: session.settings.memoryLimit)
    }

    deinit { close() }

    package var columns: [Field]? {
        switch shape {
        case .none: nil
        case .rows(let columns, _), .copy(let columns, _): columns
        }
    }

    // MARK: The statement's side

    package func begin(_ columns: [Field]) throws(SQLError) {
        shape = copyFormat.map { .copy(columns, $0) } ?? .rows(columns, isBinary: false)
    }

    package func begin(binary columns: [Field]) throws(SQLError) { shape = .rows(columns, isBinary: true) }

    /// Rows that a statement gives before it is over are held until they are read.
    package func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        guard chunk.count > 0 else { return true }
        try memory.reserve(chunk.heldBytes, for: "a result that is complete before it is read")
        chunks.append(chunk)
        return true
    }

    /// Lets a query run by itself.
    func run(_ query: LiveQuery) {
        source = .query(query)
        query.start()
    }

    /// The rows are those that a portal gives from its place on.
    func read(_ reading: PortalReading, _ shape: Shape) {
        source = .portal(reading)
        self.shape = shape
    }

    func end(_ outcome: StatementOutcome) { self.outcome = outcome }

    // MARK: The reader's side

    /// What is next. Never waits: where nothing is there yet, `wake` is called when it is worth asking again.
    package func poll(_ wake: @escaping @Sendable () -> Void) -> Item { take(wake) }

    /// What is next, never `.waiting`. The thread waits: it must be no worker and no event loop.
    package func next() -> Item { take(nil) }

    func take(_ wake: (@Sendable () -> Void)?) -> Item {
        if let last { return last }
        let item: Item
        switch source {
        case .given:
            if let chunk = chunks.popFirst() {
                memory.release(chunk.heldBytes)
                return .rows(chunk)
            }
            item = .finished(outcome)
        case .query(let query):
            switch wake.map(query.buffer.poll) ?? query.buffer.next() {
            case .rows(let chunk): return .rows(chunk)
            case .waiting: return .waiting
            case .end(let error): item = end(query, error)
            }
        case .portal(let reading): item = reading.take(wake, session)
        }
        if item.isLast { last = item }
        return item
    }

    private func end(_ query: LiveQuery, _ error: SQLError?) -> Item {
        var outcome = query.outcome
        if copyFormat != nil { outcome.tag = "COPY \(outcome.receipt.rows)" }
        // What it had is given back before the reader looks.
        source = .given
        do throws(SQLError) {
            if let error { throw error }
            try session?.conclude(query)
            self.outcome = outcome
            query.running.ended(outcome, nil)
            return .finished(outcome)
        } catch {
            session?.failTransaction()
            query.running.ended(outcome, error)
            return .failed(error)
        }
    }

    /// The reader wants no more rows. May be called again.
    package func close() {
        if case .query(let query) = source {
            query.close()
            query.running.ended(query.outcome, nil)
        }
        chunks = []
    }

    /// The query that goes on by itself, if it is one.
    var ownQuery: RunningStatement? { if case .query(let query) = source { query.running } else { nil } }

    /// What keeps the running query, if it is one.
    var running: RunningStatement? {
        switch source {
        case .given: nil
        case .query(let query): query.running
        case .portal(let reading): reading.portal.running
        }
    }
}

/// A query on its way into a buffer, from which the reader takes its rows.
final class LiveQuery {
    let buffer: ResultBuffer
    let running: RunningStatement
    let rejects: RejectTables
    private let execution: QueryExecution
    /// Whether it is so small that it is computed at once, by whoever starts it.
    private let isSmall: Bool

    init(_ execution: QueryExecution, _ context: StatementContext, isSmall: Bool = false) {
        self.execution = execution
        self.isSmall = isSmall
        buffer = isSmall ? ResultBuffer(capacity: .max) : ResultBuffer()
        running = context.running
        rejects = context.rejects
    }

    func start() {
        if isSmall { return execution.runHere(into: buffer) }
        let execution = execution
        running.set { execution.progress }
        execution.start(into: buffer)
    }

    func close() {
        buffer.close()
        running.cancellation.cancel(.droppedConsumer)
    }

    /// How it went, once it is over.
    var outcome: StatementOutcome {
        var receipt = Session.receipt(of: execution)
        receipt.elapsedNanoseconds = running.elapsedNanoseconds
        receipt.rows = execution.metrics.node([]).rows
        return StatementOutcome(tag: "SELECT \(receipt.rows)", receipt: receipt)
    }
}

extension Session {
    /// Begins a statement. Queries are planned here, then run by themselves while the stream is read; all other statements are over when
    /// the call returns, and the stream gives what they say.
    ///
    /// The calling thread is the session's, as for `execute`: it may wait for the catalog, or for a statement that writes.
    /// - Throws: what planning, or a statement that is no query, raises.
    package func start(_ parsed: ParsedStatement, of text: String) throws(SQLError) -> ResultStream {
        let stream = ResultStream(of: self)
        stream.end(try execute(StatementRun(parsed: parsed, text: text, sink: stream, stream: stream)))
        return stream
    }

    /// Begins a prepared statement; the same.
    package func start(_ prepared: PreparedStatement, _ values: [Value], types: [SQLType]) throws(SQLError) -> ResultStream {
        guard let parsed = prepared.parsed else { return ResultStream(of: self) }
        return try with(ParameterList(values, types: types)) { () throws(SQLError) in try start(parsed, of: prepared.text) }
    }

    /// What is left to be done, on the session's thread, when a query that ran by itself has succeeded.
    fileprivate func conclude(_ query: LiveQuery) throws(SQLError) {
        query.running.set(nil)
        try keepRequestedSettings()
        if !query.rejects.all.isEmpty { try commit(changes: [], rejects: query.rejects) }
    }
}
