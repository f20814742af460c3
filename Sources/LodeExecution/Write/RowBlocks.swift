/// Rows on their way into files, in the order of the query.

import Glibc
import LodeCore
import LodeFormats
import LodeVectors
import Synchronization

/// Cuts the rows of all workers into blocks, each of which one worker then encodes.
///
///     chunks  ──▶  waiting  ──▶  ready  ──▶  blocks  ──▶  encoded by whoever is free
///                 (of batches   (in order)   (numbered)
///                  behind open ones)
///
/// So files hold the rows in the order of the query, and full row groups however many workers there are. A worker that is too far
/// ahead of the first open batch reads no further, and encodes what others have made ready.
final class RowBlocks: Sendable {
    /// Rows that make a row group, and where they go.
    struct Block: Sendable {
        var chunks: [Chunk]
        var file: OpenFiles.File
        var number: Int
    }

    /// A chunk and what keeping it costs.
    private struct Held {
        var chunk: Chunk
        var bytes: Int
    }

    private struct State {
        /// Rows of batches that come after one that is still being read.
        var waiting: [Held] = []
        var waitingRows = 0
        var waitingBytes = 0
        /// Rows whose turn it is.
        var ready: [Chunk] = []
        var readyRows = 0
        var readyBytes = 0
        var blocks: [Block] = []
        /// Workers with nothing to do but encode.
        var idle = 0
        var isAbandoned = false
    }

    private let specification: WriteSpecification
    private let files: OpenFiles
    private let order: BatchOrder?
    private let blockRows: Int
    private let state = Mutex(State())

    /// What may wait for earlier batches.
    private static let patienceRows = 1 << 20
    private static let patienceBytes = 64 << 20
    /// A block ends early when its rows take this much memory.
    private static let blockBytes = 128 << 20

    init(_ specification: WriteSpecification, _ files: OpenFiles, _ order: BatchOrder?, blockRows: Int) {
        self.specification = specification
        self.files = files
        self.order = order
        self.blockRows = blockRows
    }

    func worker(_ context: ExecutionContext) -> any ChunkConsumer { Worker(self, context.cancellation) }

    func abandon() { state.withLock { $0.isAbandoned = true } }

    /// After the last worker: what is left, as tasks.
    func rest() throws(SQLError) -> [FinalTask] {
        try advance(isLast: true)
        let blocks = state.withLock { state in
            defer { state.blocks = [] }
            return state.blocks
        }
        let files = files
        var tasks: [FinalTask] = []
        for block in blocks {
            let task: FinalTask = { () throws(SQLError) in try BlockEncoder(files).encode(block) }
            tasks.append(task)
        }
        return tasks
    }

    // MARK: From chunks to blocks

    private func add(_ chunk: Chunk) throws(SQLError) {
        try specification.constraints?.check(chunk)
        let chunk = try chunk.withoutForeignMemory()
        let bytes = chunk.heldBytes
        state.withLock { state in
            state.waiting.append(Held(chunk: chunk, bytes: bytes))
            state.waitingRows += chunk.count
            state.waitingBytes += bytes
        }
        try advance(isLast: false)
    }

    /// Makes ready what may be, and cuts blocks: full ones, or all.
    private func advance(isLast: Bool) throws(SQLError) {
        let lowest = isLast ? Int.max : order?.lowestOpen ?? Int.max
        let full = try state.withLock { state throws(SQLError) -> [OpenFiles.File] in
            Self.settle(through: lowest, &state)
            var full: [OpenFiles.File] = []
            while state.readyRows >= blockRows || state.readyBytes >= Self.blockBytes || (isLast && state.readyRows > 0) {
                let (file, others) = try files.claim([])
                full += others
                state.blocks.append(Block(chunks: try Self.cut(blockRows, &state), file: file, number: file.writer.nextBlock()))
            }
            return full
        }
        for file in full { try files.complete(file) }
    }

