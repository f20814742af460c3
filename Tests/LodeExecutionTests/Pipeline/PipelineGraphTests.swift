// What there is to do next in a run, step by step, without threads.

import LodeCore
import LodeVectors
import Synchronization
import Testing

@testable import LodeExecution

@Suite struct PipelineGraphTests {
    private func pipeline(_ name: String, needs: Set<Int> = []) -> Pipeline {
        Pipeline(name: name, source: StubSource([]), operators: [], sink: StubSink(), needs: needs)
    }

    private struct Taken {
        var pipeline: Int
        var step: PipelineStep
        var kind: String

        var strand: Strand? { if case .flow(let strand) = step { strand } else { nil } }
    }

    private func take(_ graph: inout PipelineGraph) -> Taken? {
        guard let (pipeline, step) = graph.take() else { return nil }
        let kind =
            switch step {
            case .open: "open"
            case .flow: "flow"
            case .drain: "drain"
            case .plan: "plan"
            case .task: "task"
            case .complete: "complete"
            }
        return Taken(pipeline: pipeline, step: step, kind: kind)
    }

    /// Takes a step, which must be the one that is named, and settles it.
    private func pass(_ graph: inout PipelineGraph, _ pipeline: Int, _ kind: String, _ outcome: StepOutcome) throws {
        let taken = try #require(take(&graph))
        #expect(taken.pipeline == pipeline && taken.kind == kind)
        _ = graph.settle(taken.pipeline, taken.strand, outcome)
    }

    @Test func `a pipeline goes from its source to its completion`() throws {
        var graph = PipelineGraph([pipeline("a")], workers: 2)
        try pass(&graph, 0, "open", .opened(strands: 1))
        try pass(&graph, 0, "flow", .ended)
        try pass(&graph, 0, "drain", .drained)
        try pass(&graph, 0, "plan", .planned([{}, {}]))
        let first = try #require(take(&graph)), second = try #require(take(&graph))
        #expect([first.kind, second.kind] == ["task", "task"] && !graph.canWork)
        _ = graph.settle(0, first.strand, .tasksDone)
        #expect(!graph.canWork)
        _ = graph.settle(0, second.strand, .tasksDone)
        #expect(!graph.isOver)
        try pass(&graph, 0, "complete", .completed)
        #expect(graph.isOver && !graph.canWork)
    }

    @Test func `no more strands are made than are of use, and one step of a kind is taken once`() throws {
        var graph = PipelineGraph([pipeline("a")], workers: 4)
        let open = try #require(take(&graph))
        #expect(!graph.canWork)
        _ = graph.settle(0, open.strand, .opened(strands: 3))
        var strands: [Taken] = []
        while let strand = take(&graph) { strands.append(strand) }
        #expect(strands.count == 3)
        for strand in strands { _ = graph.settle(0, strand.strand, .ended) }
        try pass(&graph, 0, "drain", .drained)
    }

    @Test func `when a strand has met the end no further one is made`() throws {
        var graph = PipelineGraph([pipeline("a")], workers: 8)
        try pass(&graph, 0, "open", .opened(strands: 8))
        try pass(&graph, 0, "flow", .ended)
        try pass(&graph, 0, "drain", .drained)
    }

    @Test func `a strand that has yielded goes on before a new one is made`() throws {
        var graph = PipelineGraph([pipeline("a")], workers: 2)
        try pass(&graph, 0, "open", .opened(strands: 2))
        let first = try #require(take(&graph))
        _ = graph.settle(0, first.strand, .yielded)
        let again = try #require(take(&graph))
        #expect(first.strand != nil && first.strand === again.strand)
    }

    @Test func `what needs another pipeline waits for it, what does not is stolen meanwhile`() throws {
        var graph = PipelineGraph([pipeline("a"), pipeline("b"), pipeline("c", needs: [0, 1])], workers: 2)
        let a = try #require(take(&graph)), b = try #require(take(&graph))
        #expect([a.pipeline, b.pipeline] == [0, 1] && !graph.canWork)
        for (index, taken) in [(1, b), (0, a)] {
            _ = graph.settle(index, taken.strand, .opened(strands: 1))
            try pass(&graph, index, "flow", .ended)
            try pass(&graph, index, "drain", .drained)
            try pass(&graph, index, "plan", .planned([]))
            #expect(graph.canWork)
            try pass(&graph, index, "complete", .completed)
        }
        try pass(&graph, 2, "open", .opened(strands: 1))
    }

    @Test func `the earliest pipeline comes first`() throws {
        var graph = PipelineGraph([pipeline("a"), pipeline("b")], workers: 2)
        try pass(&graph, 0, "open", .opened(strands: 2))
        let first = try #require(take(&graph)), second = try #require(take(&graph)), third = try #require(take(&graph))
        #expect([first.pipeline, second.pipeline, third.pipeline] == [0, 0, 1])
    }

    @Test func `a parked strand is nobody's until it is woken`() throws {
        var graph = PipelineGraph([pipeline("a")], workers: 1)
        try pass(&graph, 0, "open", .opened(strands: 1))
        let taken = try #require(take(&graph))
        let strand = try #require(taken.strand)
        _ = graph.settle(0, taken.strand, .parked(Signal().ticket))
        #expect(!graph.canWork && !graph.isOver)
        graph.wake(0, strand: ObjectIdentifier(strand))
        graph.wake(0, strand: ObjectIdentifier(strand))
        try pass(&graph, 0, "flow", .ended)
        try pass(&graph, 0, "drain", .parked(Signal().ticket))
        #expect(!graph.canWork)
        graph.wake(0, strand: nil)
        try pass(&graph, 0, "drain", .drained)
    }

    @Test func `after an error nothing is begun, and the run is over when all workers are back`() throws {
        var graph = PipelineGraph([pipeline("a"), pipeline("b")], workers: 2)
        let a = try #require(take(&graph)), b = try #require(take(&graph))
        _ = graph.settle(0, a.strand, .failed(SQLError(.divisionByZero, "first")))
        #expect(!graph.canWork && !graph.isOver)
        _ = graph.settle(1, b.strand, .failed(SQLError(.queryCanceled, "second")))
        #expect(graph.isOver && graph.failure?.message == "first")
    }
}

/// Gives what it was made with.
final class StubSource: Source {
    let chunks: [Int]
    private let next = Atomic<Int>(0)

    init(_ chunks: [Int]) { self.chunks = chunks }

    func open(_ context: ExecutionContext) throws(SQLError) {}
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self) }
    var parallelism: Int { .max }
    var progress: Double? { nil }

    private final class Producer: ChunkProducer {
        let source: StubSource
        init(_ source: StubSource) { self.source = source }

        func next() throws(SQLError) -> Chunk? {
            let index = source.next.add(1, ordering: .relaxed).oldValue
            return index < source.chunks.count ? Chunk(columns: [], count: source.chunks[index]) : nil
        }
    }
}

/// Counts rows.
final class StubSink: Sink {
    let rows = Atomic<Int>(0)
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { Worker(self) }

    private final class Worker: ChunkConsumer {
        let sink: StubSink
        init(_ sink: StubSink) { self.sink = sink }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            sink.rows.add(chunk.count, ordering: .relaxed)
            return .more
        }
        func finish() throws(SQLError) {}
    }
}
