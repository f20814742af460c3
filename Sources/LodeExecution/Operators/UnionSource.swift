/// UNION ALL: the rows of several pipelines, one after the other.

import LodeCore
import LodeVectors
import Synchronization

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

    private let inputs: [Input]
    private let current = Atomic<Int>(0)

    /// Distance between the batch numbers of two inputs.
    private static let batchStride = 1 << 40

    init(_ inputs: [Input]) { self.inputs = inputs }

    func open(_ context: ExecutionContext) throws(SQLError) {
        for input in inputs { try input.source.open(context) }
        current.store(0, ordering: .relaxed)
    }

    var parallelism: Int {
        let most = inputs.map(\.source.parallelism).max() ?? 1
        return max(most, inputs.count > 1 ? inputs.count : 1)
    }

    var progress: Double? {
        let known = inputs.compactMap(\.source.progress)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(inputs.count)
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self, context) }

    /// How many workers have opened an input: sources that serve only one are opened by one.
    private let opened = Mutex<[Int: Int]>([:])

    private func enter(_ index: Int) -> Bool {
        let limit = max(1, inputs[index].source.parallelism)
        return opened.withLock { opened in
            let count = opened[index, default: 0]
            guard count < limit else { return false }
            opened[index] = count + 1
            return true
        }
    }

    private final class Producer: ChunkProducer {
        private let union: UnionSource
        private let context: ExecutionContext
        private var index = -1
        private var producer: (any ChunkProducer)?
        private var consumer: (any ChunkConsumer)?
        private let buffer = Buffered()
        private var given = 0

        init(_ union: UnionSource, _ context: ExecutionContext) {
            self.union = union
            self.context = context
        }

        func next() throws(SQLError) -> Chunk? {
            while true {
                if given < buffer.chunks.count {
                    var chunk = buffer.chunks[given]
                    given += 1
                    chunk.batch = index * UnionSource.batchStride + chunk.batch
                    return chunk
                }
                buffer.chunks.removeAll(keepingCapacity: true)
                given = 0
                guard let producer, let consumer else {
                    guard try advance() else { return nil }
                    continue
                }
                if let chunk = try producer.next() {
                    if try consumer.consume(chunk) == .more { continue }
                }
                self.producer = nil
                self.consumer = nil
                try consumer.finish()
            }
        }

        private func advance() throws(SQLError) -> Bool {
            index += 1
            while index < union.inputs.count, !union.enter(index) { index += 1 }
            guard index < union.inputs.count else { return false }
            let input = union.inputs[index]
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
        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            chunks.append(chunk)
            return .more
        }
        func finish() throws(SQLError) {}
    }
}
