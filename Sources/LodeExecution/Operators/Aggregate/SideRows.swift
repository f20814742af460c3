/// The rows that a DISTINCT or ordered aggregate kept, in the order that it wants.

import LodeCore
import LodeVectors

/// The side tables of all workers for one aggregate and one grouping set.
struct SideRows {
    private let plan: AggregatePlan
    private let side: AggregatePlan.Side
    private let tables: [GroupTable]
    /// Where the rows of groups keep the address of the row that stands for theirs; nil if there is one group only.
    private let forwarding: Int?
    /// Whether some group has more than one row.
    private let groupsWereMerged: Bool
    private var keyCount: Int { forwarding == nil ? 0 : 1 }

    /// Once the groups have been merged.
    init(_ plan: AggregatePlan, _ side: AggregatePlan.Side, _ workers: [AggregateTables], _ index: Int, isGrouped: Bool) {
        self.plan = plan
        self.side = side
        tables = workers.map { $0.sides[index] }
        forwarding = isGrouped ? workers.first.map { $0.table.layout.stateOffset + plan.stateBytes } : nil
        groupsWereMerged = isGrouped && workers.contains { $0.table.hasForgotten }
    }

    /// Gives the rows of one partition: the addresses of groups if there are several, arguments, order keys.
    func forEachChunk(
        of partition: Int, _ context: ExecutionContext, _ body: ([Column], Int) throws(SQLError) -> Void
    ) throws(SQLError) {
        let rows = try unique(partition, context)
        if rows.isEmpty { return }
        let hold = MemoryHold(context.memory, for: side.isDistinct ? "distinct aggregation" : "ordered aggregation")
        defer { withExtendedLifetime(hold) {} }
        try hold.grow(by: rows.count * MemoryLayout<UnsafeMutableRawPointer>.stride)
        if !side.order.isEmpty {
            // All at once, since they must be sorted.
            try hold.grow(by: rows.count * (4 + tables[0].layout.types.reduce(0) { $0 + $1.physical.stride }))
            let columns = try columns(rows[...])
            let sorted = try order(columns, rows.count)
            var start = 0
            while start < rows.count {
                let count = min(Chunk.capacity, rows.count - start)
                let part = try Selection(capacity: count)
                for j in 0..<count { part[j] = sorted[start + j] }
                part.count = count
                var chunk: [Column] = []
                for column in columns { chunk.append(try column.gather(part)) }
                try body(chunk, count)
                start += count
            }
            return
        }
        var start = 0
        while start < rows.count {
            try context.cancellation.check()
            let count = min(Chunk.capacity, rows.count - start)
            try body(try columns(rows[start..<(start + count)]), count)
            start += count
        }
    }

    /// The addresses of the rows, each distinct one once.
    private func unique(_ partition: Int, _ context: ExecutionContext) throws(SQLError) -> [UnsafeMutableRawPointer] {
        let sources = tables.filter { $0.rows.count(of: partition) > 0 }
        let total = sources.reduce(0) { $0 + $1.rows.count(of: partition) }
        var list: [UnsafeMutableRawPointer] = []
        list.reserveCapacity(total)
        guard let first = sources.first else { return list }
        if !side.isDistinct || (sources.count == 1 && !first.hasForgotten && !groupsWereMerged) {
            for source in sources {
                source.rows.forEachBatch(of: partition) { rows, count in
                    if let forwarding { source.layout.forward(rows, count, by: forwarding) }
                    rows.withUnsafePointer { list.append(contentsOf: UnsafeBufferPointer(start: $0, count: count)) }
                }
            }
            return list
        }
        let empty = GroupRows(first.layout, partitionBits: 0, memory: context.memory, purpose: "distinct aggregation", destroy: nil)
        let table = try GroupTable(rows: empty, slotLimit: nil, memory: context.memory, purpose: "distinct aggregation", expected: total)
        let found = try Buffer(byteCount: Chunk.capacity * 8)
        let out = found.lanes(as: UnsafeMutableRawPointer.self)
        for source in sources {
            try source.rows.forEachBatch(of: partition) { rows, count throws(SQLError) in
                if let forwarding { source.layout.forward(rows, count, by: forwarding) }
                try table.merge(rows, count, into: out)
                for i in 0..<count where out[i] == rows[i] { list.append(rows[i]) }
            }
        }
        return list
    }

    private func columns(_ rows: ArraySlice<UnsafeMutableRawPointer>) throws(SQLError) -> [Column] {
        let layout = tables[0].layout
        let owners = tables.map(\.rows)
        var columns = try rows.withUnsafeBufferPointer { buffer throws(SQLError) -> [Column] in
            guard let base = buffer.baseAddress else { return [] }
            return try layout.columns(Lanes(base, keptBy: buffer), buffer.count, owners: owners)
        }
        for (index, column) in side.columns.enumerated() {
            columns[keyCount + index] = try NestedKeys.decode(columns[keyCount + index], plan.type(of: column))
        }
        return columns
    }

    private func order(_ columns: [Column], _ count: Int) throws(SQLError) -> [UInt32] {
        let order = side.order, kept = side.columns
        let keys = order.compactMap { key in kept.firstIndex(of: key.column).map { columns[keyCount + $0] } }
        return (0..<UInt32(truncatingIfNeeded: count)).sorted { a, b in
            for (key, column) in zip(order, keys) {
                let i = Int(a), j = Int(b)
                let leftNull = column.isNull(i), rightNull = column.isNull(j)
                if leftNull || rightNull {
                    if leftNull == rightNull { continue }
                    return leftNull == key.nullsFirst
                }
                let found = RowOrder.compare(column, i, column, j)
                if found != 0 { return (found < 0) != key.descending }
            }
            return a < b
        }
    }
}
