// The pool with real threads: what is parked holds no worker, no wake-up is lost, an end is an end.

import LodeCore
import LodeFunctions
import LodeVectors
import Synchronization
import Testing

@testable import LodeExecution

@Suite struct WorkerPoolTests {
    private func context(_ pool: WorkerPool, threads: Int = 4, _ cancellation: Cancellation = Cancellation()) -> ExecutionContext {
        ExecutionContext(
            pool: pool, memory: MemoryBudget(limit: 1 << 30), cancellation: cancellation, functions: FunctionContext(transactionMicros: 0),
            relations: OperatorFixture.relations, threads: threads)
    }

    private func run(_ source: any Source, _ sink: any Sink, _ context: ExecutionContext) -> PipelineRun {
        PipelineRun([Pipeline(name: "test", source: source, operators: [], sink: sink)], context, metrics: nil)
    }

    @Test(arguments: [1, 2, 4]) func `all morsels are taken, whatever the number of workers`(workers: Int) throws {
        let pool = WorkerPool(workers: workers)
        for _ in 0..<50 {
            let sink = StubSink()
            try run(StubSource(Array(1...100)), sink, context(pool)).runToEnd()
            #expect(sink.rows.load(ordering: .relaxed) == 5050)
        }
    }

    @Test func `a parked run holds no worker, and goes on when it is woken`() throws {
        let pool = WorkerPool(workers: 1)
        let gate = GatedSource(), gated = StubSink(), isOver = Semaphore()
        run(gate, gated, context(pool)).start { _ in isOver.signal() }
        gate.asked.wait()
        // The only worker is free for others.
        let sink = StubSink()
        try run(StubSource([1, 2, 3]), sink, context(pool)).runToEnd()
        #expect(sink.rows.load(ordering: .relaxed) == 6)
        gate.open(rows: 7)
        isOver.wait()
        #expect(gated.rows.load(ordering: .relaxed) == 7)
    }

    /// The event may come at any moment between the look at the condition and the parking.
    @Test func `no wake-up is lost`() throws {
        let pool = WorkerPool(workers: 2)
        for _ in 0..<2000 {
            let gate = GatedSource(), isOver = Semaphore(), sink = StubSink()
            run(gate, sink, context(pool)).start { _ in isOver.signal() }
            gate.open(rows: 1)
            isOver.wait()
            #expect(sink.rows.load(ordering: .relaxed) == 1)
        }
    }

    @Test func `a cancelled run that is parked ends at once, with the reason`() throws {
        let pool = WorkerPool(workers: 1), cancellation = Cancellation()
        let gate = GatedSource(), isOver = Semaphore(), failure = ErrorBox()
        run(gate, StubSink(), context(pool, cancellation)).start { error in
            failure.set(error)
            isOver.signal()
        }
        gate.asked.wait()
        cancellation.cancel(.statementTimeout)
        isOver.wait()
        #expect(failure.error?.message == "canceling statement due to statement timeout")
    }

    private func context(_ pool: WorkerPool, _ cancellation: Cancellation) -> ExecutionContext { context(pool, threads: 4, cancellation) }

    @Test func `all workers are still there after many short runs`() throws {
        let pool = WorkerPool(workers: 2)
        for _ in 0..<200 { try run(StubSource([1]), StubSink(), context(pool)).runToEnd() }
        let source = MeetingSource()
        try run(source, StubSink(), context(pool)).runToEnd()
        #expect(source.haveMet)
    }

    @Test func `no more workers than a statement may have are at it at once`() throws {
        let pool = WorkerPool(workers: 4)
        let source = CountingSource(count: 2000)
        try run(source, StubSink(), context(pool, threads: 2)).runToEnd()
        #expect(source.most.load(ordering: .relaxed) <= 2)
    }

    @Test func `runs begun from many threads all end`() throws {
        let pool = WorkerPool(workers: 2), isOver = Semaphore(), sum = Atomic<Int>(0)
        for _ in 0..<16 {
            PosixThread {
                for _ in 0..<20 {
                    let sink = StubSink()
                    try? self.run(StubSource([1, 2, 3, 4]), sink, self.context(pool)).runToEnd()
                    sum.add(sink.rows.load(ordering: .relaxed), ordering: .relaxed)
                }
                isOver.signal()
            }.start()
        }
        for _ in 0..<16 { isOver.wait() }
        #expect(sum.load(ordering: .relaxed) == 16 * 20 * 10)
    }

