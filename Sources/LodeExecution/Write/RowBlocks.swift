/// Rows on their way into files, in the order of the query.

import LodeCore
import LodeFormats
import LodeVectors

/// Cuts the rows of all workers into blocks, each of which one worker then encodes.
///
///     chunks  ──▶  waiting  ──▶  ready  ──▶  blocks  ──▶  encoded by whoever is free
///                 (of batches   (in order)   (numbered)
///                  behind open ones)
///
/// So files hold the rows in the order of the query, and full row groups however many workers there are. A worker that is too far
/// ahead of the first open batch reads no further, and encodes what others have made ready.
///
/// Rows are reserved out of the memory limit, twice: as they came, and as the encoder keeps them. When that is refused, what is ready
/// becomes blocks, however short, and is written; only a worker at the first open batch may go on without a reservation, with as little as
/// one short block, since nothing would move otherwise.
final class RowBlocks: Sendable {
    /// Rows that make a row group, and where they go.
    struct Block: Sendable {
        var chunks: [Chunk]
        var file: OpenFiles.File
        var number: Int
        /// What is given back when the block is written.
        var reserved: Int
    }

    /// A chunk and what keeping it costs.
    private struct Held {
        var chunk: Chunk
        var bytes: Int
        var reserved: Int
    }

    private struct State {
        /// Rows of batches that come after one that is still being read, by batch.
        var waiting: [Int: [Held]] = [:]
        var waitingRows = 0
        var waitingBytes = 0
        /// Rows whose turn it is.
        var ready: [Chunk] = []
        var readyRows = 0
        var readyBytes = 0
        var readyReserved = 0
        var blocks: [Block] = []
        /// Workers with nothing to do but encode.
        var idle = 0
    }

    private let specification: WriteSpecification
    private let files: OpenFiles
    private let order: BatchOrder?
    private let blockRows: Int
    private let reservation: WriteReservation
    private let state: Lock<State>
    /// Raised when there are more blocks, less is reserved, or an earlier batch is over: whoever is parked looks again.
    private let changed = Signal()

    /// What may wait for earlier batches.
    private static let patienceRows = 1 << 20
    private static let patienceBytes = 64 << 20
    /// A block ends early when its rows take this much memory.
    private static let blockBytes = 128 << 20
    /// So much may be ready without a reservation.
    private static let leastBytes = 1 << 20

    init(
        _ specification: WriteSpecification, _ files: OpenFiles, _ order: BatchOrder?, _ reservation: WriteReservation, blockRows: Int
    ) {
        self.reservation = reservation
        self.specification = specification
        self.files = files
        self.order = order
        self.blockRows = blockRows
        state = Lock(State())
        order?.moved.forward(to: changed)
    }

    /// For the rows of another query, behind those that the first, which has ended, has left.
    init(_ specification: WriteSpecification, after first: RowBlocks, _ order: BatchOrder?) {
        self.specification = specification
        (files, reservation, blockRows) = (first.files, first.reservation, first.blockRows)
        self.order = order
        state = Lock(
            first.state.withLock { state in
                Self.settle(through: .max, &state)
                defer { state = State() }
                return state
            })
        order?.moved.forward(to: changed)
    }

    func worker(_ context: ExecutionContext) -> any ChunkConsumer { Worker(self, context.cancellation) }

    /// After the last worker: what is left, as tasks.
    func rest() throws(SQLError) -> [FinalTask] {
        try advance(.rest)
        let blocks = state.withLock { state in
            defer { state.blocks = [] }
            return state.blocks
        }
        let files = files
        var tasks: [FinalTask] = []
        for block in blocks {
            let task: FinalTask = { [reservation] () throws(SQLError) in
                try BlockEncoder(files).encode(block)
                reservation.release(block.reserved)
            }
            tasks.append(task)
        }
        return tasks
    }

    // MARK: From chunks to blocks

    private func add(_ chunk: Chunk, _ bytes: Int, reserved: Int) throws(SQLError) {
        state.withLock { state in
            state.waiting[chunk.batch, default: []].append(Held(chunk: chunk, bytes: bytes, reserved: reserved))
            state.waitingRows += chunk.count
            state.waitingBytes += bytes
        }
        try advance(.full)
    }

    /// Whether a worker at this batch may add rows for which no memory could be reserved.
    private func mayOverdraw(_ batch: Int) -> Bool {
        let isFirst = order.map { batch <= $0.lowestOpen } ?? true
        return state.withLock { isFirst && $0.readyBytes < Self.leastBytes }
    }

    /// Which rows become blocks: those of full ones, those that are ready, or all that are left.
    private enum Cut { case full, ready, rest }

