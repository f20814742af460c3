/// The memory of groups: rows in blocks, by radix partition of their hashes.

import Glibc
import LodeCore

/// Rows that never move. One worker appends; afterwards anyone may read.
///
/// Blocks are reserved from the memory budget before they are made and given back together.
package final class GroupRows: @unchecked Sendable {
    /// Where the next row of a partition goes. In raw memory: class properties are checked for exclusive access, a row at a time.
    private struct Head {
        var next: UnsafeMutableRawPointer
        var left = 0
        var count = 0
    }

    private struct Block {
        let base: UnsafeMutableRawPointer
        let rows: Int
    }

    package let layout: GroupLayout
    package let partitionBits: Int
    private let heads: UnsafeMutablePointer<Head>
    /// By partition.
    private var blocks: [[Block]]
    private let shift: UInt64
    private let rowBytes: Int
    private let wordCount: Int
    private let hasTexts: Bool
    private let memory: MemoryBudget
    private let purpose: String
    private var reserved = 0
    /// Copies of long strings.
    private let arena = TextArena(blockBytes: 64 * 1024)
    private var arenaReserved = 0
    private let destroy: (@Sendable (_ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int) -> Void)?

    /// Blocks grow up to this size.
    private static let blockBytes = 256 * 1024

    /// - Parameter destroy: frees what the states of rows own; must accept states of zero bytes.
    package init(
        _ layout: GroupLayout, partitionBits: Int, memory: MemoryBudget, purpose: String,
        destroy: (@Sendable (_ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int) -> Void)?
    ) {
        self.layout = layout
        self.partitionBits = partitionBits
        self.memory = memory
        self.purpose = purpose
        self.destroy = destroy
        shift = UInt64(64 - partitionBits)
        rowBytes = layout.rowBytes
        wordCount = layout.wordCount
        hasTexts = layout.textCount > 0
        blocks = Array(repeating: [], count: 1 << partitionBits)
        heads = UnsafeMutablePointer<Head>.allocate(capacity: 1 << partitionBits)
        // Never written to: nothing is left.
        let nowhere = UnsafeMutableRawPointer(heads)
        heads.initialize(repeating: Head(next: nowhere), count: 1 << partitionBits)
    }

    deinit {
        for index in blocks.indices {
            if let destroy { forEachBatch(of: index) { destroy($0, $1) } }
            for block in blocks[index] { free(block.base) }
        }
        heads.deallocate()
        memory.release(reserved + arenaReserved)
    }

    package var count: Int { (0..<blocks.count).reduce(0) { $0 + heads[$1].count } }
    package func count(of partition: Int) -> Int { heads[partition].count }

    /// The row that a partition got first; nil if it has none.
    package func firstRow(of partition: Int) -> UnsafeMutableRawPointer? {
        heads[partition].count > 0 ? blocks[partition][0].base : nil
    }

    /// The partition of a hash: its highest bits.
    @inline(__always)
    package func partition(of hash: UInt64) -> Int {
        // A shift by 64 gives 0.
        Int(truncatingIfNeeded: hash >> shift)
    }

    /// A new row with this hash and key, its states empty. Long strings are copied.
    @inline(__always)
    func append(_ hash: UInt64, _ key: Lanes<UInt64>) throws(SQLError) -> UnsafeMutableRawPointer {
        let head = heads + partition(of: hash)
        if head.pointee.left == 0 { try grow(partition(of: hash)) }
        let row = head.pointee.next
        head.pointee.next = row + rowBytes
        head.pointee.left &-= 1
        head.pointee.count &+= 1
        let words = row.assumingMemoryBound(to: UInt64.self)
        words[0] = hash
        var w = 0
        while w < wordCount {
            words[w &+ 1] = key[w]
            w &+= 1
        }
        if hasTexts { try keepTexts(words + 1) }
        return row
    }

    private func keepTexts(_ words: UnsafeMutablePointer<UInt64>) throws(SQLError) {
        var w = -2
        for _ in 0..<layout.textCount {
            w &+= 2
            let view = StringView(head: words[w], tail: words[w &+ 1])
            if view.isInline { continue }
            let blocks = arena.heaps.count
            let copy = try arena.reserve(view.count)
            if arena.heaps.count != blocks {
                let bytes = max(64 * 1024, view.count)
                try memory.reserve(bytes, for: purpose)
                arenaReserved += bytes
            }
            memcpy(copy, view.pointer, view.count)
            words[w &+ 1] = UInt64(UInt(bitPattern: copy))
        }
    }

    /// Blocks start small, since most partitions of most tables stay small.
    @inline(never)
    private func grow(_ index: Int) throws(SQLError) {
        let maxRows = max(16, Self.blockBytes / rowBytes)
        let rows = blocks[index].last.map { min($0.rows * 4, maxRows) } ?? 16
        let bytes = rows * rowBytes
        try memory.reserve(bytes, for: purpose)
        guard let base = calloc(rows, rowBytes) else {
            memory.release(bytes)
            throw SQLError(.outOfMemory, "out of memory: \(bytes) bytes could not be allocated")
        }
        reserved += bytes
        blocks[index].append(Block(base: base, rows: rows))
        heads[index].next = base
        heads[index].left = rows
    }

    /// Calls `body` with the addresses of the rows of a partition, up to `Chunk.capacity` at a time.
    package func forEachBatch<E: Error>(
        of partition: Int, _ body: (Lanes<UnsafeMutableRawPointer>, Int) throws(E) -> Void
    ) throws(E) {
        var batch: [UnsafeMutableRawPointer] = []
        batch.reserveCapacity(Chunk.capacity)
        var left = heads[partition].count
        for block in blocks[partition] {
            let filled = min(left, block.rows)
            left -= filled
            for row in 0..<filled {
                batch.append(block.base + row * rowBytes)
                if batch.count == Chunk.capacity {
                    try Self.withBatch(batch, body)
                    batch.removeAll(keepingCapacity: true)
                }
            }
        }
        if !batch.isEmpty { try Self.withBatch(batch, body) }
    }

    private static func withBatch<E: Error>(
        _ batch: [UnsafeMutableRawPointer], _ body: (Lanes<UnsafeMutableRawPointer>, Int) throws(E) -> Void
    ) throws(E) {
        try batch.withUnsafeBufferPointer { buffer throws(E) in
            if let base = buffer.baseAddress { try body(Lanes(base, keptBy: batch), buffer.count) }
        }
    }
}
