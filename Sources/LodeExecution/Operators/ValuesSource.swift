/// VALUES, and the one empty row of a SELECT without FROM.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Synchronization

/// Computes the rows when it is opened.
final class ValuesSource: Source {
    private let node: ValuesNode
    private let functions: FunctionContext
    private let chunks = Lock<[Chunk]>([])
    private let next = Atomic<Int>(0)

    init(_ node: ValuesNode, functions: FunctionContext) {
        self.node = node
        self.functions = functions
    }

    var parallelism: Int { 1 }
    var progress: Double? { nil }

    func open(_ context: ExecutionContext) throws(SQLError) {
        var made: [Chunk] = []
        var start = 0
        while start < node.rows.count {
            try context.cancellation.check()
            let end = min(start + Chunk.capacity, node.rows.count)
            var columns: [Column] = []
            for index in node.columns.indices { columns.append(try column(index, start..<end)) }
            made.append(Chunk(columns: columns, count: end - start))
            start = end
        }
        chunks.withLock { $0 = made }
        next.store(0, ordering: .relaxed)
    }

    private func column(_ index: Int, _ rows: Range<Int>) throws(SQLError) -> Column {
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        for row in rows { values.append(try ConstantFolder.evaluate(node.rows[row][index], functions)) }
        return try Column.make(node.columns[index].type, values)
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self, chunks.withLock { $0 }) }

    private final class Producer: ChunkProducer {
        private let source: ValuesSource
        private let chunks: [Chunk]

        init(_ source: ValuesSource, _ chunks: [Chunk]) {
            self.source = source
            self.chunks = chunks
        }

        func next() throws(SQLError) -> Chunk? {
            let index = source.next.add(1, ordering: .relaxed).oldValue
            return index < chunks.count ? chunks[index] : nil
        }
    }
}
