/// Rows on their way into the folders of their partitions.

import LodeCore
import LodeFormats
import LodeVectors

/// Collects each partition's rows until they make a row group or memory runs short, then writes them in one go: a writer's
/// own buffers, one for each of hundreds of partitions, would take far more.
final class PartitionedWriter: ChunkConsumer {
    private struct Waiting {
        var chunks: [Chunk] = []
        var rows = 0
        var bytes = 0
    }

    private let specification: WriteSpecification
    private let files: OpenFiles
    private let memory: MemoryBudget
    private let splitter: PartitionSplitter
    private let columns: [Int]
    private var waiting: [Waiting] = []
    private var waitingBytes = 0
    private var reserved = 0
    /// Rows that a partition's buffer holds at most.
    private let blockRows: Int
    /// Bytes that all buffers of a worker hold at most.
    private static let mostBytes = 256 << 20
    private static let reservationStep = 16 << 20

    init(_ specification: WriteSpecification, _ files: OpenFiles, _ memory: MemoryBudget, blockRows: Int) {
        self.specification = specification
        self.files = files
        self.memory = memory
        self.blockRows = blockRows
        splitter = PartitionSplitter(specification.partitionColumns)
        columns = specification.fileColumns
    }

    deinit { memory.release(reserved) }

    func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
        if chunk.count == 0 { return .more }
        try specification.constraints?.check(chunk)
        for (partition, rows) in try splitter.split(chunk) {
            let part = rows.count == chunk.count ? chunk : try chunk.gather(rows)
            try keep(Chunk(columns: columns.map { part.columns[$0] }, count: part.count), partition)
        }
        return .more
    }

    private func keep(_ chunk: Chunk, _ partition: Int) throws(SQLError) {
        while waiting.count <= partition { waiting.append(Waiting()) }
        let chunk = try chunk.withOwnMemory(), bytes = chunk.heldBytes
        waiting[partition].chunks.append(chunk)
        waiting[partition].rows += chunk.count
        waiting[partition].bytes += bytes
        waitingBytes += bytes
        if waiting[partition].rows >= blockRows { try write(partition) }
        if waitingBytes > reserved {
            if waitingBytes > Self.mostBytes || !memory.tryReserve(Self.reservationStep) { try makeRoom() } else { reserved += Self.reservationStep }
        }
    }

    /// Writes the largest buffers until half of the memory is free.
    private func makeRoom() throws(SQLError) {
        let order = waiting.indices.sorted { waiting[$0].bytes > waiting[$1].bytes }
        let target = waitingBytes / 2
        for partition in order where waitingBytes > target { try write(partition) }
    }

    private func write(_ partition: Int) throws(SQLError) {
        let rows = waiting[partition]
        if rows.rows == 0 { return }
        waiting[partition] = Waiting()
        waitingBytes -= rows.bytes
        let (file, full) = try files.claim(splitter.values(partition))
        for other in full { try files.complete(other) }
        let lane = try file.writer.lane()
        for chunk in rows.chunks { try lane.write(chunk) }
        try lane.finish()
        try files.release(file)
    }

    func finish() throws(SQLError) {
        for partition in waiting.indices { try write(partition) }
    }
}
