/// The end of a query: rows go to whoever asked for them, in the order of the input.

import Glibc
import LodeCore
import LodeVectors

/// Hands chunks on one at a time. Chunks of a batch that is not yet the first open one wait; a worker that is too far ahead
/// waits itself, so that what waits stays small.
final class OutputSink: Sink {
    private struct State {
        var waiting: [Chunk] = []
        var waitingRows = 0
        var isFull = false
    }

    /// Rows that may wait for earlier batches.
    private static let patience = 1 << 20

    private let consumer: any ResultConsumer
    private let order: BatchOrder?
    private let cancellation: Cancellation
    private let state = Lock(State())

    init(_ consumer: any ResultConsumer, order: BatchOrder?, cancellation: Cancellation) {
        self.consumer = consumer
        self.order = order
        self.cancellation = cancellation
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { Worker(self) }

    func complete(_ context: ExecutionContext) throws(SQLError) { try deliver(below: Int.max) }

    func abandon() { state.withLock { $0.isFull = true } }

    private func take(_ chunk: Chunk) throws(SQLError) -> Demand {
        guard let order else {
            return try state.withLock { state throws(SQLError) in
                if state.isFull { return .enough }
                if try consumer.receive(chunk) == .enough { state.isFull = true }
                return state.isFull ? .enough : .more
            }
        }
        let full = state.withLock { state in
            state.waiting.append(chunk)
            state.waitingRows += chunk.count
            return state.isFull
        }
        if full { return .enough }
        try deliver(through: order.lowestOpen)
        // Only a worker that is not at the first open batch waits: the one that is makes the queue shorter.
        while chunk.batch > order.lowestOpen, state.withLock({ $0.waitingRows > Self.patience && !$0.isFull }) {
            try cancellation.check()
            usleep(200)
            try deliver(through: order.lowestOpen)
        }
        return state.withLock { $0.isFull } ? .enough : .more
    }

    /// Hands on what waits of the batches up to `batch`.
    private func deliver(through batch: Int) throws(SQLError) { try deliver(below: batch == Int.max ? batch : batch + 1) }

    /// Hands on what waits of the batches below `limit`.
    private func deliver(below limit: Int) throws(SQLError) {
        try state.withLock { state throws(SQLError) in
            if state.isFull { return }
            var ready: [(Int, Chunk)] = []
            var rest: [Chunk] = []
            for (index, chunk) in state.waiting.enumerated() {
                if chunk.batch < limit { ready.append((index, chunk)) } else { rest.append(chunk) }
            }
            if ready.isEmpty { return }
            state.waiting = rest
            ready.sort { ($0.1.batch, $0.0) < ($1.1.batch, $1.0) }
            for (_, chunk) in ready {
                state.waitingRows -= chunk.count
                if try consumer.receive(chunk) == .enough {
                    state.isFull = true
                    return
                }
            }
        }
    }

    private final class Worker: ChunkConsumer {
        private let sink: OutputSink

        init(_ sink: OutputSink) { self.sink = sink }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand { try sink.take(chunk) }
        func finish() throws(SQLError) {}
    }
}
