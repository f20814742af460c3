/// Reads the groups of an aggregation.

import LodeCore
import LodeVectors
import Synchronization

/// Workers take partitions, merge them and give their groups while these are in the cache.
final class AggregateSource: Source {
    private let result: AggregateResult
    private let next = Atomic<Int>(0)
    /// Every set's partitions, one after the other.
    private let parts: [(set: Int, partition: Int)]

    init(_ result: AggregateResult) {
        self.result = result
        var parts: [(set: Int, partition: Int)] = []
        for set in result.plan.sets.indices {
            for partition in 0..<result.partitionCount(of: set) { parts.append((set, partition)) }
        }
        self.parts = parts
    }

    func open(_ context: ExecutionContext) throws(SQLError) { next.store(0, ordering: .relaxed) }

    /// Few groups are not worth a second worker.
    var parallelism: Int { max(1, min(parts.count, result.rowCount / 4096)) }

    var progress: Double? { min(1, Double(next.load(ordering: .relaxed)) / Double(max(1, parts.count))) }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self, context) }

    private final class Producer: ChunkProducer {
        private let source: AggregateSource
        private let context: ExecutionContext
        private var groups: MergedGroups?
        private var layout: GroupLayout?
        private var set = 0
        private var given = 0

        init(_ source: AggregateSource, _ context: ExecutionContext) {
            self.source = source
            self.context = context
        }

        func next() throws(SQLError) -> Chunk? {
            while true {
                if let groups, let layout, given < groups.count {
                    let count = min(Chunk.capacity, groups.count - given)
                    let chunk = try groups.chunk(given, count, set: set, layout: layout)
                    given += count
                    return chunk
                }
                let index = source.next.add(1, ordering: .relaxed).oldValue
                guard index < source.parts.count else { return nil }
                let part = source.parts[index]
                set = part.set
                groups = try source.result.merge(part.set, part.partition, context)
                layout = try source.result.plan.layout(of: source.result.plan.sets[part.set])
                given = 0
            }
        }
    }
}
