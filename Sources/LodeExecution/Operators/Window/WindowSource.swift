/// Computes window functions over sorted rows, some partitions at a time on each worker.

import LodeCore
import LodePlan
import LodeVectors
import Synchronization

/// Pieces begin at partitions; a partition is never cut, however large it is.
final class WindowSource: Source {
    private let build: SortBuild
    private let shape: WindowShape
    private let order: BatchOrder
    private let next = Atomic<Int>(0)
    private let total = Atomic<Int>(0)

    /// Rows after which a piece ends with the partition.
    private static let pieceRows = 16 * Chunk.capacity

    init(_ build: SortBuild, _ shape: WindowShape, _ order: BatchOrder) {
        self.build = build
        self.shape = shape
        self.order = order
    }

    func open(_ context: ExecutionContext) throws(SQLError) {
        total.store(try build.result().count, ordering: .relaxed)
        next.store(0, ordering: .relaxed)
        order.reset()
    }

    var parallelism: Int { max(1, (total.load(ordering: .relaxed) + Self.pieceRows - 1) / Self.pieceRows) }

    var progress: Double? {
        let rows = total.load(ordering: .relaxed)
        return rows == 0 ? 1 : min(1, Double(next.load(ordering: .relaxed) * Self.pieceRows) / Double(rows))
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer {
        Producer(self, try build.result(), context)
    }

    private final class Producer: ChunkProducer {
        private let source: WindowSource
        private let sorted: SortedRows
        private let context: ExecutionContext
        private var batch: Int?
        private var piece: WindowPiece?
        private var values: [any WindowValues] = []
        private var row = 0

        init(_ source: WindowSource, _ sorted: SortedRows, _ context: ExecutionContext) {
            self.source = source
            self.sorted = sorted
            self.context = context
        }

        func next() throws(SQLError) -> Chunk? {
            while true {
                if let piece, row < piece.count {
                    let count = min(Chunk.capacity, piece.count - row)
                    var columns: [Column] = []
                    for index in source.shape.sort.columns.indices {
                        columns.append(try piece.gather.column(index, piece.rows + row, count))
                    }
                    for value in values { columns.append(try value.values(row, count)) }
                    row += count
                    return Chunk(columns: columns, count: count, batch: batch ?? 0)
                }
                piece = nil
                values = []
                let taken = source.order.advance(from: batch) { () -> Int? in
                    let index = source.next.add(1, ordering: .relaxed).oldValue
                    return index * WindowSource.pieceRows < sorted.count ? index : nil
                }
                guard let taken else { return nil }
                batch = taken.batch
                try begin(taken.work)
            }
        }

        private func begin(_ index: Int) throws(SQLError) {
            let shape = source.shape
            let first = boundary(index * WindowSource.pieceRows)
            let end = boundary(min(sorted.count, (index + 1) * WindowSource.pieceRows))
            guard first < end else { return }
            let fresh = try WindowPiece(
                sorted, first: first, count: end - first, partition: shape.partition, peers: shape.peers, context)
            for call in shape.calls {
                try context.cancellation.check()
                values.append(try shape.values(call, fresh, context))
            }
            piece = fresh
            row = 0
        }

        /// The first row at or after `row` that begins a partition.
        private func boundary(_ row: Int) -> Int {
            if row == 0 || row >= sorted.count { return min(row, sorted.count) }
            let run = sorted.run, entries = run.entries
            func continues(_ other: Int) -> Bool { source.shape.partition.same(entries[row - 1].row, entries[other].row) }
            // Equal keys lie together: find where they end by doubling steps, then by halving.
            var low = row - 1, step = 1
            while low + step < sorted.count, continues(low + step) {
                low += step
                step *= 2
            }
            var high = min(low + step, sorted.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if continues(middle) { low = middle } else { high = middle }
            }
            return high
        }
    }
}
