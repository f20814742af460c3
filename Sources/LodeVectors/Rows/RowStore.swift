/// A growing collection of rows in blocks: one worker appends, then everybody may read.

import Glibc
import LodeCore

/// Rows never move, so pointers to them stay good for the life of the store.
package final class RowStore: @unchecked Sendable {
    package let layout: RowLayout
    package private(set) var blocks: [RowBlock] = []
    package private(set) var count = 0
    /// By column: whether some row has NULL there.
    package private(set) var mayHaveNulls: [Bool]
    /// What gathered columns must keep alive.
    package let heap: RowHeap
    private let hold: MemoryHold
    private let fresh: Buffer

    /// - Parameter purpose: the operator that an out-of-memory error names.
    package init(_ layout: RowLayout, _ budget: MemoryBudget, for purpose: String) throws(SQLError) {
        self.layout = layout
        mayHaveNulls = Array(repeating: false, count: layout.types.count)
        hold = MemoryHold(budget, for: purpose)
        heap = RowHeap(hold)
        fresh = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
    }

    package var reservedBytes: Int { hold.bytes }

    /// The rows that `append` or `allocate` made last.
    package var freshRows: RowPointers {
        @_lifetime(borrow self) get { fresh.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }

    /// Appends `count` rows (at most `Chunk.capacity`), one column a layout column; `rows` names those to take, or nil for all.
    /// Their addresses are in `freshRows` afterwards. Headers are left unset.
    package func append(_ columns: [Column], _ count: Int, rows: Lanes<UInt32>? = nil) throws(SQLError) {
        precondition(columns.count == layout.types.count && count <= Chunk.capacity, "rows have a lane for every column")
        try allocate(count)
        for (index, column) in columns.enumerated() {
            try scatter(column, index, rows, count)
        }
    }

    /// Makes `count` rows without NULLs and with unset lanes.
    package func allocate(_ count: Int) throws(SQLError) {
        let stride = layout.stride, pointers = freshRows
        var made = 0
        while made < count {
            if blocks.isEmpty || blocks[blocks.count - 1].count == blocks[blocks.count - 1].capacity { try addBlock(atLeast: count - made) }
            let last = blocks.count - 1
            let taken = min(count - made, blocks[last].capacity - blocks[last].count)
            var row = blocks[last].base + blocks[last].count * stride
            var i = made
            while i < made &+ taken {
                pointers[i] = row
                row += stride
                i &+= 1
            }
            blocks[last].count += taken
            made += taken
        }
        self.count += count
        clearNullBits(count)
    }

    private func clearNullBits(_ count: Int) {
        let offset = layout.nullOffset, bytes = layout.nullBytes, pointers = freshRows
        var i = 0
        if bytes == 1 {
            while i < count {
                pointers[i].storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
                i &+= 1
            }
            return
        }
        while i < count {
            memset(pointers[i] + offset, 0, bytes)
            i &+= 1
        }
    }

    /// Small at first, so that tiny inputs stay tiny.
    private func addBlock(atLeast rows: Int) throws(SQLError) {
        let target = blocks.isEmpty ? 32 * 1024 : (blocks.count < 4 ? 256 * 1024 : 2 * 1024 * 1024)
        let capacity = max(target / layout.stride, min(rows, 64), 1)
        try hold.grow(by: capacity * layout.stride)
        let buffer = try Buffer(byteCount: capacity * layout.stride)
        blocks.append(RowBlock(base: buffer.rawAddress, capacity: capacity, count: 0, buffer: buffer))
    }

    func noteNulls(_ column: Int) { mayHaveNulls[column] = true }

    /// Writes the addresses of rows `first ..< first + count` of block `block` to `pointers`.
    package func addresses(_ block: Int, _ first: Int, _ count: Int, into pointers: RowPointers) {
        let stride = layout.stride
        var row = blocks[block].base + first * stride
        var i = 0
        while i < count {
            pointers[i] = row
            row += stride
            i &+= 1
        }
    }
}