    /// Makes ready what may be, and cuts blocks: full ones, or all.
    /// - Returns: whether that changed anything.
    @discardableResult
    private func advance(_ cut: Cut) throws(SQLError) -> Bool {
        let lowest = cut == .rest ? Int.max : order?.lowestOpen ?? Int.max
        let (full, isChanged) = try state.withLock { state throws(SQLError) -> ([OpenFiles.File], Bool) in
            let waiting = state.waitingRows, blocks = state.blocks.count
            Self.settle(through: lowest, &state)
            var full: [OpenFiles.File] = []
            while state.readyRows >= blockRows || state.readyBytes >= Self.blockBytes || (cut != .full && state.readyRows > 0) {
                let (file, others) = try files.claim([])
                full += others
                let (chunks, reserved) = try Self.cut(blockRows, &state)
                state.blocks.append(Block(chunks: chunks, file: file, number: file.writer.nextBlock(), reserved: reserved))
            }
            return (full, state.waitingRows != waiting || state.blocks.count != blocks)
        }
        for file in full { try files.complete(file) }
        if isChanged { changed.raise() }
        return isChanged
    }

    private static func settle(through batch: Int, _ state: inout State) {
        for due in state.waiting.keys.filter({ $0 <= batch }).sorted() {
            for held in state.waiting.removeValue(forKey: due) ?? [] {
                state.waitingRows -= held.chunk.count
                state.waitingBytes -= held.bytes
                state.ready.append(held.chunk)
                state.readyRows += held.chunk.count
                state.readyBytes += held.bytes
                state.readyReserved += held.reserved
            }
        }
    }

    /// Takes the first rows that are ready, at most `rows`, with their share of what is reserved.
    private static func cut(_ rows: Int, _ state: inout State) throws(SQLError) -> (chunks: [Chunk], reserved: Int) {
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
        let before = state.readyBytes
        state.readyRows -= count
        state.readyBytes = state.ready.reduce(0) { $0 + $1.heldBytes }
        let left = before > 0 ? Int(Double(state.readyReserved) * min(1, Double(state.readyBytes) / Double(before))) : 0
        let reserved = state.ready.isEmpty ? state.readyReserved : state.readyReserved - left
        state.readyReserved -= reserved
        return (taken, reserved)
    }

    // MARK: Who encodes

    /// A block to encode. A busy worker leaves to the idle ones what they can do.
    private func block(isIdle: Bool) -> Block? {
        state.withLock { state in
            if state.blocks.count <= (isIdle ? 0 : state.idle) { return nil }
            return state.blocks.removeFirst()
        }
    }

    /// Whether a worker should read no further: only those that are not at the first open batch.
    private func isTooFarAhead(_ batch: Int) -> Bool {
        guard let order, batch > order.lowestOpen else { return false }
        return state.withLock { state in
            state.waitingRows > Self.patienceRows || state.waitingBytes > Self.patienceBytes
        }
    }

    private final class Worker: ChunkConsumer {
        private let blocks: RowBlocks
        private let encoder: BlockEncoder
        private let cancellation: Cancellation
        /// Rows that memory could not be had for yet, and what they take.
        private var pending: [(chunk: Chunk, bytes: Int)] = []
        private var batch = 0
        private var isIdle = false

        init(_ blocks: RowBlocks, _ cancellation: Cancellation) {
            self.blocks = blocks
            self.cancellation = cancellation
            encoder = BlockEncoder(blocks.files)
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            try blocks.specification.constraints?.check(chunk)
            let own = try chunk.withoutForeignMemory()
            pending.append((own, own.heldBytes))
            batch = own.batch
            return try resume()
        }

        func resume() throws(SQLError) -> Demand {
            while let (chunk, bytes) = pending.first {
                switch try reserve(2 * bytes) {
                case .refused(let wait): return .full(wait)
                case .reserved(let reserved):
                    pending.removeFirst()
                    try blocks.add(chunk, bytes, reserved: reserved)
                }
                while let block = blocks.block(isIdle: false) { try encode(block) }
            }
            return try encodeUntilDue()
        }

        private enum Reservation {
            /// All that was wanted, or nothing where the rows are added without.
            case reserved(Int)
            case refused(Wait)
        }

        /// Takes memory for rows, if need be by writing others first.
        private func reserve(_ bytes: Int) throws(SQLError) -> Reservation {
            while true {
                try cancellation.check()
                let changed = blocks.changed.ticket
                if blocks.reservation.tryReserve(bytes) { return .reserved(bytes) }
                if blocks.mayOverdraw(batch) { return .reserved(0) }
                let isChanged = try blocks.advance(.ready)
                if let block = blocks.block(isIdle: true) {
                    try encode(block)
                } else if !isChanged {
                    return .refused(changed)
                }
            }
        }

        /// A worker that is too far ahead reads no further, and encodes what others have made ready.
        private func encodeUntilDue() throws(SQLError) -> Demand {
            while true {
                try cancellation.check()
                let changed = blocks.changed.ticket
                let isAhead = blocks.isTooFarAhead(batch)
                setIdle(isAhead)
                if !isAhead { return .more }
                if let block = blocks.block(isIdle: true) {
                    try encode(block)
                } else if try !blocks.advance(.full) {
                    return .full(changed)
                }
            }
        }

        private func setIdle(_ now: Bool) {
            if now == isIdle { return }
            isIdle = now
            blocks.state.withLock { $0.idle += now ? 1 : -1 }
        }

        private func encode(_ block: Block) throws(SQLError) {
            try encoder.encode(block)
            blocks.reservation.release(block.reserved)
            blocks.changed.raise()
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
