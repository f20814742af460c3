/// Rows kept in memory: the result of a CTE, of one round of a recursion, of an input that is read twice.

import LodeCore
import LodePlan
import LodeVectors
import Synchronization

/// Chunks in the order of their batches. Filled by a sink, then read by any number of sources.
package final class ChunkStore: Sendable {
    private let held = Lock<[Chunk]>([])
    private let reserved = Lock(0)
    private let memory: MemoryBudget?

    package init(memory: MemoryBudget? = nil) { self.memory = memory }

    deinit { memory?.release(reserved.withLock { $0 }) }

    package var chunks: [Chunk] { held.withLock { $0 } }
    package var rowCount: Int { held.withLock { $0.reduce(0) { $0 + $1.count } } }
    package var isEmpty: Bool { held.withLock { $0.isEmpty } }

    /// Adds chunks at the end.
    /// - Throws: `53200` if they don't fit the memory limit.
    package func append(_ chunks: [Chunk], bytes: Int) throws(SQLError) {
        try memory?.reserve(bytes, for: "materialized rows")
        reserved.withLock { $0 += bytes }
        held.withLock { $0 += chunks }
    }

    /// Puts the chunks into the order of their batches, and those of one batch into the order of arrival.
    package func sortByBatch() {
        held.withLock { chunks in
            let order = chunks.indices.sorted { (chunks[$0].batch, $0) < (chunks[$1].batch, $1) }
            chunks = order.map { chunks[$0] }
        }
    }

    /// Exchanges the content.
    package func replace(with other: ChunkStore) {
        let (theirs, bytes) = (
            other.held.withLock {
                let all = $0; $0 = []; return all
            },
            other.reserved.withLock {
                let all = $0; $0 = 0; return all
            }
        )
        held.withLock { $0 = theirs }
        let mine = reserved.withLock {
            let old = $0; $0 = bytes; return old
        }
        memory?.release(mine)
    }
}

extension Chunk {
    /// What keeping the chunk costs: its lanes, not the strings behind them, which columns share.
    package var approximateBytes: Int {
        columns.reduce(64) { sum, column in
            switch column.layout {
            case .constant: sum + 64
            case .dictionary: sum + 4 * count
            case .flat: sum + column.physical.stride * count
            }
        }
    }
}

/// Ends a pipeline in a `ChunkStore`.
package final class ChunkStoreSink: Sink {
    private let store: ChunkStore

    package init(_ store: ChunkStore) { self.store = store }

    package func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { Worker(store) }
    package func complete(_ context: ExecutionContext) throws(SQLError) { store.sortByBatch() }

    private final class Worker: ChunkConsumer {
        private let store: ChunkStore
        private var chunks: [Chunk] = []
        private var bytes = 0

        init(_ store: ChunkStore) { self.store = store }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            chunks.append(chunk)
            bytes += chunk.approximateBytes
            if bytes > 1 << 20 { try hand() }
            return .more
        }

        func finish() throws(SQLError) { try hand() }

        private func hand() throws(SQLError) {
            if chunks.isEmpty { return }
            try store.append(chunks, bytes: bytes)
            chunks = []
            bytes = 0
        }
    }
}

/// Gives the chunks of a store, which must be complete when the source is opened.
package final class ChunkStoreSource: Source {
    private let store: ChunkStore
    private let order: BatchOrder?
    private let opened = Lock<[Chunk]>([])
    private let next = Atomic<Int>(0)

    package init(_ store: ChunkStore, order: BatchOrder? = nil) {
        self.store = store
        self.order = order
    }

    package func open(_ context: ExecutionContext) throws(SQLError) {
        let chunks = store.chunks
        opened.withLock { $0 = chunks }
        next.store(0, ordering: .relaxed)
        order?.reset()
    }

    package var parallelism: Int { max(1, opened.withLock { $0.count } / 8) }

    package var progress: Double? {
        let total = opened.withLock { $0.count }
        return total == 0 ? 1 : min(1, Double(next.load(ordering: .relaxed)) / Double(total))
    }

    package func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer {
        Producer(self, opened.withLock { $0 })
    }

    private final class Producer: ChunkProducer {
        private let source: ChunkStoreSource
        private let chunks: [Chunk]
        private var batch: Int?

        init(_ source: ChunkStoreSource, _ chunks: [Chunk]) {
            self.source = source
            self.chunks = chunks
        }

        func next() throws(SQLError) -> Chunk? {
            func take() -> Int? {
                let index = source.next.add(1, ordering: .relaxed).oldValue
                return index < chunks.count ? index : nil
            }
            guard let order = source.order else { return take().map { chunks[$0] } }
            guard let (number, index) = order.advance(from: batch, take) else { return nil }
            batch = number
            var chunk = chunks[index]
            chunk.batch = number
            return chunk
        }
    }
}
