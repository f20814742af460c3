/// Puts the output chunks of a hash join together.

import LodeCore
import LodeVectors

/// One worker's way downstream: probe columns are gathered by row number, build columns by address.
final class JoinEmitter {
    private let shape: JoinShape
    private let gather: RowGather
    let downstream: any ChunkConsumer
    private var chunk = Chunk(columns: [], count: 0)
    private var keys: [Column] = []
    private var rest: RestRows?

    init(_ shape: JoinShape, _ gather: RowGather, _ downstream: any ChunkConsumer) throws(SQLError) {
        self.shape = shape
        self.gather = gather
        self.downstream = downstream
    }

    /// The chunk that the next pairs are of, with its keys.
    func begin(_ chunk: Chunk, _ keys: [Column]) {
        self.chunk = chunk
        self.keys = keys
    }

    /// Pairs of probe rows (nil: all, in order) with build rows.
    func emit(_ rows: Selection?, _ pointers: RowPointers, _ count: Int) throws(SQLError) -> Demand {
        if count == 0 { return .more }
        var columns = try probeColumns(rows)
        for output in shape.buildOutputs {
            switch output {
            case .row(let column): columns.append(try gather.column(column, pointers, count))
            case .probeKey(let key):
                if let rows { columns.append(try keys[key].gather(rows)) } else { columns.append(keys[key]) }
            }
        }
        return try downstream.consume(Chunk(columns: columns, count: count, batch: chunk.batch))
    }

    /// Probe rows with NULL for every build column.
    func emitUnmatched(_ rows: Selection) throws(SQLError) -> Demand {
        if rows.count == 0 { return .more }
        var columns = try probeColumns(rows)
        for output in shape.buildOutputs {
            if case .row(let column) = output { columns.append(try .null(shape.build.layout.types[column], count: rows.count)) }
        }
        return try downstream.consume(Chunk(columns: columns, count: rows.count, batch: chunk.batch))
    }

    /// Probe rows alone.
    func emitProbeRows(_ rows: Selection) throws(SQLError) -> Demand {
        if rows.count == 0 { return .more }
        let columns = try probeColumns(rows.count == chunk.count ? nil : rows)
        return try downstream.consume(Chunk(columns: columns, count: rows.count, batch: chunk.batch))
    }

    /// All probe rows and their mark.
    func emitMarked(_ mark: Column) throws(SQLError) -> Demand {
        var columns = try probeColumns(nil)
        if shape.givesMark { columns.append(mark) }
        return try downstream.consume(Chunk(columns: columns, count: chunk.count, batch: chunk.batch))
    }

    private func probeColumns(_ rows: Selection?) throws(SQLError) -> [Column] {
        var columns: [Column] = []
        columns.reserveCapacity(shape.columns.count)
        for position in shape.probeOutputs {
            if let rows { columns.append(try chunk.columns[position].gather(rows)) } else { columns.append(chunk.columns[position]) }
        }
        return columns
    }

    /// The build rows that were never matched, after all batches of the probe side. Goes on where it stopped when it was `.full`.
    func emitRest(_ built: BuiltSide, _ context: ExecutionContext) throws(SQLError) -> Demand {
        let rest = if let known = rest { known } else { try RestRows(built) }
        self.rest = rest
        while let count = rest.next() {
            try context.cancellation.check()
            let demand = count == 0 ? Demand.more : try emitBuildRows(rest.pointers, count)
            if demand != .more { return demand }
        }
        return .more
    }

    private func emitBuildRows(_ pointers: RowPointers, _ count: Int) throws(SQLError) -> Demand {
        var columns: [Column] = []
        for type in shape.probeOutputTypes { columns.append(try .null(type, count: count)) }
        for output in shape.buildOutputs {
            if case .row(let column) = output { columns.append(try gather.column(column, pointers, count)) }
        }
        return try downstream.consume(Chunk(columns: columns, count: count, batch: JoinBuildShape.lastBatch))
    }
}

/// Walks over the build rows that nothing matched.
private final class RestRows {
    private let stores: [(store: RowStore, isMatchable: Bool)]
    private var store = 0
    private var block = 0
    private var row = 0
    private let memory: Buffer
    var pointers: RowPointers {
        @_lifetime(borrow self) get { memory.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }

    init(_ built: BuiltSide) throws(SQLError) {
        stores = built.stores.map { ($0, true) } + built.unmatchable.map { ($0, false) }
        memory = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
    }

    /// Puts the next rows into `pointers`; how many, nil at the end.
    func next() -> Int? {
        while store < stores.count {
            let (current, isMatchable) = stores[store]
            guard block < current.blocks.count else {
                store += 1
                block = 0
                continue
            }
            let count = min(Chunk.capacity, current.blocks[block].count - row)
            guard count > 0 else {
                block += 1
                row = 0
                continue
            }
            current.addresses(block, row, count, into: pointers)
            row += count
            return isMatchable ? keepUnmatched(count) : count
        }
        return nil
    }

    private func keepUnmatched(_ count: Int) -> Int {
        let pointers = pointers
        var kept = 0, i = 0
        while i < count {
            let row = pointers[i]
            pointers[kept] = row
            kept &+= row.load(fromByteOffset: JoinBuildShape.flagOffset, as: UInt8.self) == 0 ? 1 : 0
            i &+= 1
        }
        return kept
    }
}
