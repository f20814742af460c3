/// Pipelines that run together: begun once, ended once.

import LodeCore
import LodeVectors
import Synchronization

/// A set of pipelines on their way through the pool.
package final class PipelineRun: Sendable {
    private static let numbers = Atomic<Int>(0)

    let number = numbers.add(1, ordering: .relaxed).newValue
    let pipelines: [Pipeline]
    let context: ExecutionContext
    let metrics: QueryMetrics?
    private let hasFailed = Atomic<Bool>(false)
    private struct Ending {
        var completion: (@Sendable (SQLError?) -> Void)?
        var registration: Cancellation.Registration?
    }
    private let ending = Lock(Ending())

    package init(_ pipelines: [Pipeline], _ context: ExecutionContext, metrics: QueryMetrics?) {
        self.pipelines = pipelines
        self.context = context
        self.metrics = metrics
    }

    /// Begins as soon as there is memory to begin with; returns at once.
    /// - Parameter completion: called once, on a thread that it must not hold up, when no worker is at the pipelines any more: with the
    ///   first error, or nil.
    package func start(_ completion: @escaping @Sendable (SQLError?) -> Void) {
        ending.withLock { $0.completion = completion }
        if pipelines.isEmpty { return end(nil) }
        context.memory.admit(ExecutionContext.minimumGrant, context.cancellation) { [self] refusal in
            if let refusal { return end(refusal) }
            Cancellation.$current.withValue(context.cancellation) {
                for pipeline in pipelines { pipeline.source.begin(context) }
            }
            context.pool.submit(self)
            let registration = context.cancellation.onCancel { [number, pool = context.pool, cancellation = context.cancellation] in
                pool.stop(number, with: cancellation.error)
            }
            let isOver = ending.withLock { ending in
                if ending.completion != nil { ending.registration = registration }
                return ending.completion == nil
            }
            if isOver { registration.end() }
        }
    }

    /// Runs to the end, while the calling thread, which must not be a worker, waits.
    /// - Throws: the first error of any worker; by then all have stopped.
    package func runToEnd() throws(SQLError) {
        let outcome = Lock<SQLError?>(nil), isOver = Semaphore()
        start { error in
            outcome.withLock { $0 = error }
            isOver.signal()
        }
        isOver.wait()
        if let error = outcome.withLock({ $0 }) { throw error }
    }

    /// Ends it before its time. Safe to call from any thread.
    package func stop(with error: SQLError) { context.pool.stop(number, with: error) }

    /// To be called once per chunk.
    /// - Throws: `57014` if the statement was cancelled, or another worker failed (whose error is the one reported).
    func check() throws(SQLError) {
        try context.cancellation.check()
        if hasFailed.load(ordering: .relaxed) { throw SQLError(.queryCanceled, "another worker failed") }
    }

    func noteFailure() { hasFailed.store(true, ordering: .relaxed) }

    private func end(_ error: SQLError?) { completion(error)() }

    /// What tells of the end of the run. It does not hold the run, which is to be let go of before.
    func completion(_ error: SQLError?) -> @Sendable () -> Void {
        let ended = ending.withLock { ending in
            defer { ending = Ending() }
            return ending
        }
        return {
            ended.registration?.end()
            ended.completion?(error)
        }
    }

    /// Does a step, on whatever thread calls.
    func perform(_ index: Int, _ step: PipelineStep, _ slice: WorkSlice) -> StepOutcome {
        Cancellation.$current.withValue(context.cancellation) {
            ExpressionMemory.$statement.withValue(context.memory) { outcome(index, step, slice) }
        }
    }

    private func outcome(_ index: Int, _ step: PipelineStep, _ slice: WorkSlice) -> StepOutcome {
        let pipeline = pipelines[index]
        do throws(SQLError) {
            try check()
            switch step {
            case .open:
                try pipeline.source.open(context)
                return .opened(strands: min(context.threads, pipeline.source.parallelism, pipeline.sink.workerLimit))
            case .flow(let strand): return try strand.run(self, slice)
            case .drain:
                if case .full(let wait) = try pipeline.sink.drain() { return .parked(wait) }
                return .drained
            case .plan: return .planned(try pipeline.sink.finalTasks(context))
            case .task(let task):
                try task()
                return .tasksDone
            case .complete:
                try pipeline.sink.complete(context)
                return .completed
            }
        } catch {
            return .failed(error)
        }
    }
}
