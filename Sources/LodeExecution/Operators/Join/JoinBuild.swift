/// The build side of a hash join: rows in blocks, then a table over them.

import LodeCore
import LodePlan
import LodeVectors

/// A finished build side, read by all probing workers.
final class BuiltSide: Sendable {
    let table: JoinTable
    let gather: RowGather
    /// Rows that keys can find.
    let stores: [RowStore]
    /// Rows that have NULL in a key and so match nothing; kept only if the join needs them.
    let unmatchable: [RowStore]
    /// All rows that came, kept or not.
    let rowCount: Int
    let hasNullKeys: Bool
    /// The bounds of the only key, if it is an integer.
    let keyRange: JoinKeyRange?

    init(
        table: JoinTable, gather: RowGather, stores: [RowStore], unmatchable: [RowStore], rowCount: Int, hasNullKeys: Bool,
        keyRange: JoinKeyRange?
    ) {
        self.keyRange = keyRange
        self.table = table
        self.gather = gather
        self.stores = stores
        self.unmatchable = unmatchable
        self.rowCount = rowCount
        self.hasNullKeys = hasNullKeys
    }
}

/// Ends the build pipeline. Each worker appends to rows of its own; when all are done the table is sized exactly and filled
/// by tasks, a block of rows each.
final class JoinBuild: Sink {
    let shape: JoinBuildShape
    private let filters: [JoinFilter]
    private let metrics: OperatorMetrics

    /// What workers have handed in so far.
    private struct Collected {
        var stores: [RowStore] = []
        var unmatchable: [RowStore] = []
        var range = JoinKeyRange()
        var rowCount = 0
        var hasNullKeys = false
        var result: BuiltSide?
    }

    private let collected = Lock(Collected())

