/// One query from its plan to its rows: what the engine calls.

import LodeCore
import LodePlan
import LodeVectors

/// Takes the rows of a query as they come. Calls come one at a time, from any worker, which they must not hold up: who reads slowly says so
/// by `waitForRoom`, and the query is parked.
package protocol ResultConsumer: AnyObject, Sendable {
    /// - Returns: `.enough` to end the query early, else `.more`.
    func receive(_ chunk: Chunk) throws(SQLError) -> Demand
    /// What must happen before there is room for another chunk; nil as long as there is.
    var waitForRoom: Wait? { get }
}

extension ResultConsumer {
    package var waitForRoom: Wait? { nil }
}

/// A plan that is ready to run, once.
package final class QueryExecution: Sendable {
    /// The columns of the result.
    package let columns: [PlanColumn]
    package let metrics: QueryMetrics
    private let context: ExecutionContext
    package let plan: LogicalPlan
    private let builder: PipelineBuilder
    private let open: OpenPipeline
    private let running = Lock<[Pipeline]>([])

    /// Lowers the plan: kernels and readers are chosen here.
    /// - Throws: what a node or expression is not able to do.
    package init(plan: LogicalPlan, context: ExecutionContext) throws(SQLError) {
        self.plan = plan
        self.context = context
        metrics = QueryMetrics()
        var builder = PipelineBuilder(context: context, metrics: metrics)
        open = try builder.lower(root: plan)
        self.builder = builder
        columns = plan.columns
    }

    /// Runs the query and gives its rows to `consumer`, in order where the plan has one. Waits for the end: not to be called by a worker.
    /// - Throws: the first error of any worker, or `57014` once cancelled.
    package func run(into consumer: any ResultConsumer) throws(SQLError) {
        try run(into: OutputSink(consumer, order: open.order), name: "result")
    }

    /// What puts the rows into the query's order; nil where they have none.
    package var order: BatchOrder? { open.order }

    /// Runs the query into a sink of one's own, such as a table writer. Waits for the end.
    package func run(into sink: any Sink, name: String) throws(SQLError) { try prepare(sink, name).runToEnd() }

    /// Begins the query and returns at once. Its rows are read from `buffer`, at the reader's pace, until its end.
    /// - Parameter ended: called once, on a worker, before the reader sees the end.
    package func start(into buffer: ResultBuffer, _ ended: @escaping @Sendable (SQLError?) -> Void = { _ in }) {
        prepare(OutputSink(buffer, order: open.order), "result").start { error in
            ended(error)
            buffer.end(error)
        }
    }

    /// Computes all rows on the calling thread before it returns, for a query of few rows. `buffer` must have room for them.
    package func runHere(into buffer: ResultBuffer) {
        buffer.end(prepare(OutputSink(buffer, order: open.order), "result").runHere())
    }

    private func prepare(_ sink: any Sink, _ name: String) -> PipelineRun {
        var builder = builder
        builder.finish(open, into: sink, name: name)
        let pipelines = builder.pipelines
        running.withLock { $0 = pipelines }
        return PipelineRun(pipelines, context, metrics: metrics)
    }

    /// The rows of a small result.
    package func collect() throws(SQLError) -> [Chunk] {
        let collector = CollectedRows()
        try run(into: collector)
        return collector.chunks
    }

    /// How much of the query is done, 0...1; nil if unknown. For progress bars, from any thread.
    package var progress: Double? {
        let pipelines = running.withLock { $0 }
        guard !pipelines.isEmpty else { return nil }
        let done = metrics.pipelines.count
        guard done < pipelines.count else { return 1 }
        // Scans take most of the time: pipelines count alike, and what is about the current one by what it has read.
        let current = pipelines[done].source.progress ?? 0
        return (Double(done) + current) / Double(pipelines.count)
    }

    package var peakBytes: Int { context.memory.peakBytes }
}

/// Keeps every row.
package final class CollectedRows: ResultConsumer {
    private let held = Lock<[Chunk]>([])

    package init() {}

    package var chunks: [Chunk] { held.withLock { $0 } }

    package func receive(_ chunk: Chunk) throws(SQLError) -> Demand {
        held.withLock { $0.append(chunk) }
        return .more
    }
}
