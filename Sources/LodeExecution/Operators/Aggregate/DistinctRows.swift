/// The rows seen so far, each once: what a recursion with UNION drops duplicates with.

import LodeCore
import LodeVectors

final class DistinctRows: Sendable {
    /// A table that is used under the lock only.
    private struct Held: @unchecked Sendable {
        let table: GroupTable
    }

    private let held: Lock<Held>

    init(_ types: [SQLType], memory: MemoryBudget) throws(SQLError) {
        let layout = try GroupLayout(keys: types.map(NestedKeys.keyType), nullable: types.map { _ in true }, stateBytes: 0)
        let rows = GroupRows(layout, partitionBits: 0, memory: memory, purpose: "recursion", destroy: nil)
        held = Lock(Held(table: try GroupTable(rows: rows, slotLimit: nil, memory: memory, purpose: "recursion")))
    }

    /// The rows of the chunk that were not there before, each once; nil if there are none.
    func insert(_ chunk: Chunk) throws(SQLError) -> Chunk? {
        var keys: [Column] = []
        for column in chunk.columns { keys.append(try NestedKeys.encode(column)) }
        let found = try Buffer(byteCount: chunk.count * 8)
        let created = try Selection(capacity: chunk.count)
        let columns = keys
        try held.withLock { held throws(SQLError) in
            try held.table.findOrCreate(
                columns, count: chunk.count, into: found.lanes(as: UnsafeMutableRawPointer.self), created: created)
        }
        if created.count == 0 { return nil }
        return created.count == chunk.count ? chunk : try chunk.gather(created)
    }
}