    init(_ shape: JoinBuildShape, filters: [JoinFilter], metrics: OperatorMetrics) {
        self.shape = shape
        self.filters = filters
        self.metrics = metrics
    }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        // A step of a recursion builds anew every round.
        collected.withLock { if $0.result != nil { $0 = Collected() } }
        return try Worker(self, context)
    }

    /// The finished side.
    /// - Throws: `XX000` before the build has run.
    func result() throws(SQLError) -> BuiltSide {
        guard let result = collected.withLock({ $0.result }) else { throw .internalFault("a join probes before its build") }
        return result
    }

    func finalTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] {
        let all = collected.withLock { $0 }
        let isInteger = shape.layout.types.first.map { JoinKeyRange.applies(to: $0) } ?? false
        let isDirect = shape.matchesNull.count == 1 && !shape.matchesNull[0] && isInteger
        let rows = all.stores.reduce(0) { $0 + $1.count }
        let table = try JoinTable(
            shape.layout, keyCount: shape.matchesNull.count, rows: rows, range: isDirect ? all.range : nil, context.memory)
        table.allowsNullKeys = shape.matchesNull.contains(true)
        let gather = try RowGather(shape.layout, all.stores + all.unmatchable, allNullable: true)
        let built = BuiltSide(
            table: table, gather: gather, stores: all.stores, unmatchable: all.unmatchable, rowCount: all.rowCount,
            hasNullKeys: all.hasNullKeys, keyRange: isDirect ? all.range : nil)
        collected.withLock { $0.result = built }
        metrics.note("build rows", all.rowCount)

        var tasks: [FinalTask] = []
        let blocks = all.stores.flatMap(\.blocks)
        let isShared = context.threads > 1 && blocks.count > 1
        for block in blocks { tasks.append(Self.inserting(block, table, isShared: isShared)) }
        for filter in filters { tasks.append(Self.publishing(filter, built, context)) }
        return tasks
    }

    private static func inserting(_ block: RowBlock, _ table: JoinTable, isShared: Bool) -> FinalTask {
        { table.insert(block, isShared: isShared) }
    }

    private static func publishing(_ filter: JoinFilter, _ built: BuiltSide, _ context: ExecutionContext) -> FinalTask {
        { () throws(SQLError) in
            try context.cancellation.check()
            try filter.publish(built, context)
        }
    }

    private final class Worker: ChunkConsumer {
        private let build: JoinBuild
        private let shape: JoinBuildShape
        private let context: ExecutionContext
        private let store: RowStore
        private var unmatchable: RowStore?
        private var range = JoinKeyRange()
        private var rowCount = 0
        private var hasNullKeys = false
        private let hashes: Buffer
        private let valid: Selection
        private let null: Selection

        init(_ build: JoinBuild, _ context: ExecutionContext) throws(SQLError) {
            self.build = build
            self.context = context
            shape = build.shape
            store = try RowStore(shape.layout, context.memory, for: "hash join")
            hashes = try Buffer(byteCount: Chunk.capacity * 8)
            valid = try Selection(capacity: Chunk.capacity)
            null = try Selection(capacity: Chunk.capacity)
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            rowCount += chunk.count
            var columns: [Column] = []
            for key in try shape.keys.evaluate(chunk) { columns.append(try key.flattened()) }
            if columns.count == 1, JoinKeyRange.applies(to: columns[0].type) { range.add(columns[0]) }
            let words = hashes.lanes(as: UInt64.self, keptBy: self), valid = valid
            try Hashing.hash(columns, count: chunk.count, into: words)
            let isSplit = try split(columns, chunk.count)
            for position in shape.keptColumns { columns.append(chunk.columns[position]) }
            if !isSplit {
                try append(columns, chunk.count, words)
                return .more
            }
            hasNullKeys = true
            if valid.count > 0 {
                var i = 0
                while i < valid.count {
                    words[i] = words[Int(valid[i])]
                    i &+= 1
                }
                try append(columns, valid.count, words, rows: Lanes(valid.lanes))
            }
            if shape.keepsUnmatchable { try keep(columns) }
            return .more
        }

        private func append(
            _ columns: [Column], _ count: Int, _ words: MutableLanes<UInt64>, rows: Lanes<UInt32>? = nil
        ) throws(SQLError) {
            let store = store
            try store.append(columns, count, rows: rows)
            let fresh = store.freshRows
            var i = 0
            while i < count {
                fresh[i].storeBytes(of: words[i], as: UInt64.self)
                i &+= 1
            }
            if shape.flagsRows { clearFlags(store, count) }
        }

        private func keep(_ columns: [Column]) throws(SQLError) {
            let store = if let unmatchable { unmatchable } else { try RowStore(shape.layout, context.memory, for: "hash join") }
            let null = null
            unmatchable = store
            try store.append(columns, null.count, rows: Lanes(null.lanes))
            if shape.flagsRows { clearFlags(store, null.count) }
        }

        private func clearFlags(_ store: RowStore, _ count: Int) {
            let fresh = store.freshRows
            var i = 0
            while i < count {
                fresh[i].storeBytes(of: 0, toByteOffset: JoinBuildShape.flagOffset, as: UInt64.self)
                i &+= 1
            }
        }

        /// Parts the rows by whether a key that needs a value is NULL; false if none is.
        private func split(_ keys: [Column], _ count: Int) throws(SQLError) -> Bool {
            var mask: Buffer?
            for (index, key) in keys.enumerated() where !shape.matchesNull[index] && key.mayHaveNulls {
                mask = try Validity.and(mask, try key.flattened().validityBuffer, count)
            }
            guard let mask else { return false }
            let bits = Lanes(mask.lanes(as: UInt64.self)), valid = valid, null = null
            let validRows = valid.lanes, nullRows = null.lanes
            var good = 0, row = 0
            while row < count {
                let isValid = Validity.isValid(bits, row)
                validRows[good] = UInt32(truncatingIfNeeded: row)
                nullRows[row &- good] = UInt32(truncatingIfNeeded: row)
                good &+= isValid ? 1 : 0
                row &+= 1
            }
            valid.count = good
            null.count = count - good
            return good < count
        }

        func finish() throws(SQLError) {
            build.collected.withLock { all in
                if store.count > 0 { all.stores.append(store) }
                if let unmatchable { all.unmatchable.append(unmatchable) }
                all.range.add(range)
                all.rowCount += rowCount
                all.hasNullKeys = all.hasNullKeys || hasNullKeys
            }
        }
    }
}
