/// The probe side of a hash join: streams by and finds its matches.

import LodeCore
import LodePlan
import LodeVectors
import Synchronization

/// Probes with the left side (or, where the left is built, with the right side, which then only marks left rows).
final class HashJoinProbe: Operator {
    let build: JoinBuild
    let shape: JoinShape
    /// Workers that are still probing: the last one gives the build rows that nobody matched.
    private let probing = Lock<(workers: Int, done: BuiltSide?)>((0, nil))
    private let hasProbeNulls = Atomic<Bool>(false)
    private let probed = Atomic<Bool>(false)

    init(_ shape: JoinShape, _ build: JoinBuild) {
        self.shape = shape
        self.build = build
    }

    /// Whether some probe key was NULL, and whether there was a probe row at all (for marks on the build side).
    var sawNullKey: Bool { hasProbeNulls.load(ordering: .relaxed) }
    var sawRow: Bool { probed.load(ordering: .relaxed) }

    func worker(into downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer {
        let built = try build.result()
        probing.withLock { $0.workers += 1 }
        return try Worker(self, built, downstream, context)
    }

    /// Whether the caller is the last worker. One that begins after that finds the source empty and comes too late.
    private func leave(_ built: BuiltSide) -> Bool {
        probing.withLock {
            $0.workers -= 1
            guard $0.workers == 0, $0.done !== built else { return false }
            $0.done = built
            return true
        }
    }

    private final class Worker: ChunkConsumer {
        private let owner: HashJoinProbe
        private let shape: JoinShape
        private let built: BuiltSide
        private let context: ExecutionContext
        private let probe: JoinProbe
        private let emitter: JoinEmitter
        /// The chunk whose pairs were not all taken.
        private var unfinished: (chunk: Chunk, keys: [Column])?
        private var expansion: Expansion
        private var isLast: Bool?
        /// By probe row: whether a pair survived.
        private let matched: Buffer
        private let chosen: Selection

        init(_ owner: HashJoinProbe, _ built: BuiltSide, _ downstream: any ChunkConsumer, _ context: ExecutionContext) throws(SQLError) {
            self.owner = owner
            self.built = built
            self.context = context
            expansion = Expansion(context)
            shape = owner.shape
            probe = try JoinProbe()
            emitter = try JoinEmitter(shape, built.gather, downstream)
            matched = try Buffer.zeroed(byteCount: Chunk.capacity)
            chosen = try Selection(capacity: Chunk.capacity)
        }

        func consume(_ chunk: Chunk) throws(SQLError) -> Demand {
            if chunk.count == 0 { return .more }
            if built.rowCount == 0 {
                switch shape.kind {
                case .inner, .right, .semi: return .enough
                case .left, .full, .single, .anti, .mark: break
                }
            }
            var keys: [Column] = []
            for key in try shape.keys.evaluate(chunk) { keys.append(try key.flattened()) }
            try probe.find(built.table, keys, shape.build.matchesNull, chunk.count)
            emitter.begin(chunk, keys)
            if shape.build.buildsLeft { return try markBuildRows(chunk, keys) }
            if shape.residual == nil { return try plain(chunk, keys) }
            matched.lanes(as: UInt8.self, keptBy: self).update(repeating: 0, count: chunk.count)
            return try streamPairs(chunk, keys)
        }

        func resume() throws(SQLError) -> Demand {
            let demand = try emitter.downstream.resume()
            guard demand == .more, let (chunk, keys) = unfinished else { return demand }
            unfinished = nil
            return try streamPairs(chunk, keys)
        }

        /// Gives the pairs of a chunk, as far as they are taken; then the probe rows without one.
        private func streamPairs(_ chunk: Chunk, _ keys: [Column]) throws(SQLError) -> Demand {
            expansion.begin()
            let demand = shape.residual == nil ? try pairs() : try refinedPairs(chunk)
            if case .full = demand { unfinished = (chunk, keys) }
            if demand != .more { return demand }
            if shape.residual != nil { return try afterRefinedPairs(chunk, keys) }
            switch shape.kind {
            case .left, .full, .single: return try emitter.emitUnmatched(chosen)
            case .inner, .right, .semi, .anti, .mark: return .more
            }
        }

        // MARK: Without a residual

        private func plain(_ chunk: Chunk, _ keys: [Column]) throws(SQLError) -> Demand {
            switch shape.kind {
            case .inner, .right: return try streamPairs(chunk, keys)
            case .left, .full, .single:
                if !built.table.hasChains { return try optionalPairs(chunk) }
                chooseByHead(chunk.count, matched: false)
                if shape.kind == .single, probe.matchedCount > 0 { try refuseChains(chunk) }
                return try streamPairs(chunk, keys)
            case .semi:
                chooseByHead(chunk.count, matched: true)
                return try emitter.emitProbeRows(chosen)
            case .anti:
                chooseByHead(chunk.count, matched: false)
                return try emitter.emitProbeRows(chosen)
            case .mark(_, let isNullAware):
                flagHeads(chunk.count)
                return try mark(chunk, keys, isNullAware)
            }
        }

        private func pairs() throws(SQLError) -> Demand {
            let probe = probe
            while probe.nextPairs() {
                if shape.build.flagsRows { flag(probe.pairPointers, probe.pairRows.count) }
                var demand = try emitter.emit(probe.isWhole ? nil : probe.pairRows, probe.pairPointers, probe.pairRows.count)
                if demand == .more { demand = try expansion.demand() }
                if demand != .more { return demand }
            }
            return .more
        }

        /// Every probe row once, with its match or with NULLs: keys are unique.
        private func optionalPairs(_ chunk: Chunk) throws(SQLError) -> Demand {
            let probe = probe, null = built.gather.nullRow, heads = probe.heads, out = probe.pairPointers
            var i = 0
            while i < chunk.count {
                out[i] = UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: heads[i])) ?? null
                i &+= 1
            }
            if shape.build.flagsRows {
                chooseByHead(chunk.count, matched: true)
                i = 0
                while i < chosen.count {
                    out[Int(chosen[i])].storeBytes(of: 1, toByteOffset: JoinBuildShape.flagOffset, as: UInt8.self)
                    i &+= 1
                }
            }
            return try emitter.emit(nil, out, chunk.count)
        }

