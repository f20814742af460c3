/// Scanning files: workers take morsels, file after file.

import LodeCore
import LodeFormats
import LodePlan
import LodeTables
import LodeVectors

/// Files are opened by whoever runs out of morsels, so that several are opened at once; morsels are taken in file order.
final class FileScanSource: Source {
    /// A part of an opened file.
    private struct Work {
        let file: FileMapping
        let morsel: Morsel
        let batch: Int
        /// Rows that it gives without filters, if they are known.
        let rows: Int?
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
        /// Files whose opening was asked for.
        var announced = 0
        var isRemote = false
    }

    private let plan: ScanPlan
    private let order: BatchOrder
    private let state = Lock(State())
    /// Raised when a file was opened: it may have work for those who found none.
    private let opened = Signal()

    /// Of a remote store, this many files are being opened, and this many morsels fetched, before a worker wants them.
    private static let filesAhead = 16, morselsAhead = 4

    /// Batch numbers leave room for this many morsels in a file.
    private static let morselsPerFile = 1 << 24

    init(_ plan: ScanPlan, order: BatchOrder) {
        self.plan = plan
        self.order = order
    }

    func open(_ context: ExecutionContext) throws(SQLError) {
        let listing = try plan.source.files(plan.predicate)
        plan.metrics.note("files pruned", listing.filesPruned)
        if listing.partitionsTotal > 0 {
            plan.metrics.note("partitions", listing.partitionsTotal)
            plan.metrics.note("partitions pruned", listing.partitionsPruned)
        }
        state.withLock { state in
            state = State()
            state.files = listing.files
            // What a limit leaves out is not worth a request.
            state.isRemote = plan.limit == nil && listing.files.first.map { plan.source.stores.isRemote($0.path) } ?? false
        }
        // One file's morsels tell how many workers are of use.
        if listing.files.count == 1 { try openNext(context) }
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

    /// Opens the next file and lists its morsels. False if there is none left.
    @discardableResult
    private func openNext(_ context: ExecutionContext) throws(SQLError) -> Bool {
        let claim = state.withLock { state -> (DataFile, Int, (any FileScan)?)? in
            if let limit = plan.limit, state.rowsGiven >= limit { return nil }
            guard state.nextFile < state.files.count else { return nil }
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
        state.withLock { state in
            state.opening.removeAll { $0 == first }
            if let mapping { state.sibling = mapping.scan }
            state.morselsSeen += work.count
            state.ready += work
            state.ready.sort { $0.batch < $1.batch }
        }
        return true
    }

    /// Has the next files opened, and the bytes of their morsels fetched, while others are read.
    private func readAhead(_ context: ExecutionContext) throws(SQLError) {
        let (isRemote, isShort, files) = state.withLock { state -> (Bool, Bool, ArraySlice<DataFile>) in
            guard state.isRemote else { return (false, false, []) }
            let first = max(state.announced, state.nextFile), end = min(state.files.count, state.nextFile + Self.filesAhead)
            state.announced = max(state.announced, end)
            return (true, state.ready.count + state.opening.count < Self.morselsAhead, first < end ? state.files[first..<end] : [])
        }
        guard isRemote else { return }
        plan.source.willOpen(files)
        if isShort { try openNext(context) }
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
            if isRemote, index < Self.morselsAhead { mapping.scan.willRead(morsel, mapping.request) }
            work.append(Work(file: mapping, morsel: morsel, batch: first + min(index, Self.morselsPerFile - 1), rows: rows))
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
        var left = finished
        while true {
            let ticket = opened.ticket
            let work = state.withLock { state -> Work? in
                if let limit = plan.limit, state.rowsGiven >= limit { state.ready = [] }
                guard let work = state.ready.first else { return nil }
                state.ready.removeFirst()
                state.rowsGiven += work.rows ?? 0
                state.morselsGiven += 1
                order.move(from: left, to: work.batch, floor: lowest(state))
                return work
            }
            if let work {
                try readAhead(context)
                return .work(work)
            }
            if try openNext(context) { continue }
            let (isOver, isEmpty) = state.withLock { state in
                order.move(from: left, to: nil, floor: lowest(state))
                return (state.ready.isEmpty && state.opening.isEmpty, state.ready.isEmpty)
            }
            left = nil
            if isOver { return .end }
            // Another worker is opening the last file, which may have work for both.
            if isEmpty { return .wait(ticket) }
            try context.cancellation.check()
        }
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
            if let reader { source.plan.metrics.add(reader.counters) }
            reader = nil
        }
    }
}