    @Test func `a full buffer parks the query and not the worker`() throws {
        let pool = WorkerPool(workers: 1), buffer = ResultBuffer(capacity: 1), isOver = Semaphore()
        let source = StubSource(Array(repeating: 1, count: 100))
        run(source, OutputSink(buffer, order: nil), context(pool)).start { error in
            buffer.end(error)
            isOver.signal()
        }
        guard case .rows = buffer.next() else { throw SQLError(.internalError, "no rows") }
        let sink = StubSink()
        try run(StubSource([5]), sink, context(pool)).runToEnd()
        #expect(sink.rows.load(ordering: .relaxed) == 5)
        var rows = 1
        reading: while true {
            switch buffer.next() {
            case .rows(let chunk): rows += chunk.count
            case .waiting: continue
            case .end: break reading
            }
        }
        #expect(rows == 100)
        isOver.wait()
    }

    @Test func `a reader that closes ends the query`() throws {
        let pool = WorkerPool(workers: 1), buffer = ResultBuffer(capacity: 1), isOver = Semaphore()
        run(StubSource(Array(repeating: 1, count: 1_000_000)), OutputSink(buffer, order: nil), context(pool)).start { _ in
            isOver.signal()
        }
        guard case .rows = buffer.next() else { throw SQLError(.internalError, "no rows") }
        buffer.close()
        isOver.wait()
    }
}

/// Holds its reader back until it is opened, as a read that is under way does.
final class GatedSource: Source {
    private let rows = Lock<Int?>(nil)
    private let opened = Signal()
    /// Signalled whenever somebody found it closed.
    let asked = Semaphore()

    func open(rows count: Int) {
        rows.withLock { $0 = count }
        opened.raise()
    }

    func open(_ context: ExecutionContext) throws(SQLError) {}
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self) }
    var parallelism: Int { 1 }
    var progress: Double? { nil }

    private final class Producer: ChunkProducer {
        let source: GatedSource
        private var isGiven = false
        private(set) var waits: Wait?

        init(_ source: GatedSource) { self.source = source }

        func next() throws(SQLError) -> Chunk? {
            waits = nil
            if isGiven { return nil }
            let ticket = source.opened.ticket
            guard let count = source.rows.withLock({ $0 }) else {
                waits = ticket
                source.asked.signal()
                return nil
            }
            isGiven = true
            return Chunk(columns: [], count: count)
        }
    }
}

/// Two parts, each of which waits for the other: that takes two workers at once.
final class MeetingSource: Source {
    private let arrived = Atomic<Int>(0), met = Atomic<Int>(0)
    private let other = [Semaphore(), Semaphore()]

    var haveMet: Bool { met.load(ordering: .relaxed) == 2 }
    var parallelism: Int { 2 }
    var progress: Double? { nil }
    func open(_ context: ExecutionContext) throws(SQLError) {}
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self) }

    private final class Producer: ChunkProducer {
        private let source: MeetingSource
        private var isOver = false
        init(_ source: MeetingSource) { self.source = source }

        func next() throws(SQLError) -> Chunk? {
            if isOver { return nil }
            isOver = true
            let place = source.arrived.add(1, ordering: .relaxed).newValue - 1
            guard place < 2 else { return nil }
            source.other[1 - place].signal()
            if source.other[place].wait(until: MonotonicClock.now() + 5_000_000_000) { source.met.add(1, ordering: .relaxed) }
            return nil
        }
    }
}

/// Notes how many workers are in it at once.
final class CountingSource: Source {
    private let left: Atomic<Int>
    private let inside = Atomic<Int>(0)
    let most = Atomic<Int>(0)

    init(count: Int) { left = Atomic(count) }

    func open(_ context: ExecutionContext) throws(SQLError) {}
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self) }
    var parallelism: Int { .max }
    var progress: Double? { nil }

    private final class Producer: ChunkProducer {
        let source: CountingSource
        init(_ source: CountingSource) { self.source = source }

        func next() throws(SQLError) -> Chunk? {
            let now = source.inside.add(1, ordering: .relaxed).newValue
            defer { source.inside.subtract(1, ordering: .relaxed) }
            source.most.max(now, ordering: .relaxed)
            return source.left.subtract(1, ordering: .relaxed).newValue >= 0 ? Chunk(columns: [], count: 1) : nil
        }
    }
}

/// Carries an error out of a closure.
final class ErrorBox: Sendable {
    private let held = Lock<SQLError?>(nil)
    var error: SQLError? { held.withLock { $0 } }
    func set(_ error: SQLError?) { held.withLock { $0 = error } }
}