        /// A scalar subquery may give one row only: no chain that was found may go on.
        private func refuseChains(_ chunk: Chunk) throws(SQLError) {
            let probe = probe
            for row in 0..<chunk.count {
                let head = UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: probe.heads[row]))
                if let head, head.load(as: UInt64.self) != 0 { throw SQLError.secondRowOfScalar }
            }
        }

        private func chooseByHead(_ count: Int, matched: Bool) {
            let probe = probe, chosen = chosen, heads = probe.heads, rows = chosen.lanes
            var n = 0, i = 0
            while i < count {
                rows[n] = UInt32(truncatingIfNeeded: i)
                n &+= (heads[i] != 0) == matched ? 1 : 0
                i &+= 1
            }
            chosen.count = n
        }

        private func flagHeads(_ count: Int) {
            let probe = probe, heads = probe.heads, flags = matched.lanes(as: UInt8.self, keptBy: self)
            var i = 0
            while i < count {
                flags[i] = heads[i] != 0 ? 1 : 0
                i &+= 1
            }
        }

        private func flag(_ rows: RowPointers, _ count: Int) {
            var i = 0
            while i < count {
                rows[i].storeBytes(of: 1, toByteOffset: JoinBuildShape.flagOffset, as: UInt8.self)
                i &+= 1
            }
        }

        // MARK: With a residual

        private func refinedPairs(_ chunk: Chunk) throws(SQLError) -> Demand {
            let probe = probe
            while probe.nextPairs() {
                var demand = try refinePiece(chunk)
                if demand == .more { demand = try expansion.demand() }
                if demand != .more { return demand }
            }
            return .more
        }

        /// Gives the current pairs as far as they satisfy the residual.
        private func refinePiece(_ chunk: Chunk) throws(SQLError) -> Demand {
            let probe = probe, flags = matched.lanes(as: UInt8.self, keptBy: self)
            let count = try refinePairs(chunk)
            if count == 0 { return .more }
            if shape.kind == .single { try countOnce(count) }
            var i = 0
            while i < count {
                flags[Int(probe.pairRows[i])] = 1
                i &+= 1
            }
            switch shape.kind {
            case .inner, .left, .right, .full, .single:
                if shape.build.flagsRows { flag(probe.pairPointers, count) }
                return try emitter.emit(probe.pairRows, probe.pairPointers, count)
            case .semi, .anti, .mark: return .more
            }
        }

        private func afterRefinedPairs(_ chunk: Chunk, _ keys: [Column]) throws(SQLError) -> Demand {
            switch shape.kind {
            case .inner, .right: return .more
            case .left, .full, .single:
                chooseByFlag(chunk.count, 0)
                return try emitter.emitUnmatched(chosen)
            case .semi, .anti:
                chooseByFlag(chunk.count, shape.kind == .semi ? 1 : 0)
                return try emitter.emitProbeRows(chosen)
            case .mark(_, let isNullAware): return try mark(chunk, keys, isNullAware)
            }
        }

        /// Keeps the pairs that satisfy the residual; how many those are.
        private func refinePairs(_ chunk: Chunk) throws(SQLError) -> Int {
            guard let residual = shape.residual else { return probe.pairRows.count }
            let count = probe.pairRows.count
            var columns: [Column] = []
            for position in shape.residualProbe { columns.append(try chunk.columns[position].gather(probe.pairRows)) }
            let probe = probe
            for column in shape.residualRows { columns.append(try built.gather.column(column, probe.pairPointers, count)) }
            guard let kept = try residual.select(Chunk(columns: columns, count: count)) else { return count }
            probe.keepPairs(kept)
            return kept.count
        }

        private func countOnce(_ count: Int) throws(SQLError) {
            let flags = matched.lanes(as: UInt8.self, keptBy: self)
            var seen = Set<UInt32>()
            for i in 0..<count {
                let row = probe.pairRows[i]
                if flags[Int(row)] != 0 || !seen.insert(row).inserted { throw SQLError.secondRowOfScalar }
            }
        }

        private func chooseByFlag(_ count: Int, _ wanted: UInt8) {
            let chosen = chosen, flags = matched.lanes(as: UInt8.self, keptBy: self), rows = chosen.lanes
            var n = 0, i = 0
            while i < count {
                rows[n] = UInt32(truncatingIfNeeded: i)
                n &+= flags[i] == wanted ? 1 : 0
                i &+= 1
            }
            chosen.count = n
        }

        // MARK: Marks

        private func mark(_ chunk: Chunk, _ keys: [Column], _ isNullAware: Bool) throws(SQLError) -> Demand {
            let lanes = try Buffer(byteCount: chunk.count)
            let flags = matched.lanes(as: UInt8.self, keptBy: self)
            lanes.lanes(as: UInt8.self).update(from: flags, count: chunk.count)
            var validity: Buffer?
            if isNullAware, built.rowCount > 0 {
                let unknown = NullAwareMark(shape, built, context)
                validity = try unknown.validity(chunk, keys, Lanes(flags))
            }
            return try emitter.emitMarked(Column(flat: .boolean, count: chunk.count, lanes: lanes, validity: validity))
        }

        /// Marks the build rows that this chunk matches.
        private func markBuildRows(_ chunk: Chunk, _ keys: [Column]) throws(SQLError) -> Demand {
            owner.probed.store(true, ordering: .relaxed)
            if keys.contains(where: { Validity.nullCount($0.mask, chunk.count) > 0 }) {
                owner.hasProbeNulls.store(true, ordering: .relaxed)
            }
            if shape.residual == nil {
                probe.flagChains(JoinBuildShape.flagOffset)
                return .more
            }
            let probe = probe
            while probe.nextPairs() {
                try context.cancellation.check()
                flag(probe.pairPointers, try refinePairs(chunk))
            }
            return .more
        }

        /// The last worker gives the build rows that nobody matched.
        func giveRest() throws(SQLError) -> Demand {
            let isLast = isLast ?? owner.leave(built)
            self.isLast = isLast
            if isLast, shape.kind == .right || shape.kind == .full {
                let demand = try emitter.emitRest(built, context)
                if demand != .more { return demand }
            }
            return try emitter.downstream.giveRest()
        }

        func finish() throws(SQLError) { try emitter.downstream.finish() }
    }
}
