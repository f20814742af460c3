/// Reads sorted rows back as chunks, in order.

import LodeCore
import LodePlan
import LodeVectors
import Synchronization

/// Workers take pieces of some chunks each; batch numbers tell whoever keeps order which piece comes first.
final class SortedSource: Source {
    private let build: SortBuild
    private let order: BatchOrder
    private let next = Atomic<Int>(0)
    private let total = Atomic<Int>(0)

    /// Rows that one worker takes at a time.
    private static let pieceRows = 8 * Chunk.capacity

    init(_ build: SortBuild, _ order: BatchOrder) {
        self.build = build
        self.order = order
    }

    func open(_ context: ExecutionContext) throws(SQLError) {
        total.store(try build.result().count, ordering: .relaxed)
        next.store(0, ordering: .relaxed)
        order.reset()
    }

    var parallelism: Int { max(1, total.load(ordering: .relaxed) / Self.pieceRows) }

    var progress: Double? {
        let rows = total.load(ordering: .relaxed)
        return rows == 0 ? 1 : min(1, Double(next.load(ordering: .relaxed) * Self.pieceRows) / Double(rows))
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { try Producer(self, try build.result()) }

    private final class Producer: ChunkProducer {
        private let source: SortedSource
        private let rows: SortedRows
        private let memory: Buffer
        private var batch: Int?
        private var row = 0
        private var end = 0

        init(_ source: SortedSource, _ rows: SortedRows) throws(SQLError) {
            self.source = source
            self.rows = rows
            memory = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        }

        func next() throws(SQLError) -> Chunk? {
            if row == end {
                let piece = source.order.advance(from: batch) { () -> Int? in
                    let index = source.next.add(1, ordering: .relaxed).oldValue
                    return index * SortedSource.pieceRows < rows.count ? index : nil
                }
                guard let piece else { return nil }
                batch = piece.batch
                row = piece.work * SortedSource.pieceRows
                end = min(rows.count, row + SortedSource.pieceRows)
            }
            let pointers = memory.lanes(as: UnsafeMutableRawPointer.self, keptBy: self)
            let count = min(Chunk.capacity, end - row)
            rows.addresses(row, count, into: pointers)
            row += count
            var columns: [Column] = []
            for index in source.build.shape.columns.indices { columns.append(try rows.gather.column(index, pointers, count)) }
            return Chunk(columns: columns, count: count, batch: batch ?? 0)
        }
    }
}
