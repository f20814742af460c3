/// Collects rows and puts them in order: each worker sorts its own, then the runs are merged in parallel.

import LodeCore
import LodePlan
import LodeVectors

/// Rows in order, in the memory of the workers that read them.
final class SortedRows: Sendable {
    let run: SortRun
    let gather: RowGather
    let stores: [RowStore]
    /// Rows from the front that are wanted.
    let count: Int

    init(run: SortRun, gather: RowGather, stores: [RowStore], count: Int) {
        self.run = run
        self.gather = gather
        self.stores = stores
        self.count = count
    }

    /// Writes the addresses of rows `first ..< first + count` to `pointers`.
    func addresses(_ first: Int, _ count: Int, into pointers: RowPointers) {
        let run = run, entries = run.entries + first
        var i = 0
        while i < count {
            pointers[i] = entries[i].row
            i &+= 1
        }
    }
}

final class SortBuild: Sink {
    let shape: SortShape
    private let limit: Int?
    private let partitionKeys: Int?
    /// The operator that out-of-memory errors name.
    private let purpose: String
    /// What the scan of a top-N learns of its last row.
    fileprivate let threshold: Threshold?

    private struct Collected {
        var stores: [RowStore] = []
        var runs: [SortRun] = []
        var gaveWay = false
        var result: SortedRows?
    }

    private let collected = Lock(Collected())

    /// - Parameters:
    ///   - limit: rows that are wanted from the front; nil for all.
    ///   - partitionKeys: where only rows that come first among those with the same first keys are wanted: how many keys that are.
    init(
        _ shape: SortShape, limit: Int? = nil, firstOf partitionKeys: Int? = nil, purpose: String = "sort", threshold: Threshold? = nil
    ) {
        self.shape = shape
        self.limit = limit
        self.partitionKeys = partitionKeys
        self.purpose = purpose
        self.threshold = threshold
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        collected.withLock { if $0.result != nil { $0 = Collected() } }
        let first = try partitionKeys.map { (keys) throws(SQLError) in try FirstRows(shape, partitionKeys: keys, memory: context.memory) }
        return try SortWorker(self, shape, limit, first, purpose, context)
    }

    /// - Throws: `XX000` before the sort has run.
    func result() throws(SQLError) -> SortedRows {
        guard let result = collected.withLock({ $0.result }) else { throw .internalFault("a sort is read before it has run") }
        return result
    }

    fileprivate func take(_ store: RowStore, _ run: SortRun, gaveWay: Bool) {
        collected.withLock {
            $0.gaveWay = $0.gaveWay || gaveWay
            guard store.count > 0 else { return }
            $0.stores.append(store)
            $0.runs.append(run)
        }
    }

    func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] {
        threshold?.reset()
        let all = collected.withLock { $0 }
        let gather = try RowGather(shape.layout, all.stores)
        let total = all.stores.reduce(0) { $0 + $1.count }
        let wanted = min(limit ?? total, total)
        let tieFrom = all.gaveWay ? 0 : shape.prefix.exactKeys
        if all.runs.count == 1, all.runs[0].hasSortedTies {
            keep(SortedRows(run: all.runs[0], gather: gather, stores: all.stores, count: wanted))
            return []
        }
        // One run may have had to put its ties in order; then the merge goes by rows, and all have to.
        if all.runs.contains(where: \.hasSortedTies) {
            for run in all.runs where !run.hasSortedTies {
                let scratch = try SortRun(count: run.count, context.memory, for: purpose)
                try run.sortTies(shape.order, tieFrom: tieFrom, scratch, context.cancellation)
            }
        }
        let merge = try SortMerge(
            all.runs, shape.order, tieFrom: tieFrom, parts: context.threads * 4, context.memory, for: purpose)
        keep(SortedRows(run: merge.result, gather: gather, stores: all.stores, count: wanted))
        var tasks: [FinalTask] = []
        for part in 0..<merge.partCount { tasks.append(Self.merging(merge, part, context.cancellation)) }
        return tasks
    }

    private static func merging(_ merge: SortMerge, _ part: Int, _ cancellation: Cancellation) -> FinalTask {
        { () throws(SQLError) in
            try cancellation.check()
            try merge.merge(part, cancellation)
        }
    }

    private func keep(_ rows: SortedRows) {
        collected.withLock {
            $0.result = rows
            $0.runs = []
        }
    }
}

