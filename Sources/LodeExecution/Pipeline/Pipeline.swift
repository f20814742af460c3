/// How chunks flow: from a source through operators into a sink, on several workers at once.

import LodeCore
import LodeVectors

/// Whether whoever takes chunks wants more.
package enum Demand: Sendable, Equatable {
    case more
    case enough
    /// The chunk was taken, but no further one is wanted until what is waited for has happened; then `resume` is called.
    case full(Wait)
}

/// Takes chunks: an operator, which passes results on, or a sink, which keeps them. One worker at a time owns it; it is not `Sendable`.
///
///     consume … consume ─▶ full … resume ─▶ consume … ─▶ giveRest ─▶ finish
///
/// Nobody waits in these calls. Who can't go on says `.full`, and the strand is parked: it holds no worker until it is woken.
package protocol ChunkConsumer: AnyObject {
    /// - Returns: `.enough` when further chunks would change nothing (a full LIMIT). `.full` asks for a pause; a chunk that comes all the
    ///   same is taken.
    func consume(_ chunk: Chunk) throws(SQLError) -> Demand
    /// After `.full`: goes on with what was left undone. It may be `.full` still.
    func resume() throws(SQLError) -> Demand
    /// No more chunks come to this worker: an operator passes on what it holds back. Called again when it was `.full` and is resumed.
    func giveRest() throws(SQLError) -> Demand
    /// The end: an operator finishes its downstream; a sink merges the worker's state into its own.
    func finish() throws(SQLError)
}

extension ChunkConsumer {
    package func resume() throws(SQLError) -> Demand { .more }
    package func giveRest() throws(SQLError) -> Demand { .more }
}

/// A consumer that gives at most one chunk for each that it takes, and holds nothing back.
package protocol PassingConsumer: ChunkConsumer {
    var downstream: any ChunkConsumer { get }
}

extension PassingConsumer {
    package func resume() throws(SQLError) -> Demand { try downstream.resume() }
    package func giveRest() throws(SQLError) -> Demand { try downstream.giveRest() }
    package func finish() throws(SQLError) { try downstream.finish() }
}

/// Gives chunks. One worker at a time owns it.
package protocol ChunkProducer: AnyObject {
    /// The next rows; nil at the end, or as long as `waits`.
    func next() throws(SQLError) -> Chunk?
    /// After nil: what must happen before there are more rows, such as a read that is under way; nil at the end.
    var waits: Wait? { get }
}

extension ChunkProducer {
    package var waits: Wait? { nil }
}

/// Where a pipeline's chunks come from: a scan, or what an earlier pipeline's sink has made.
package protocol Source: AnyObject, Sendable {
    /// Called when the query begins, perhaps long before `open`: what it will need from afar may be asked for. It must not wait.
    func begin(_ context: ExecutionContext)
    /// Called once, when the pipelines that this one needs are done and before any worker is made.
    func open(_ context: ExecutionContext) throws(SQLError)
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer
    /// How many workers are of use; 1 where order matters.
    var parallelism: Int { get }
    /// 0...1, if known; for progress bars.
    var progress: Double? { get }
}

extension Source {
    package func begin(_ context: ExecutionContext) {}
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
    /// After every worker has finished: passes on what is still held. Called again when it was `.full` and what it waited for has happened.
    func drain() throws(SQLError) -> Demand
    /// What remains to be done then, as tasks that run in parallel on the workers (merging partitions, sorting runs). They are followed by
    /// `complete`.
    func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask]
    /// Called once, at the very end.
    func complete(_ context: ExecutionContext) throws(SQLError)
}

/// A piece of a sink's final work.
package typealias FinalTask = @Sendable () throws(SQLError) -> Void

extension Sink {
    package var workerLimit: Int { .max }
    package func drain() throws(SQLError) -> Demand { .more }
    package func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] { [] }
    package func complete(_ context: ExecutionContext) throws(SQLError) {}
}

/// A source, operators and a sink that run together.
package final class Pipeline: Sendable {
    package let name: String
    package let source: any Source
    package let operators: [any Operator]
    package let sink: any Sink
    /// The pipelines of the same run whose results it reads, by number.
    package let needs: Set<Int>

    package init(name: String, source: any Source, operators: [any Operator], sink: any Sink, needs: Set<Int> = []) {
        self.name = name
        self.source = source
        self.operators = operators
        self.sink = sink
        self.needs = needs
    }
}
