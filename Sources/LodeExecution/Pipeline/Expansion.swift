/// What an operator looks at that makes many chunks of one: joins, UNNEST.

import LodeCore

/// Between the chunks that come of one, a statement can still be cancelled, and its worker is given to others when they wait.
struct Expansion {
    private let context: ExecutionContext
    private var began = 0

    /// A wait that is over: the strand goes on when its turn comes.
    private static let over: Wait = {
        let signal = Signal()
        let ticket = signal.ticket
        signal.raise()
        return ticket
    }()

    init(_ context: ExecutionContext) { self.context = context }

    /// The operator begins with a chunk, or goes on with it.
    mutating func begin() { began = MonotonicClock.now() }

    /// - Returns: `.full` where the operator should pause.
    /// - Throws: `57014` once the statement is cancelled.
    func demand() throws(SQLError) -> Demand {
        try context.cancellation.check()
        guard context.pool.isContended, MonotonicClock.now() &- began >= FairQueue.sliceNanoseconds else { return .more }
        return .full(Self.over)
    }
}
