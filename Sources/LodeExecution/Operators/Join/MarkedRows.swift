/// The build rows of a join that was built from its left side, once all probing is done.

import LodeCore
import LodePlan
import LodeVectors
import Synchronization

/// Gives marked rows (semi), unmarked ones (anti), or all with their mark.
final class MarkedRows: Source {
    private let probe: HashJoinProbe
    private var build: JoinBuild { probe.build }
    private let next = Atomic<Int>(0)
    private let opened = Lock<[Block]>([])

    /// A block of rows, or of rows that can't have matched.
    private struct Block {
        var store: RowStore
        var block: Int
        var isMatchable: Bool
    }

    init(_ probe: HashJoinProbe) { self.probe = probe }

    func open(_ context: ExecutionContext) throws(SQLError) {
        let built = try build.result()
        var morsels: [Block] = []
        for store in built.stores {
            for block in store.blocks.indices { morsels.append(Block(store: store, block: block, isMatchable: true)) }
        }
        if build.shape.kind != .semi {
            for store in built.unmatchable {
                for block in store.blocks.indices { morsels.append(Block(store: store, block: block, isMatchable: false)) }
            }
        }
        opened.withLock { $0 = morsels }
        next.store(0, ordering: .relaxed)
    }

    var parallelism: Int { max(1, opened.withLock { $0.count }) }
    var progress: Double? { nil }

    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkProducer { try Producer(self) }

    private final class Producer: ChunkProducer {
        private let source: MarkedRows
        private let shape: JoinShape
        private let built: BuiltSide
        private let morsels: [Block]
        private let memory: Buffer
        private var current: Block?
        private var row = 0

        init(_ source: MarkedRows) throws(SQLError) {
            self.source = source
            shape = source.probe.shape
            built = try source.build.result()
            morsels = source.opened.withLock { $0 }
            memory = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        }

        func next() throws(SQLError) -> Chunk? {
            let pointers = memory.lanes(as: UnsafeMutableRawPointer.self, keptBy: self)
            while true {
                guard let morsel = current else {
                    let index = source.next.add(1, ordering: .relaxed).oldValue
                    guard index < morsels.count else { return nil }
                    current = morsels[index]
                    row = 0
                    continue
                }
                let count = min(Chunk.capacity, morsel.store.blocks[morsel.block].count - row)
                if count == 0 {
                    current = nil
                    continue
                }
                morsel.store.addresses(morsel.block, row, count, into: pointers)
                row += count
                let kept = keep(pointers, count)
                if kept > 0 { return try chunk(pointers, kept, morsel.isMatchable) }
            }
        }

        private func keep(_ pointers: RowPointers, _ count: Int) -> Int {
            let wanted: UInt8
            switch shape.kind {
            case .semi: wanted = 1
            case .anti: wanted = 0
            default: return count
            }
            var kept = 0, i = 0
            while i < count {
                let row = pointers[i]
                pointers[kept] = row
                kept &+= row.load(fromByteOffset: JoinBuildShape.flagOffset, as: UInt8.self) == wanted ? 1 : 0
                i &+= 1
            }
            return kept
        }

        private func chunk(_ pointers: RowPointers, _ count: Int, _ isMatchable: Bool) throws(SQLError) -> Chunk {
            var columns: [Column] = []
            for output in shape.buildOutputs {
                if case .row(let column) = output { columns.append(try built.gather.column(column, pointers, count)) }
            }
            if case .mark(_, let isNullAware) = shape.kind, shape.givesMark {
                columns.append(try marks(pointers, count, isNullAware, isMatchable))
            }
            return Chunk(columns: columns, count: count)
        }

        private func marks(_ pointers: RowPointers, _ count: Int, _ isNullAware: Bool, _ isMatchable: Bool) throws(SQLError) -> Column {
            let lanes = try Buffer(byteCount: count)
            let out = lanes.lanes(as: UInt8.self)
            var validity: Buffer?
            // IN is unknown for a NULL, or if a NULL is in the list, unless the list is empty.
            let isUnknown = isNullAware && source.probe.sawRow && (source.probe.sawNullKey || !isMatchable)
            if isUnknown { validity = try Validity.allValid(count) }
            for i in 0..<count {
                out[i] = pointers[i].load(fromByteOffset: JoinBuildShape.flagOffset, as: UInt8.self)
                if out[i] == 0, let validity { Validity.clear(validity.lanes(as: UInt64.self), i) }
            }
            return Column(flat: .boolean, count: count, lanes: lanes, validity: validity)
        }
    }
}

/// Ends a pipeline that has done its work on the way.
final class DiscardSink: Sink {
    func worker(_ context: ExecutionContext) throws(SQLError) -> any ChunkConsumer { Worker() }

    private final class Worker: ChunkConsumer {
        func consume(_ chunk: Chunk) throws(SQLError) -> Demand { .more }
        func finish() throws(SQLError) {}
    }
}