/// One worker's rows. With a limit, rows that can no longer be among the first are thrown away as they come.
private final class SortWorker: ChunkConsumer {
    private let build: SortBuild
    private let shape: SortShape
    private let context: ExecutionContext
    private let purpose: String
    private let limit: Int?
    private let first: FirstRows?
    private var store: RowStore
    private var gaveWay = false
    /// Only rows whose word is at most this can still be among the first.
    private var bound = UInt64.max
    private let words: Buffer
    private let chosen: Selection

    /// Larger limits are cheaper to sort in one go than to prune again and again.
    private static let prunedLimit = 256 * 1024
    /// A bound is renewed when this many more rows have come before it: often, as scans follow it too.
    private static let leastPruned = 16

    init(
        _ build: SortBuild, _ shape: SortShape, _ limit: Int?, _ first: FirstRows?, _ purpose: String, _ context: ExecutionContext
    ) throws(SQLError) {
        self.first = first
        self.build = build
        self.shape = shape
        self.context = context
        self.purpose = purpose
        self.limit = limit.flatMap { $0 <= Self.prunedLimit ? $0 : nil }
        store = try RowStore(shape.layout, context.memory, for: purpose)
        words = try Buffer(byteCount: Chunk.capacity * 8)
        chosen = try Selection(capacity: Chunk.capacity)
    }

    func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
        if chunk.count == 0 { return .more }
        if limit == 0 { return .enough }
        let (columns, keys) = try shape.evaluate(chunk)
        let words = words.lanes(as: UInt64.self, keptBy: self), chosen = chosen
        gaveWay = shape.prefix.words(keys, chunk.count, into: words) || gaveWay
        if let first, try first.choose(keys, chunk.count, into: chosen) {
            for i in 0..<chosen.count { words[i] = words[Int(chosen[i])] }
            if chosen.count > 0 { try append(columns, chosen.count, words, Lanes(chosen.lanes)) }
            return .more
        }
        if bound == .max {
            try append(columns, chunk.count, words, nil)
        } else {
            choose(words, chunk.count)
            if chosen.count > 0 { try append(columns, chosen.count, words, Lanes(chosen.lanes)) }
        }
        if let limit, store.count >= limit + max(limit, Self.leastPruned) { try prune(limit) }
        return .more
    }

    /// The rows that may still be among the first.
    private func choose(_ words: MutableLanes<UInt64>, _ count: Int) {
        let chosen = chosen, rows = chosen.lanes, bound = bound
        var kept = 0, i = 0
        while i < count {
            let word = words[i]
            rows[kept] = UInt32(truncatingIfNeeded: i)
            words[kept] = word
            kept &+= word <= bound ? 1 : 0
            i &+= 1
        }
        chosen.count = kept
    }

    private func append(
        _ columns: [Column], _ count: Int, _ words: MutableLanes<UInt64>, _ rows: Lanes<UInt32>?
    ) throws(SQLError) {
        try store.append(columns, count, rows: rows)
        let store = store, fresh = store.freshRows
        var i = 0
        while i < count {
            fresh[i].storeBytes(of: words[i], as: UInt64.self)
            i &+= 1
        }
    }

    private var tieFrom: Int { gaveWay ? 0 : shape.prefix.exactKeys }

    /// Keeps the first `limit` rows, in a store of their own.
    private func prune(_ limit: Int) throws(SQLError) {
        let run = try SortRun.sorted(store, shape.order, tieFrom: tieFrom, context.cancellation, context.memory, for: purpose)
        bound = run.entries[limit - 1].word
        let gather = try RowGather(shape.layout, [store])
        let fresh = try RowStore(shape.layout, context.memory, for: purpose)
        let memory = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        let pointers = memory.lanes(as: UnsafeMutableRawPointer.self)
        if let threshold = build.threshold {
            pointers[0] = run.entries[limit - 1].row
            threshold.offer(try gather.column(shape.firstKeyColumn, pointers, 1).value(at: 0))
        }
        var first = 0
        while first < limit {
            let count = min(Chunk.capacity, limit - first)
            for i in 0..<count { pointers[i] = run.entries[first + i].row }
            var columns: [Column] = []
            for index in shape.layout.types.indices { columns.append(try gather.column(index, pointers, count)) }
            try fresh.append(columns, count)
            let rows = fresh.freshRows
            for i in 0..<count { rows[i].storeBytes(of: run.entries[first + i].word, as: UInt64.self) }
            first += count
        }
        store = fresh
    }

    func finish() throws(SQLError) {
        let run = try SortRun.sorted(
            store, shape.order, tieFrom: tieFrom, defersTies: context.threads > 1, context.cancellation, context.memory, for: purpose)
        build.take(store, run, gaveWay: gaveWay)
    }
}
