/// Pipelines that a source begins while it is read, such as a round of a recursion.

import LodeCore

/// The source gives nothing until the run is over: its strand parks with `waits`, and is woken by the end. No worker waits.
final class NestedRun: Sendable {
    private enum State {
        case running
        case over(SQLError?)
    }

    private final class Ending: Sendable {
        let state = Lock(State.running)
        let reached = Signal()
    }

    private let run: PipelineRun
    private let ending: Ending

    init(_ pipelines: [Pipeline], _ context: ExecutionContext) {
        run = PipelineRun(pipelines, context, metrics: nil)
        let ending = Ending()
        self.ending = ending
        run.start { error in
            ending.state.withLock { $0 = .over(error) }
            ending.reached.raise()
        }
    }

    deinit { run.stop(with: SQLError(.queryCanceled, "nobody waits for the round any more")) }

    /// What to park with; nil once the run is over.
    /// - Throws: the error with which it ended.
    func wait() throws(SQLError) -> Wait? {
        let ticket = ending.reached.ticket
        switch ending.state.withLock({ $0 }) {
        case .running: return ticket
        case .over(let error):
            if let error { throw error }
            return nil
        }
    }
}
