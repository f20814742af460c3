/// A statement from its beginning to the end of its rows.

import LodeCore

/// What a statement may use, and what others may ask of it. Lives as long as something of the statement runs.
final class RunningStatement: Sendable {
    let cancellation = Cancellation()
    /// The statement's part of the process's memory.
    let memory: MemoryBudget
    private let began = Engine.monotonicNanoseconds()
    private let timeout = Lock<Alarm.Setting?>(nil)
    private let source = Lock<(@Sendable () -> Double?)?>(nil)
    private let reporter = Lock<StatementReporter?>(nil)

    init(_ engine: Engine, _ settings: SessionSettings) {
        memory = engine.memory.child(limit: settings.memoryLimit)
        expire(after: settings.statementTimeout)
    }

    deinit { expire(after: nil) }

    /// Gives the statement so many milliseconds from now on; nil: as long as it likes.
    func expire(after milliseconds: Int?) {
        let setting = milliseconds.map { [cancellation] in
            Alarm.after($0 * 1_000_000) { cancellation.cancel(.statementTimeout) }
        }
        timeout.withLock { timeout in
            timeout?.cancel()
            timeout = setting
        }
    }

    /// Who is told of the end.
    func report(to reporter: StatementReporter) { self.reporter.withLock { $0 = reporter } }

    /// Lets another statement tell what this one would: the query that it has begun, which goes on by itself.
    func handReport(to query: RunningStatement) {
        if query === self { return }
        let handed = reporter.withLock { reporter in
            defer { reporter = nil }
            return reporter
        }
        if let handed { query.report(to: handed) }
    }

    /// The statement is over: as it says, or with an error. Only the first call counts.
    /// - Returns: whether it was a statement of a client, and not a part of one.
    @discardableResult
    func ended(_ outcome: StatementOutcome?, _ error: SQLError?) -> Bool {
        let reporter = reporter.withLock { reporter in
            defer { reporter = nil }
            return reporter
        }
        reporter?.ended(outcome, error)
        return reporter != nil
    }

    var elapsedNanoseconds: UInt64 { Engine.monotonicNanoseconds() &- began }
    var progress: Double? { source.withLock { $0 }?() }
    func set(_ progress: (@Sendable () -> Double?)?) { source.withLock { $0 = progress } }
}

/// The statement that a session has begun last, for other threads; as long as it lives.
final class LatestStatement: Sendable {
    private struct Reference: Sendable { weak var statement: RunningStatement? }
    private let reference = Lock(Reference())

    var statement: RunningStatement? {
        get { reference.withLock { $0.statement } }
        set { reference.withLock { $0.statement = newValue } }
    }
}
