/// UNION ALL: the rows of several pipelines, one after the other.

import LodeCore
import LodeVectors

/// A source over several inputs, each a source with its operators.
///
/// Workers take the inputs in order; a worker that finds nothing left in one goes on with the next. Batches are numbered so
/// that the rows of an earlier input come first.
final class UnionSource: Source {
    struct Input: Sendable {
        let source: any Source
        let operators: [any Operator]
        let order: BatchOrder?
    }

    private struct Visit {
        /// Workers that have begun it.
        var entered = 0
        var active = 0
        /// Whether some worker has found it at its end.
        var isExhausted = false

        var isOver: Bool { isExhausted && active == 0 }
    }

    private let inputs: [Input]
    private let visits: Lock<[Visit]>
    /// Raised when `lowestOpen` may have changed.
    let moved = Signal()

    /// Distance between the batch numbers of two inputs.
    private static let batchStride = 1 << 40

    init(_ inputs: [Input]) {
        self.inputs = inputs
        visits = Lock(Array(repeating: Visit(), count: inputs.count))
        for input in inputs { input.order?.moved.forward(to: moved) }
    }

    func begin(_ context: ExecutionContext) {
        for input in inputs { input.source.begin(context) }
    }

    func open(_ context: ExecutionContext) throws(SQLError) {
        for input in inputs { try input.source.open(context) }
        visits.withLock { $0 = Array(repeating: Visit(), count: inputs.count) }
    }

    /// Several inputs of files are worth a worker each; a few literal rows are not.
    var parallelism: Int {
        let widest = inputs.map(\.source.parallelism).max() ?? 1
        return max(widest, inputs.count { $0.source is FileScanSource || $0.source is AggregateSource })
    }

    /// The lowest batch that may still give rows.
    var lowestOpen: Int {
        let first = visits.withLock { visits in visits.firstIndex { !$0.isOver } }
        guard let first else { return Int.max }
        let inner = inputs[first].order.map { min($0.lowestOpen, Self.batchStride - 1) } ?? 0
        return first * Self.batchStride + inner
    }

    var progress: Double? {
        let known = inputs.compactMap(\.source.progress)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(inputs.count)
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self, context) }

    /// Whether one more worker may work on an input: sources that serve only one get one.
    private func enter(_ index: Int) -> Bool {
        let limit = max(1, inputs[index].source.parallelism)
        return visits.withLock { visits in
            guard visits[index].entered < limit, !visits[index].isExhausted else { return false }
            visits[index].entered += 1
            visits[index].active += 1
            return true
        }
    }

    private func leave(_ index: Int) {
        visits.withLock { visits in
            visits[index].active -= 1
            visits[index].isExhausted = true
        }
        moved.raise()
    }

    private final class Producer: ChunkProducer {
        private let union: UnionSource
        private let context: ExecutionContext
        private var index = -1
        private var producer: (any ChunkProducer)?
        private var consumer: (any ChunkConsumer)?
        private let buffer = Buffered()
        private var given = 0
        private var stage = Stage.pulling
        private(set) var waits: Wait?

        /// How far the input at hand is.
        private enum Stage { case pulling, resuming, giving, resumingRest, leaving }

        init(_ union: UnionSource, _ context: ExecutionContext) {
            self.union = union
            self.context = context
        }

        func next() throws(SQLError) -> Chunk? {
            waits = nil
            while true {
                if let chunk = takeBuffered() { return chunk }
                guard let producer, let consumer else {
                    guard try advance() else { return nil }
                    continue
                }
                var demand = Demand.more
                switch stage {
                case .pulling:
                    if let chunk = try producer.next() {
                        demand = try consumer.consume(chunk)
                    } else if let wait = producer.waits {
                        waits = wait
                        return nil
                    } else {
                        demand = .enough
                    }
                case .resuming, .resumingRest: demand = try consumer.resume()
                case .giving: demand = try consumer.giveRest()
                case .leaving:
                    // What the input held back is given before it counts as left.
                    self.producer = nil
                    self.consumer = nil
                    union.leave(index)
                    continue
                }
                try proceed(demand, consumer)
            }
        }

        private func proceed(_ demand: Demand, _ consumer: any ChunkConsumer) throws(SQLError) {
            let isAtEnd = stage == .giving || stage == .resumingRest
            switch demand {
            case .full: stage = isAtEnd ? .resumingRest : .resuming
            case .more where stage != .giving: stage = isAtEnd ? .giving : .pulling
            case .enough where !isAtEnd: stage = .giving
            case .more, .enough:
                try consumer.finish()
                stage = .leaving
            }
        }

        private func takeBuffered() -> Chunk? {
            guard given < buffer.chunks.count else {
                buffer.chunks.removeAll(keepingCapacity: true)
                given = 0
                return nil
            }
            var chunk = buffer.chunks[given]
            given += 1
            // Batches of an input without an order mean nothing.
            let inner = union.inputs[index].order == nil ? 0 : chunk.batch
            chunk.batch = index * UnionSource.batchStride + inner
            return chunk
        }

        private func advance() throws(SQLError) -> Bool {
            index += 1
            while index < union.inputs.count, !union.enter(index) { index += 1 }
            guard index < union.inputs.count else { return false }
            let input = union.inputs[index]
            stage = .pulling
            producer = try input.source.worker(context)
            var chain: any ChunkConsumer = buffer
            for step in input.operators.reversed() { chain = try step.worker(into: chain, context) }
            consumer = chain
            return true
        }
    }

    /// Takes what an input's operators give until the producer hands it on.
    private final class Buffered: ChunkConsumer {
        var chunks: [Chunk] = []
        private static let mostChunks = 8
        private let emptied = Signal()

        /// The producer resumes by itself, when it has handed on what is here.
        private var demand: Demand { chunks.count < Self.mostChunks ? .more : .full(emptied.ticket) }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            chunks.append(chunk)
            return demand
        }

        func resume() throws(SQLError) -> Demand { demand }
        func finish() throws(SQLError) {}
    }
}
