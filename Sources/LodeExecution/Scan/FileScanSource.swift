/// Scanning files: workers take morsels, file after file.

import LodeCore
import LodeFormats
import LodePlan
import LodeTables
import LodeVectors

/// Files are opened by whoever runs out of morsels, so that several are opened at once; morsels are taken in file order.
///
/// Of remote files, the next ones are being opened and the bytes of the next morsels fetched while others are read. A worker takes the
/// first morsel that is here; where all are still on their way, it is parked.
///
///     files ──asked to open──▶ here ──opened──▶ morsels ──asked for──▶ here ──▶ a worker
final class FileScanSource: Source {
    /// A part of an opened file.
    private struct Work {
        enum Stage { case idle, coming, here }

        let file: FileMapping
        let morsel: Morsel
        let batch: Int
        /// Rows that it gives without filters, if they are known.
        let rows: Int?
        /// Whether its bytes are here, or nothing is known of them.
        var stage: Stage
        /// What of it is charged to the statement.
        var bytesAhead = 0
    }

    private struct State {
        var files: [DataFile] = []
        var nextFile = 0
        /// Sorted by batch.
        var ready: [Work] = []
        /// How many files are being opened, by batch of their first morsel.
        var opening: [Int] = []
        /// Rows of the morsels given out, while all of them are known.
        var rowsGiven = 0
        var morselsGiven = 0
        var morselsSeen = 0
        var sibling: (any FileScan)?
        /// Files whose opening was asked for; all before this one were.
        var announced = 0
        /// Those that can be opened without waiting.
        var arrived: Set<Int> = []
        var isRemote = false
        var hasBegun = false
    }

    private let plan: ScanPlan
    private let order: BatchOrder
    private let state = Lock(State())
    /// Raised when there may be work for those who found none: a file was opened, or bytes have come.
    private let opened = Signal()
    private let ahead: ReadAhead

    /// Of a remote store, this many files are being opened before a worker wants them.
    private static let filesAhead = 48

    /// Batch numbers leave room for this many morsels in a file.
    private static let morselsPerFile = 1 << 24

    init(_ plan: ScanPlan, order: BatchOrder, memory: MemoryBudget) {
        self.plan = plan
        self.order = order
        ahead = ReadAhead(memory)
    }

    /// Has the first bytes fetched while pipelines run that this one waits for. What it costs the statement to find out which is left out.
    func begin(_ context: ExecutionContext) {
        guard plan.limit == nil, let first = plan.source.firstFile, plan.source.stores.isRemote(first.path) else { return }
        do throws(SQLError) {
            try list()
            askForFiles()
            if plan.source.isOpen(first), first.deletes == nil { try openNext(context) }
            askForMorsels()
            state.withLock { $0.hasBegun = true }
        } catch {
            // `open` lists anew, meets the same, and reports it.
        }
    }

    func open(_ context: ExecutionContext) throws(SQLError) {
        let hasBegun = state.withLock { state in
            defer { state.hasBegun = false }
            return state.hasBegun
        }
        if !hasBegun { try list() }
        // One file's morsels tell how many workers are of use.
        let isOne = state.withLock { $0.files.count == 1 && $0.nextFile == 0 }
        if isOne { try openNext(context, waiting: true) }
    }

    private func list() throws(SQLError) {
        let listing = try plan.source.files(plan.predicate)
        plan.metrics.note("files pruned", listing.filesPruned)
        if listing.partitionsTotal > 0 {
            plan.metrics.note("partitions", listing.partitionsTotal)
            plan.metrics.note("partitions pruned", listing.partitionsPruned)
        }
        var fresh = State()
        fresh.files = listing.files
        // What a limit leaves out is not worth a request.
        fresh.isRemote = plan.limit == nil && listing.files.first.map { plan.source.stores.isRemote($0.path) } ?? false
        // Readers that go cancel what they have asked for, which calls `morselArrived`: outside the lock.
        let old = state.withLock { state in
            defer { state = fresh }
            return state
        }
        let unread = old.ready.reduce(0) { $0 + $1.bytesAhead }
        if unread > 0 { ahead.giveBack(unread) }
    }

    var parallelism: Int { state.withLock { $0.files.count > 1 ? Int.max : max(1, $0.ready.count) } }

