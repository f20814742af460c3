/// Runs pipelines: workers that pull chunks from a source and push them into a sink.

import LodeCore
import LodeVectors
import Synchronization

/// Pipelines run one after the other, each on as many threads as it can use; the calling thread is one of them.
package enum Scheduler {
    /// - Throws: the first error of any worker; the other workers stop at their next chunk. `57014` once cancelled.
    package static func run(_ pipelines: [Pipeline], _ context: ExecutionContext, metrics: QueryMetrics?) throws(SQLError) {
        for pipeline in pipelines {
            try context.cancellation.check()
            let start = MonotonicClock.now()
            let workers = try run(pipeline, context)
            metrics?.record(
                QueryMetrics.PipelineTime(name: pipeline.name, nanoseconds: MonotonicClock.now() - start, workers: workers))
        }
    }

    /// - Returns: the number of workers.
    private static func run(_ pipeline: Pipeline, _ context: ExecutionContext) throws(SQLError) -> Int {
        try pipeline.source.open(context)
        let workers = max(1, min(context.threads, pipeline.source.parallelism, pipeline.sink.workerLimit))
        try WorkerGroup.run(workers, context.cancellation) { _, group throws(SQLError) in
            do throws(SQLError) {
                try work(pipeline, context, group)
            } catch {
                pipeline.sink.abandon()
                throw error
            }
        }
        let tasks = try pipeline.sink.finalTasks(context)
        if !tasks.isEmpty {
            let next = Atomic<Int>(0)
            try WorkerGroup.run(max(1, min(context.threads, tasks.count)), context.cancellation) { _, group throws(SQLError) in
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    if index >= tasks.count { return }
                    try group.check()
                    try tasks[index]()
                }
            }
        }
        try pipeline.sink.complete(context)
        return workers
    }

    /// One worker from its first chunk to the end.
    private static func work(_ pipeline: Pipeline, _ context: ExecutionContext, _ group: WorkerGroup) throws(SQLError) {
        var consumer = try pipeline.sink.worker(context)
        for step in pipeline.operators.reversed() { consumer = try step.worker(into: consumer, context) }
        let producer = try pipeline.source.worker(context)
        while let chunk = try producer.next() {
            try group.check()
            if chunk.count == 0 { continue }
            if try consumer.consume(chunk) == .enough { break }
        }
        try group.check()
        try consumer.finish()
    }
}
