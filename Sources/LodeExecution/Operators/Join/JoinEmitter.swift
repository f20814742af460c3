/// Puts the output chunks of a hash join together.

import LodeCore
import LodeVectors

/// One worker's way downstream: probe columns are gathered by row number, build columns by address.
final class JoinEmitter {
    private let shape: JoinShape
    private let gather: RowGather
    private let downstream: any ChunkConsumer
    private var chunk = Chunk(columns: [], count: 0)
    private var keys: [Column] = []

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

    /// The build rows that were never matched, after all batches of the probe side.
    func emitRest(_ built: BuiltSide, _ context: ExecutionContext) throws(SQLError) -> Demand {
        var demand = Demand.more
        func give(_ stores: [RowStore], all: Bool) throws(SQLError) {
            try RowWalk.forEach(stores) { pointers, count throws(SQLError) in
                if demand == .enough { return }
                try context.cancellation.check()
                var kept = 0, i = 0
                while i < count {
                    let row = pointers[i]
                    pointers[kept] = row
                    kept &+= all || row.load(fromByteOffset: JoinBuildShape.flagOffset, as: UInt8.self) == 0 ? 1 : 0
                    i &+= 1
                }
                if kept > 0 { demand = try emitBuildRows(pointers, kept) }
            }
        }
        try give(built.stores, all: false)
        try give(built.unmatchable, all: true)
        return demand
    }

    private func emitBuildRows(_ pointers: RowPointers, _ count: Int) throws(SQLError) -> Demand {
        var columns: [Column] = []
        for type in shape.probeOutputTypes { columns.append(try .null(type, count: count)) }
        for output in shape.buildOutputs {
            if case .row(let column) = output { columns.append(try gather.column(column, pointers, count)) }
        }
        return try downstream.consume(Chunk(columns: columns, count: count, batch: JoinBuildShape.lastBatch))
    }

    func finish() throws(SQLError) { try downstream.finish() }
}
