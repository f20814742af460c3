/// Leaves out rows that cannot come first in their partition, before they are kept and sorted.

import LodeCore
import LodeVectors

/// Remembers the least sort word of every partition that a worker has seen.
///
/// "The latest row of each key" keeps a row a key; a worker throws away the others as they come. Words only approximate
/// the order, and each worker knows its own rows alone: what is left is a superset, and the window decides.
final class FirstRows {
    private let partitionKeys: Int
    private let prefix: SortPrefix
    private let layout: GroupLayout
    private var table: GroupTable?
    private let buffer: Buffer
    private let wordBuffer: Buffer
    private var seen = 0, kept = 0

    /// Rows after which it is decided whether leaving out pays.
    private static let trial = 64 * Chunk.capacity

    /// - Parameter partitionKeys: this many keys of the sort are the partition's; the others order it.
    init(_ shape: SortShape, partitionKeys: Int, memory: MemoryBudget) throws(SQLError) {
        self.partitionKeys = partitionKeys
        let keys = shape.order.keys
        prefix = SortPrefix(shape.layout, Array(keys.dropFirst(partitionKeys)))
        let types = keys.prefix(partitionKeys).map { NestedKeys.keyType(shape.layout.types[$0.column]) }
        // The complement of the least word: states begin as zeros.
        layout = try GroupLayout(keys: types, nullable: types.map { _ in true }, stateBytes: 8)
        buffer = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        wordBuffer = try Buffer(byteCount: Chunk.capacity * 8)
        let groups = GroupRows(layout, partitionBits: 0, memory: memory, purpose: "window", destroy: nil)
        table = try GroupTable(rows: groups, slotLimit: AggregateTables.slotLimit, memory: memory, purpose: "window")
    }

    /// Lists the rows that may come first. False, without a list, once leaving out does not pay.
    /// - Parameter keys: a flat column a sort key.
    func choose(_ keys: [Column], _ count: Int, into chosen: Selection) throws(SQLError) -> Bool {
        guard let table else { return false }
        var partition: [Column] = []
        for key in keys.prefix(partitionKeys) { partition.append(try NestedKeys.encode(key)) }
        let rows = buffer.lanes(as: UnsafeMutableRawPointer.self, keptBy: self)
        let words = wordBuffer.lanes(as: UInt64.self, keptBy: self), list = chosen.lanes
        try table.findOrCreate(partition, count: count, into: rows)
        // A value that gave way to NULL is as early as NULL is: no row is left out for it.
        _ = prefix.words(Array(keys.dropFirst(partitionKeys)), count, into: words)
        let base = layout.stateOffset
        var listed = 0, i = 0
        while i < count {
            let place = (rows[i] + base).assumingMemoryBound(to: UInt64.self)
            let rank = ~words[i], best = place.pointee
            list[listed] = UInt32(truncatingIfNeeded: i)
            listed &+= rank >= best ? 1 : 0
            place.pointee = max(rank, best)
            i &+= 1
        }
        chosen.count = listed
        seen += count
        kept += listed
        if seen >= Self.trial {
            if kept * 2 > seen { self.table = nil }
            seen = 0
            kept = 0
        }
        return true
    }
}
