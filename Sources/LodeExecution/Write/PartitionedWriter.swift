/// Rows on their way into the folders of their partitions.

import LodeCore
import LodeFormats
import LodeVectors

/// Collects rows until memory runs short or there are many, then writes them partition by partition. What is left at the end is
/// written together with what other workers have left, so that each partition is opened once, and closed at once:
///
///     worker 1: rows ─▶ full: all partitions ─▶ rows ─▶ ┐
///     worker 2: rows ─▶ …                               ├─▶ the rest, partition by partition
///
/// A writer's own buffers, one for each of thousands of partitions, would take far more, and so would open files.
final class PartitionedWriter: ChunkConsumer {
    private let specification: WriteSpecification
    private let files: OpenFiles
    private let rest: PartitionedRest
    private let reservation: WriteReservation
    private let splitter: PartitionSplitter
    private let columns: [Int]
    private let leavesRest: Bool
    private var waiting = PartitionedRows()
    private var reserved = 0
    /// Bytes that the rows of a worker take at most.
    private static let maxBytes = 256 << 20
    private static let reservationStep = 1 << 20
    private static let fewPartitions = 4

    /// - Parameter leavesRest: whether rows of other queries are written with what is left.
    init(
        _ specification: WriteSpecification, _ files: OpenFiles, _ rest: PartitionedRest, _ memory: MemoryBudget, leavesRest: Bool
    ) {
        self.specification = specification
        self.leavesRest = leavesRest
        self.files = files
        self.rest = rest
        reservation = WriteReservation(memory)
        splitter = PartitionSplitter(specification.partitionColumns, specification.transforms)
        columns = specification.fileColumns
    }

    func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
        if chunk.count == 0 { return .more }
        try specification.constraints?.check(chunk)
        let (order, runs) = try splitter.split(chunk)
        try waiting.add(Chunk(columns: columns.map { chunk.columns[$0] }, count: chunk.count, batch: chunk.batch), order, runs)
        while waiting.bytes > reserved {
            if waiting.bytes > Self.maxBytes || !reservation.tryReserve(Self.reservationStep) {
                // Less than one step is kept even where nothing can be reserved: rows are not written one by one.
                if waiting.bytes > Self.reservationStep { try writeAll() }
                break
            }
            reserved += Self.reservationStep
        }
        return .more
    }

    private func writeAll() throws(SQLError) {
        for partition in waiting.partitions {
            let rows = waiting
            try files.write(splitter.values(partition), rest.blockRows) { (write) throws(SQLError) in
                for piece in rows.pieces(partition) { try write(try rows.rows(piece)) }
            }
        }
        waiting = PartitionedRows()
        reservation.release(reserved)
        reserved = 0
    }

    func finish() throws(SQLError) {
        // Few partitions keep all workers busy only if each writes its own rows.
        if !leavesRest, waiting.partitions.count <= Self.fewPartitions { return try writeAll() }
        rest.add(waiting, splitter, reservation)
        waiting = PartitionedRows()
    }
}

/// What the workers hold at the end.
final class PartitionedRest: Sendable {
    private struct Left: Sendable {
        var rows: PartitionedRows
        var reservation: WriteReservation
    }

    private struct State {
        var left: [Left] = []
        /// For each partition, whose rows and under which number; in the order in which partitions were first met.
        var partitions: [[Value]] = []
        var parts: [[Value]: [(worker: Int, partition: Int)]] = [:]
    }

    /// Rows that are best written as one block.
    let blockRows: Int
    private let files: OpenFiles
    private let state = Lock(State())
    /// Partitions of one task, at most; of few partitions each is one.
    private static let taskPartitions = 16

    init(_ files: OpenFiles, blockRows: Int) {
        self.files = files
        self.blockRows = blockRows
    }

    fileprivate func add(_ rows: PartitionedRows, _ splitter: PartitionSplitter, _ reservation: WriteReservation) {
        state.withLock { state in
            state.left.append(Left(rows: rows, reservation: reservation))
            for partition in rows.partitions {
                let values = splitter.values(partition)
                if state.parts[values] == nil { state.partitions.append(values) }
                state.parts[values, default: []].append((state.left.count - 1, partition))
            }
        }
    }

    func tasks() -> [FinalTask] {
        let count = state.withLock { $0.partitions.count }
        let each = max(1, min(Self.taskPartitions, count / 64))
        var tasks: [FinalTask] = []
        for start in stride(from: 0, to: count, by: each) {
            let task: FinalTask = { () throws(SQLError) in
                for index in start..<min(start + each, count) { try self.write(index) }
            }
            tasks.append(task)
        }
        return tasks
    }

    private func write(_ index: Int) throws(SQLError) {
        let (values, parts) = state.withLock { state -> ([Value], [(rows: PartitionedRows, partition: Int)]) in
            let values = state.partitions[index]
            return (values, (state.parts[values] ?? []).map { (state.left[$0.worker].rows, $0.partition) })
        }
        // In the order of the query, whichever workers read the rows.
        var pieces: [(part: Int, piece: PartitionedRows.Piece)] = []
        for (index, part) in parts.enumerated() { pieces += part.rows.pieces(part.partition).map { (index, $0) } }
        pieces.sort { ($0.piece.batch, $0.part) < ($1.piece.batch, $1.part) }
        try files.write(values, blockRows) { (write) throws(SQLError) in
            for (part, piece) in pieces { try write(try parts[part].rows.rows(piece)) }
        }
        try files.close(values)
    }
}
