/// The workers of a process: one per core, shared fairly by all running statements.

import LodeCore

/// Takes runs of pipelines and has them done by its workers, which are threads that start when they are first needed and end with the pool.
///
/// A worker never waits for work of the pool: what can't go on is parked with a `Wait` and costs no thread until it is woken. So any number
/// of runs can be begun, and none can lock another one up. Whoever waits for the end of a run (`PipelineRun.runToEnd`) must be no worker.
package final class WorkerPool: Sendable {
    package let workers: Int
    private let core: PoolCore

    package init(workers: Int) {
        self.workers = max(1, workers)
        core = PoolCore(workers: self.workers)
    }

    deinit { core.close() }

    /// Whether some statement waits for a worker.
    var isContended: Bool { core.isContended }

    func submit(_ run: PipelineRun) { core.submit(run) }

    /// Lets another thread do the work of this worker while it waits for something that is none of the pool's: another session.
    package func withStandIn<Result>(_ body: () throws(SQLError) -> Result) throws(SQLError) -> Result {
        core.replaceWorker()
        defer { core.workerIsBack() }
        return try body()
    }

    /// Ends a run with an error: its parked parts are dropped, its running ones stop at their next chunk.
    func stop(_ run: Int, with error: SQLError) { core.stop(run, with: error) }
}
