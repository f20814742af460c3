/// The groups of a partition, each once, and the columns that they become.

import Glibc
import LodeCore
import LodeVectors

/// Addresses of rows whose states are complete.
final class MergedGroups {
    private let plan: AggregatePlan
    /// Keep the rows and the strings of their keys.
    private let owners: [GroupRows]
    private var list: [UnsafeMutableRawPointer] = []

    init(_ plan: AggregatePlan, owners: [GroupRows]) {
        self.plan = plan
        self.owners = owners
    }

    var count: Int { list.count }

    func append(_ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int) {
        rows.withUnsafePointer { list.append(contentsOf: UnsafeBufferPointer(start: $0, count: count)) }
    }

    func append(_ row: UnsafeMutableRawPointer) { list.append(row) }

    /// Groups `start ..< start + count` as a chunk: all keys (NULL where the set has them not), the set's number, the results.
    func chunk(_ start: Int, _ count: Int, set: Int, layout: GroupLayout) throws(SQLError) -> Chunk {
        let keyed = plan.sets[set]
        var columns: [Column] = []
        var rows = list[start..<(start + count)].withUnsafeBufferPointer { Array($0) }
        let keys = try rows.withUnsafeMutableBufferPointer { buffer throws(SQLError) -> [Column] in
            guard let base = buffer.baseAddress else { return [] }
            return try layout.columns(Lanes(UnsafePointer(base), keptBy: buffer), count, owners: owners)
        }
        for (index, type) in plan.keyTypes.enumerated() {
            if let place = keyed.firstIndex(of: index) {
                columns.append(try NestedKeys.decode(keys[place], type))
            } else {
                columns.append(try Column.null(type, count: count))
            }
        }
        if plan.hasSetColumn { columns.append(try Column.constant(.integer(Int64(set)), .bigint, count: count)) }
        for call in plan.calls {
            columns.append(
                try rows.withUnsafeMutableBufferPointer { buffer throws(SQLError) -> Column in
                    guard let base = buffer.baseAddress else { throw .internalFault("a chunk without groups") }
                    let rows = Lanes(UnsafePointer(base), keptBy: buffer)
                    return try call.function.finalize(rows, layout.stateOffset + call.stateOffset, count)
                })
        }
        return Chunk(columns: columns, count: count)
    }
}

/// Merges rows into a table: new groups are taken over, known ones are added to.
final class RowCombiner {
    private let plan: AggregatePlan
    private let layout: GroupLayout
    private let found: Buffer
    private let sources: Buffer
    private let targets: Buffer

    init(_ plan: AggregatePlan, _ layout: GroupLayout) throws(SQLError) {
        self.plan = plan
        self.layout = layout
        found = try Buffer(byteCount: Chunk.capacity * 8)
        sources = try Buffer(byteCount: Chunk.capacity * 8)
        targets = try Buffer(byteCount: Chunk.capacity * 8)
    }

    func merge(
        _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, into table: GroupTable, _ merged: MergedGroups
    ) throws(SQLError) {
        let out = found.lanes(as: UnsafeMutableRawPointer.self, keptBy: self)
        let from = sources.lanes(as: UnsafeMutableRawPointer.self, keptBy: self)
        let to = targets.lanes(as: UnsafeMutableRawPointer.self, keptBy: self)
        try table.merge(rows, count, into: out)
        var doubles = 0
        for i in 0..<count {
            if out[i] == rows[i] {
                merged.append(rows[i])
            } else {
                from[doubles] = rows[i]
                to[doubles] = out[i]
                doubles &+= 1
            }
        }
        if doubles == 0 { return }
        if !plan.sides.isEmpty {
            let place = layout.stateOffset + plan.stateBytes
            for i in 0..<doubles { (from[i] + place).storeBytes(of: UInt(bitPattern: to[i]), as: UInt.self) }
        }
        for call in plan.stateCalls {
            let offset = layout.stateOffset + call.stateOffset
            if let move = call.function.move {
                try move(Lanes(from), Lanes(to), offset, doubles)
                continue
            }
            try call.function.combine(Lanes(from), Lanes(to), offset, doubles)
            if let destroy = call.function.destroy {
                destroy(Lanes(from), offset, doubles)
                // Empty states may be destroyed again, with their rows.
                for i in 0..<doubles { memset(from[i] + offset, 0, call.function.stateBytes) }
            }
        }
    }
}