    var progress: Double? {
        state.withLock { state in
            guard !state.files.isEmpty, state.morselsSeen > 0 else { return nil }
            let opened = Double(state.nextFile) / Double(state.files.count)
            return opened * Double(state.morselsGiven) / Double(state.morselsSeen)
        }
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { Producer(self, context) }

    /// Opens the next file and lists its morsels. False if there is none left, or it would take a while.
    /// - Parameter waiting: whether that is to be waited for.
    @discardableResult
    private func openNext(_ context: ExecutionContext, waiting: Bool = false) throws(SQLError) -> Bool {
        let claim = state.withLock { state -> (DataFile, Int, (any FileScan)?)? in
            if let limit = plan.limit, state.rowsGiven >= limit { return nil }
            guard state.nextFile < state.files.count else { return nil }
            if state.isRemote, !waiting, state.arrived.remove(state.nextFile) == nil { return nil }
            let index = state.nextFile
            state.nextFile += 1
            state.opening.append(index * Self.morselsPerFile)
            return (state.files[index], index * Self.morselsPerFile, state.sibling)
        }
        guard let (file, first, sibling) = claim else { return false }
        defer { opened.raise() }
        let mapping: FileMapping?, work: [Work]
        do throws(SQLError) {
            (mapping, work) = try prepare(file, first, sibling, context)
        } catch {
            state.withLock { $0.opening.removeAll { $0 == first } }
            throw error
        }
        let former = state.withLock { state -> (any FileScan)? in
            let former = state.sibling
            state.opening.removeAll { $0 == first }
            if let mapping { state.sibling = mapping.scan }
            state.morselsSeen += work.count
            state.ready += work
            state.ready.sort { $0.batch < $1.batch }
            return former
        }
        // If nobody else has it, it goes here, not under the lock: what it has asked for is cancelled.
        withExtendedLifetime(former) {}
        return true
    }

    /// Has the next files opened, and the bytes of their morsels fetched, while others are read.
    private func readAhead() {
        guard state.withLock({ $0.isRemote }) else { return }
        askForFiles()
        askForMorsels()
    }

    private func askForFiles() {
        let (first, files) = state.withLock { state -> (Int, ArraySlice<DataFile>) in
            let first = max(state.announced, state.nextFile), end = min(state.files.count, state.nextFile + Self.filesAhead)
            state.announced = max(state.announced, end)
            return (first, first < end ? state.files[first..<end] : [])
        }
        for (index, file) in zip(first..., files) {
            plan.source.willOpen(file) { [weak self] in self?.fileArrived(index) }
        }
    }

    private func fileArrived(_ index: Int) {
        state.withLock { _ = $0.arrived.insert(index) }
        opened.raise()
    }

    /// Asks for morsels in their order until enough is ahead.
    private func askForMorsels() {
        let first = state.withLock { state in state.ready.contains { $0.stage == .idle } ? state.files.first : nil }
        guard let first, !ahead.isFull, let most = plan.source.stores.bytesAhead(first.path) else { return }
        while let work = state.withLock({ $0.ready.first { $0.stage == .idle } }) {
            let bytes = work.file.scan.bytes(of: work.morsel, work.file.request), wantsRest = ahead.wantsRest
            let count = bytes.map { $0.firstCount + (wantsRest ? $0.restCount : 0) } ?? 0
            guard ahead.take(count, most: most) else { return }
            let isClaimed = state.withLock { state in
                guard let index = state.ready.firstIndex(where: { $0.batch == work.batch && $0.stage == .idle }) else { return false }
                state.ready[index].stage = bytes == nil ? .here : .coming
                state.ready[index].bytesAhead = count
                return true
            }
            guard isClaimed else {
                ahead.giveBack(count)
                continue
            }
            guard let bytes else { continue }
            work.file.scan.willNeed(bytes.first + (wantsRest ? bytes.rest : [])) { [weak self, batch = work.batch] in
                self?.morselArrived(batch)
            }
        }
    }

    private func morselArrived(_ batch: Int) {
        state.withLock { state in
            if let index = state.ready.firstIndex(where: { $0.batch == batch }) { state.ready[index].stage = .here }
        }
        opened.raise()
    }

    private func prepare(
        _ file: DataFile, _ first: Int, _ sibling: (any FileScan)?, _ context: ExecutionContext
    ) throws(SQLError) -> (FileMapping?, [Work]) {
        guard plan.mayMatchDynamically(file) else {
            plan.metrics.note("files pruned", 1)
            return (nil, [])
        }
        let mapping: FileMapping
        do {
            let scan = try plan.source.open(file, like: sibling)
            mapping = try FileMapping(plan, file, scan, cancellation: context.cancellation)
        } catch {
            throw error.place == nil ? error.within(file.path) : error
        }
        plan.metrics.note("files read", 1)
        if mapping.isRuledOut { return (mapping, []) }
        let isRemote = state.withLock { $0.isRemote }
        var work: [Work] = []
        for (index, morsel) in try inOrder(mapping.scan).enumerated() {
            let rows = file.deletes == nil ? morsel.rows : nil
            let batch = first + min(index, Self.morselsPerFile - 1)
            work.append(Work(file: mapping, morsel: morsel, batch: batch, rows: rows, stage: isRemote ? .idle : .here))
        }
        return (mapping, work)
    }

    /// The morsels of a file; for a top-N those first that may hold the first rows.
    private func inOrder(_ scan: any FileScan) throws(SQLError) -> [Morsel] {
        let morsels = try scan.morsels()
        guard let (threshold, output) = plan.thresholds.first,
            let column = plan.source.position(of: plan.outputs[output].field.name, in: scan)
        else { return morsels }
        let best = morsels.map { morsel -> Value? in
            let known = scan.statistics(column, in: morsel)
            return known?.isAllNull == true ? .null : threshold.descending ? known?.maximum : known?.minimum
        }
        // Where nothing is known the first rows may be.
        return morsels.indices.sorted { left, right in
            guard let mine = best[left] else { return best[right] != nil || left < right }
            guard let other = best[right] else { return false }
            return threshold.precedes(mine, other) || (!threshold.precedes(other, mine) && left < right)
        }.map { morsels[$0] }
    }

    private enum Taken {
        case work(Work)
        case wait(Wait)
        case end
    }

    /// The next morsel for a worker that leaves `finished`.
    private func take(leaving finished: Int?, _ context: ExecutionContext) throws(SQLError) -> Taken {
        var left = finished, dropped: [Work] = []
        while true {
            readAhead()
            let ticket = opened.ticket
            let work = state.withLock { state -> Work? in
                if let limit = plan.limit, state.rowsGiven >= limit {
                    dropped = state.ready
                    state.ready = []
                }
                guard let index = Self.next(state) else { return nil }
                let work = state.ready.remove(at: index)
                state.rowsGiven += work.rows ?? 0
                state.morselsGiven += 1
                order.move(from: left, to: work.batch, floor: lowest(state))
                return work
            }
            if let work { return .work(work) }
            if try openNext(context) { continue }
            let isOver = state.withLock { state in
                order.move(from: left, to: nil, floor: lowest(state))
                let isLimited = plan.limit.map { state.rowsGiven >= $0 } ?? false
                return state.ready.isEmpty && state.opening.isEmpty && (isLimited || state.nextFile == state.files.count)
            }
            left = nil
            if isOver { return .end }
            try context.cancellation.check()
            // Bytes are on their way, or another worker is opening a file, which may have work for both.
            return .wait(ticket)
        }
    }

    /// The first morsel that is here; if none is, and none is on its way, the first one.
    private static func next(_ state: State) -> Int? {
        var isComing = false
        for (index, work) in state.ready.enumerated() {
            switch work.stage {
            case .here: return index
            case .coming: isComing = true
            case .idle: return isComing ? nil : index
            }
        }
        return nil
    }

    /// The lowest batch that may still be given out.
    private func lowest(_ state: State) -> Int {
        let unopened = state.nextFile < state.files.count ? state.nextFile * Self.morselsPerFile : Int.max
        return min(unopened, state.ready.first?.batch ?? Int.max, state.opening.min() ?? Int.max)
    }

    private final class Producer: ChunkProducer {
        private let source: FileScanSource
        private let context: ExecutionContext
        private var work: Work?
        private var reader: (any MorselReader)?
        private(set) var waits: Wait?

        init(_ source: FileScanSource, _ context: ExecutionContext) {
            self.source = source
            self.context = context
        }

        deinit { report() }

        func next() throws(SQLError) -> Chunk? {
            waits = nil
            while true {
                try context.cancellation.check()
                if let reader, let work {
                    if let chunk = try read(reader, work) { return chunk }
                    report()
                }
                let left = work?.batch
                work = nil
                switch try source.take(leaving: left, context) {
                case .work(let taken):
                    work = taken
                    reader = try taken.file.scan.reader(taken.morsel, taken.file.request)
                case .wait(let wait):
                    waits = wait
                    return nil
                case .end: return nil
                }
            }
        }

        /// Errors of the data name the file; those of a condition point at the statement already.
        private func read(_ reader: any MorselReader, _ work: Work) throws(SQLError) -> Chunk? {
            do throws(SQLError) {
                guard let chunk = try reader.next() else { return nil }
                return try work.file.output(chunk, batch: work.batch)
            } catch {
                throw error.place == nil && error.span == nil && error.state != .queryCanceled ? error.within(work.file.path) : error
            }
        }

        private func report() {
            if let reader {
                let counters = reader.counters
                source.plan.metrics.add(counters)
                source.ahead.note(hasPassed: counters.rowsReturned > 0)
            }
            reader = nil
            if let work, work.bytesAhead > 0 {
                source.ahead.giveBack(work.bytesAhead)
                self.work?.bytesAhead = 0
            }
        }
    }
}
