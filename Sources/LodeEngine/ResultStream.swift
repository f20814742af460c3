/// The rows of a statement that runs by itself, for a reader that takes them at a pace of its own.

import LodeCore
import LodeExecution
import LodeSyntax
import LodeVectors

/// What `Session.start` gives. A few chunks wait for the reader; when he is slow the query is parked, and costs neither a thread nor a
/// worker until he goes on. Of one session several streams may be open at once (portals), beside other statements.
///
/// A reader that has a thread calls `next()`, which waits. An event loop calls `poll`, which never does:
///
///     func pump() {
///         while channel.isWritable {
///             switch stream.poll({ eventLoop.execute { pump() } }) {
///             case .rows(let chunk): channel.write(encoded(chunk))
///             case .waiting: return                    // pump is called again, once, when there is more
///             case .finished(let outcome): …           // the last item
///             case .failed(let error): …               // the last item
///             }
///         }
///     }                                                // called again when the channel is writable again
///
/// The closure given to `poll` is called at most once for each `.waiting`, on a thread of the engine which it must not hold up: it only
/// tells the event loop. Not polling is all that it takes to make a query wait; there is nothing to resume by hand.
///
/// A stream is at its end after `.finished` or `.failed`. Whoever wants no more before that calls `close`, or drops the stream: the query
/// then ends within milliseconds. `cancel` ends it with an error for the reader.
package final class ResultStream: Sendable {
    package enum Item: Sendable {
        case rows(Chunk)
        case waiting
        case finished(StatementOutcome)
        case failed(SQLError)
    }

    /// The columns of the result; nil of a statement that has none.
    package let columns: [Field]?
    private let result: StreamedResult

    init(_ result: StreamedResult) {
        self.result = result
        columns = result.columns
    }

    deinit { close() }

    /// What is next. Never waits: where nothing is there yet, `wake` is called when it is worth asking again.
    package func poll(_ wake: @escaping @Sendable () -> Void) -> Item { item(result.buffer.poll(wake)) }

    /// What is next, never `.waiting`. The thread waits: it must be no worker and no event loop.
    package func next() -> Item { item(result.buffer.next()) }

    private func item(_ item: ResultBuffer.Item) -> Item {
        switch item {
        case .rows(let chunk): .rows(chunk)
        case .waiting: .waiting
        case .end(let error?): .failed(error)
        case .end(nil): .finished(result.outcome)
        }
    }

    /// Makes the query fail: the reader meets `57014` after the rows that are there. Safe to call from any thread, also when it is over.
    package func cancel(_ reason: Cancellation.Reason = .userRequest) { result.cancel(reason) }

    /// The reader wants no more rows. Safe to call from any thread, and again.
    package func close() {
        result.buffer.close()
        result.cancel(.droppedConsumer)
    }
}

extension Session {
    /// Begins a statement. Queries are planned here, then run by themselves while the stream is read; all other statements are over when
    /// the call returns, and the stream gives what they say.
    ///
    /// The calling thread is the session's, as for `execute`: it may wait for the catalog, or for a statement that writes.
    /// - Throws: what planning, or a statement that is no query, raises.
    package func start(_ parsed: ParsedStatement, of text: String) throws(SQLError) -> ResultStream {
        let result = StreamedResult()
        let outcome = try execute(StatementRun(parsed: parsed, text: text, sink: result, stream: result))
        result.finishIfIdle(outcome)
        return ResultStream(result)
    }
}

/// A result on its way into a buffer: rows of a query that runs by itself, or those that a statement has given at once.
final class StreamedResult: ResultSink, Sendable {
    private struct State {
        var columns: [Field]?
        var running: RunningStatement?
        var outcome = StatementOutcome(tag: "")
        var rows = 0
    }

    let buffer = ResultBuffer()
    private let state = Lock(State())

    var columns: [Field]? { state.withLock { $0.columns } }
    var outcome: StatementOutcome { state.withLock { $0.outcome } }

    func begin(_ columns: [Field]) throws(SQLError) { state.withLock { $0.columns = columns } }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        if chunk.count > 0 { _ = try buffer.receive(chunk) }
        return true
    }

    /// Lets a query run by itself.
    func run(_ execution: QueryExecution, _ columns: [Field], _ context: StatementContext) -> StatementOutcome {
        let running = context.running
        running.set { execution.progress }
        state.withLock { state in
            state.columns = columns
            state.running = running
        }
        execution.start(into: buffer) { [self] _ in end(execution, running) }
        return StatementOutcome(tag: "")
    }

    private func end(_ execution: QueryExecution, _ running: RunningStatement) {
        var receipt = Session.receipt(of: execution)
        receipt.elapsedNanoseconds = running.elapsedNanoseconds
        receipt.rows = execution.metrics.node([]).rows
        running.set(nil)
        state.withLock { state in
            state.outcome = StatementOutcome(tag: "SELECT \(receipt.rows)", receipt: receipt)
            state.running = nil
        }
    }

    /// A statement that did not go on by itself is over.
    func finishIfIdle(_ outcome: StatementOutcome) {
        let isIdle = state.withLock { state in
            if outcome.tag.isEmpty { return false }
            state.outcome = outcome
            return true
        }
        if isIdle { buffer.end(nil) }
    }

    func cancel(_ reason: Cancellation.Reason) { state.withLock { $0.running }?.cancellation.cancel(reason) }
}
