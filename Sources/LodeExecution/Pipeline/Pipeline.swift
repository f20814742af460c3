/// How chunks flow: from a source through operators into a sink, on several workers at once.

import LodeCore
import LodeVectors

/// Whether whoever takes chunks wants more.
package enum Demand: Sendable { case more, enough }

/// Takes chunks: an operator, which passes results on, or a sink, which keeps them. One worker owns it; it is not `Sendable`.
package protocol ChunkConsumer: AnyObject {
    /// - Returns: `.enough` when further chunks would change nothing (a full LIMIT).
    func consume(_ chunk: Chunk) throws(SQLError) -> Demand
    /// No more chunks come to this worker: an operator passes on what it holds back and finishes its downstream; a sink
    /// merges the worker's state into its own.
    func finish() throws(SQLError)
}

/// Gives chunks. One worker owns it.
package protocol ChunkProducer: AnyObject {
    /// The next rows; nil at the end.
    func next() throws(SQLError) -> Chunk?
}

/// Where a pipeline's chunks come from: a scan, or what an earlier pipeline's sink has made.
package protocol Source: AnyObject, Sendable {
    /// Called once, when the pipelines that this one depends on are done and before any worker is made.
    func open(_ context: ExecutionContext) throws(SQLError)
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer
    /// How many workers are of use; 1 where order matters.
    var parallelism: Int { get }
    /// 0...1, if known; for progress bars.
    var progress: Double? { get }
}

/// A step that holds no rows back across workers: filter, project, probe.
package protocol Operator: AnyObject, Sendable {
    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer
}

/// Where a pipeline ends: the build of a join, an aggregation, a sort, a result.
package protocol Sink: AnyObject, Sendable {
    /// How many workers may fill it: one where the order of rows matters.
    var workerLimit: Int { get }
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer
    /// After every worker has finished: what remains to be done, as tasks that run in parallel on the workers
    /// (merging partitions, sorting runs). They are followed by `complete`.
    func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask]
    /// Called once, at the very end.
    func complete(_ context: ExecutionContext) throws(SQLError)
    /// Some worker failed: whoever waits within the sink must not wait any longer. Called from any thread.
    func abandon()
}

/// A piece of a sink's final work.
package typealias FinalTask = @Sendable () throws(SQLError) -> Void

extension Sink {
    package var workerLimit: Int { .max }
    package func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] { [] }
    package func complete(_ context: ExecutionContext) throws(SQLError) {}
    package func abandon() {}
}

/// A source, operators and a sink that run together.
package final class Pipeline: Sendable {
    package let name: String
    package let source: any Source
    package let operators: [any Operator]
    package let sink: any Sink

    package init(name: String, source: any Source, operators: [any Operator], sink: any Sink) {
        self.name = name
        self.source = source
        self.operators = operators
        self.sink = sink
    }
}