    private static func settle(through batch: Int, _ state: inout State) {
        var due: [(Int, Held)] = []
        var rest: [Held] = []
        for (index, held) in state.waiting.enumerated() { if held.chunk.batch <= batch { due.append((index, held)) } else { rest.append(held) } }
        if due.isEmpty { return }
        state.waiting = rest
        due.sort { ($0.1.chunk.batch, $0.0) < ($1.1.chunk.batch, $1.0) }
        for (_, held) in due {
            state.waitingRows -= held.chunk.count
            state.waitingBytes -= held.bytes
            state.ready.append(held.chunk)
            state.readyRows += held.chunk.count
            state.readyBytes += held.bytes
        }
    }

    /// Takes the first rows that are ready, at most `rows`.
    private static func cut(_ rows: Int, _ state: inout State) throws(SQLError) -> [Chunk] {
        var taken: [Chunk] = []
        var count = 0, used = 0
        while used < state.ready.count, count < rows {
            let chunk = state.ready[used]
            let room = rows - count
            if chunk.count > room {
                taken.append(try chunk.slice(0, room))
                state.ready[used] = try chunk.slice(room, chunk.count - room)
                count = rows
            } else {
                taken.append(chunk)
                count += chunk.count
                used += 1
            }
        }
        state.ready.removeFirst(used)
        state.readyRows -= count
        state.readyBytes = state.ready.reduce(0) { $0 + $1.heldBytes }
        return taken
    }

    // MARK: Who encodes

    /// A block to encode. A busy worker leaves to the idle ones what they can do.
    private func block(isIdle: Bool) -> Block? {
        state.withLock { state in
            if state.isAbandoned || state.blocks.count <= (isIdle ? 0 : state.idle) { return nil }
            return state.blocks.removeFirst()
        }
    }

    /// Whether a worker should read no further: only those that are not at the first open batch.
    private func isTooFarAhead(_ batch: Int) -> Bool {
        guard let order, batch > order.lowestOpen else { return false }
        return state.withLock { state in
            !state.isAbandoned && (state.waitingRows > Self.patienceRows || state.waitingBytes > Self.patienceBytes)
        }
    }

    private final class Worker: ChunkConsumer {
        private let blocks: RowBlocks
        private let encoder: BlockEncoder
        private let cancellation: Cancellation

        init(_ blocks: RowBlocks, _ cancellation: Cancellation) {
            self.blocks = blocks
            self.cancellation = cancellation
            encoder = BlockEncoder(blocks.files)
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            try blocks.add(chunk)
            while let block = blocks.block(isIdle: false) { try encoder.encode(block) }
            if blocks.isTooFarAhead(chunk.batch) { try encodeUntilDue(chunk.batch) }
            return blocks.state.withLock { $0.isAbandoned } ? .enough : .more
        }

        private func encodeUntilDue(_ batch: Int) throws(SQLError) {
            blocks.state.withLock { $0.idle += 1 }
            defer { blocks.state.withLock { $0.idle -= 1 } }
            while blocks.isTooFarAhead(batch) {
                try cancellation.check()
                if let block = blocks.block(isIdle: true) { try encoder.encode(block) } else { usleep(200) }
                try blocks.advance(isLast: false)
            }
        }

        func finish() throws(SQLError) {}
    }
}

/// Encodes blocks one after another. One thread owns it.
private final class BlockEncoder {
    private let files: OpenFiles
    private var lane: (file: OpenFiles.File, lane: any FileWriterLane)?

    init(_ files: OpenFiles) { self.files = files }

    func encode(_ block: RowBlocks.Block) throws(SQLError) {
        let current: any FileWriterLane
        if let lane, lane.file === block.file { current = lane.lane } else { current = try block.file.writer.lane() }
        lane = (block.file, current)
        for chunk in block.chunks { try current.write(chunk) }
        try current.finish(block: block.number)
        try files.release(block.file)
    }
}
