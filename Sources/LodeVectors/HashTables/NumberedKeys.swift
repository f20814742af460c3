/// Keys that each came with a number, and which rows have a key that came with a greater one.

import LodeCore

/// Takes keys in, and makes the table of them. One worker owns it.
package final class NumberedKeysBuilder {
    private let store: RowStore
    private let budget: MemoryBudget
    private let hashes: Buffer

    /// - Parameters:
    ///   - types: of the keys.
    ///   - purpose: what an out-of-memory error names.
    package init(_ types: [SQLType], _ budget: MemoryBudget, for purpose: String) throws(SQLError) {
        precondition(!types.isEmpty, "there is a key")
        store = try RowStore(RowLayout(headerBytes: 8, types: types + [.bigint]), budget, for: purpose)
        self.budget = budget
        hashes = try Buffer(byteCount: Chunk.capacity * 8)
    }

    /// Adds `count` keys (at most `Chunk.capacity`), one column a part. Numbers must not descend from call to call.
    package func add(_ keys: [Column], number: Int64, count: Int) throws(SQLError) {
        if count == 0 { return }
        var columns: [Column] = []
        for key in keys { columns.append(try key.flattened()) }
        let words = hashes.lanes(as: UInt64.self, keptBy: self)
        try Hashing.hash(columns, count: count, into: words)
        try store.append(columns + [try Column.constant(.integer(number), .bigint, count: count)], count)
        let store = store, rows = store.freshRows
        for row in 0..<count { rows[row].storeBytes(of: words[row], as: UInt64.self) }
    }

    package func finish() throws(SQLError) -> NumberedKeys { try NumberedKeys(store, budget) }
}

/// A table from keys to the greatest number that came with each. NULL is a key like others. Read by all workers.
package final class NumberedKeys: Sendable {
    private let store: RowStore
    private let table: JoinTable
    /// By part of the key: whether NULL is among them.
    private let matchesNull: [Bool]
    private let numberOffset: Int

    fileprivate init(_ store: RowStore, _ budget: MemoryBudget) throws(SQLError) {
        let keyCount = store.layout.types.count - 1
        self.store = store
        matchesNull = Array(store.mayHaveNulls.prefix(keyCount))
        numberOffset = store.layout.offsets[keyCount]
        table = try JoinTable(store.layout, keyCount: keyCount, rows: store.count, range: nil, budget)
        table.allowsNullKeys = matchesNull.contains(true)
        // Of equal keys the last one is found first: the one with the greatest number.
        for block in store.blocks { table.insert(block, isShared: false) }
    }

    package var count: Int { store.count }

    /// Leaves in `survivors` the rows of `0 ..< count` (at most `Chunk.capacity`) whose key never came with a number above `number`.
    /// - Parameter keys: in the types that the table was made of, in any layout.
    package func keepRows(notAbove number: Int64, _ keys: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        if store.count == 0 { return survivors.takeAll(count) }
        var flat: [Column] = []
        for key in keys { flat.append(try key.flattened()) }
        let probe = try JoinProbe()
        try probe.find(table, flat, matchesNull, count)
        let heads = probe.heads, rows = survivors.lanes
        var kept = 0, row = 0
        while row < count {
            rows[kept] = UInt32(truncatingIfNeeded: row)
            var isAbove = false
            if let found = JoinTable.row(heads[row]) { isAbove = found.load(fromByteOffset: numberOffset, as: Int64.self) > number }
            kept &+= isAbove ? 0 : 1
            row &+= 1
        }
        survivors.count = kept
    }
}
