/// The end of a query: rows go to whoever asked for them, in the order of the input.

import LodeCore
import LodeVectors

/// Hands chunks on one at a time. Chunks of a batch that is not yet the first open one wait; a worker that is too far ahead is parked, so
/// that what waits stays small; and all are parked as long as the consumer has no room.
final class OutputSink: Sink {
    private struct State {
        var waiting: [Chunk] = []
        var waitingRows = 0
        var hasEnough = false
    }

    /// Rows that may wait for earlier batches.
    private static let patience = 1 << 20

    private let consumer: any ResultConsumer
    private let order: BatchOrder?
    private let state = Lock(State())

    init(_ consumer: any ResultConsumer, order: BatchOrder?) {
        self.consumer = consumer
        self.order = order
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { Worker(self) }

    func drain() throws(SQLError) -> Demand { try deliver(below: Int.max) }

    private func take(_ chunk: Chunk) throws(SQLError) -> Demand {
        guard order == nil else {
            state.withLock { state in
                state.waiting.append(chunk)
                state.waitingRows += chunk.count
            }
            return try proceed(chunk.batch)
        }
        return try state.withLock { state throws(SQLError) in
            if state.hasEnough { return .enough }
            state.hasEnough = try consumer.receive(chunk) == .enough
            if state.hasEnough { return .enough }
            return consumer.waitForRoom.map { .full($0) } ?? .more
        }
    }

    /// Hands on what may be; says whether a worker at `batch` should go on.
    private func proceed(_ batch: Int) throws(SQLError) -> Demand {
        guard let order else { return state.withLock { $0.hasEnough } ? .enough : consumer.waitForRoom.map { .full($0) } ?? .more }
        // Only a worker that is not at the first open batch waits for others: the one that is makes the queue shorter.
        let moved = order.moved.ticket, lowest = order.lowestOpen
        let demand = try deliver(below: lowest == Int.max ? lowest : lowest + 1)
        if demand != .more || batch <= lowest { return demand }
        return state.withLock { $0.waitingRows > Self.patience } ? .full(moved) : .more
    }

    /// Hands on what waits of the batches below `limit`, as far as the consumer has room.
    private func deliver(below limit: Int) throws(SQLError) -> Demand {
        try state.withLock { state throws(SQLError) in
            if state.hasEnough { return .enough }
            if state.waiting.contains(where: { $0.batch < limit }) {
                let rest = state.waiting.filter { $0.batch >= limit }
                let due = state.waiting.enumerated().filter { $0.element.batch < limit }
                let ready = due.sorted { ($0.element.batch, $0.offset) < ($1.element.batch, $1.offset) }.map(\.element)
                var given = 0
                while given < ready.count, consumer.waitForRoom == nil {
                    state.waitingRows -= ready[given].count
                    given += 1
                    state.hasEnough = try consumer.receive(ready[given - 1]) == .enough
                    if state.hasEnough { return .enough }
                }
                state.waiting = ready[given...] + rest
            }
            return consumer.waitForRoom.map { .full($0) } ?? .more
        }
    }

    private final class Worker: ChunkConsumer {
        private let sink: OutputSink
        private var batch = 0

        init(_ sink: OutputSink) { self.sink = sink }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            batch = chunk.batch
            return try sink.take(chunk)
        }

        func resume() throws(SQLError) -> Demand { try sink.proceed(batch) }
        func finish() throws(SQLError) {}
    }
}
