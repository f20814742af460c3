/// A session: one client's settings, variables, views and running statement.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFunctions
import LodePlan
import LodePlanner
import LodeSyntax

/// Executes statements one after another. Belongs to one thread, except `cancel()` and `progress`, which any thread may
/// call. Statements recurse over plans: give the thread a stack of at least 8 MB.
package final class Session {
    package let engine: Engine
    package var settings = SessionSettings()
    /// `:name` in statements.
    package var variables: [String: Value] = [:]
    /// Temporary views, by lower-case name.
    var temporaryViews: [String: TemporaryView] = [:]
    /// BEGIN … COMMIT.
    var block: TransactionBlock?

    /// Sees every execution of the running statement: EXPLAIN ANALYZE of a statement that writes.
    var observer: ((QueryExecution) -> Void)?

    let cancellation = Cancellation()
    let running = RunningStatement()

    package init(engine: Engine) { self.engine = engine }

    /// Makes the running statement fail with `57014`; does nothing when none runs.
    package var cancel: @Sendable () -> Void {
        let cancellation = cancellation
        return { cancellation.cancel() }
    }

    /// How far the running statement is: 0...1, nil when not known. Safe to call from any thread.
    package var progress: @Sendable () -> Double? {
        let running = running
        return { running.progress }
    }

    /// Executes one parsed statement of `text` and gives its rows to `sink`.
    /// - Throws: what the statement raises, with its place in `text`; tables are as before then.
    package func execute(_ parsed: ParsedStatement, of text: String, into sink: any ResultSink) throws(SQLError) -> StatementOutcome {
        cancellation.reset()
        let start = Engine.monotonicNanoseconds()
        engine.limitMemory(to: settings.memoryLimit)
        var outcome = try run(StatementRun(parsed: parsed, text: text, sink: sink))
        outcome.receipt.elapsedNanoseconds = Engine.monotonicNanoseconds() &- start
        return outcome
    }

    /// What functions may know of this session, for a statement that starts now.
    func functionContext() -> FunctionContext {
        FunctionContext(
            transactionMicros: Engine.nowMicros(), timeZone: settings["timezone"], currentSchema: currentSchema,
            cancellation: cancellation, memory: engine.memory)
    }

    /// Where unqualified new tables go.
    package var currentSchema: String { settings.searchPath.first ?? EmbeddedCatalog.defaultDatabase }
}

/// A statement on its way through the engine.
struct StatementRun {
    let parsed: ParsedStatement
    let text: String
    let sink: any ResultSink

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

/// What other threads may ask of a running statement.
final class RunningStatement: Sendable {
    private let source = Lock<(@Sendable () -> Double?)?>(nil)

    var progress: Double? { source.withLock { $0 }?() }
    func set(_ progress: (@Sendable () -> Double?)?) { source.withLock { $0 = progress } }
}
