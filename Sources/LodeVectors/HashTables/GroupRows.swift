/// The memory of groups: rows in blocks, by radix partition of their hashes.

import Glibc
import LodeCore

/// Rows that never move. One worker appends; afterwards anyone may read.
///
/// Blocks are reserved from the memory budget before they are made and given back together.
package final class GroupRows: @unchecked Sendable {
    private struct Partition {
        var next: UnsafeMutableRawPointer?
        var left = 0
        var blocks: [(base: UnsafeMutableRawPointer, rows: Int)] = []
        var count = 0
        /// Rows of the next block.
        var growth = 16
    }

    package let layout: GroupLayout
    package let partitionBits: Int
    private var partitions: [Partition]
    private let memory: MemoryBudget
    private let purpose: String
    private var reserved = 0
    /// Copies of long texts.
    private let arena = TextArena(blockBytes: 64 * 1024)
    private var arenaReserved = 0
    private let destroy: (@Sendable (_ rows: UnsafePointer<UnsafeMutableRawPointer>, _ count: Int) -> Void)?

    /// Blocks grow up to this size.
    private static let blockBytes = 256 * 1024

    /// - Parameter destroy: frees what the states of rows own; must accept states of zero bytes.
    package init(
        _ layout: GroupLayout, partitionBits: Int, memory: MemoryBudget, purpose: String,
        destroy: (@Sendable (_ rows: UnsafePointer<UnsafeMutableRawPointer>, _ count: Int) -> Void)?
    ) {
        self.layout = layout
        self.partitionBits = partitionBits
        self.memory = memory
        self.purpose = purpose
        self.destroy = destroy
        partitions = Array(repeating: Partition(), count: 1 << partitionBits)
    }

    deinit {
        for index in partitions.indices {
            if let destroy { forEachBatch(of: index) { destroy($0, $1) } }
            for block in partitions[index].blocks { free(block.base) }
        }
        memory.release(reserved + arenaReserved)
    }

    package var count: Int { partitions.reduce(0) { $0 + $1.count } }
    package func count(of partition: Int) -> Int { partitions[partition].count }

    /// The row that a partition got first; nil if it has none.
    package func firstRow(of partition: Int) -> UnsafeMutableRawPointer? {
        partitions[partition].count > 0 ? partitions[partition].blocks[0].base : nil
    }

    /// The partition of a hash: its highest bits.
    @inline(__always)
    package func partition(of hash: UInt64) -> Int {
        partitionBits == 0 ? 0 : Int(truncatingIfNeeded: hash &>> UInt64(64 &- partitionBits))
    }

    /// A new row with this hash and key, its states empty. Long texts are copied.
    func append(_ hash: UInt64, _ key: UnsafePointer<UInt64>) throws(SQLError) -> UnsafeMutableRawPointer {
        let index = partition(of: hash)
        if partitions[index].left == 0 { try grow(index) }
        guard let row = partitions[index].next else { throw .internalFault("a group table without a block") }
        partitions[index].next = row + layout.rowBytes
        partitions[index].left &-= 1
        partitions[index].count &+= 1
        let words = row.assumingMemoryBound(to: UInt64.self)
        words[0] = hash
        var w = 0
        while w < layout.wordCount {
            words[w &+ 1] = key[w]
            w &+= 1
        }
        if layout.textWords != 0 { try keepTexts(words + 1) }
        return row
    }

    private func keepTexts(_ words: UnsafeMutablePointer<UInt64>) throws(SQLError) {
        var rest = layout.textWords
        while rest != 0 {
            let w = rest.trailingZeroBitCount
            rest &= rest &- 1
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

    private func grow(_ index: Int) throws(SQLError) {
        let most = max(16, Self.blockBytes / layout.rowBytes)
        let rows = min(partitions[index].growth, most)
        let bytes = rows * layout.rowBytes
        try memory.reserve(bytes, for: purpose)
        guard let base = calloc(rows, layout.rowBytes) else {
            memory.release(bytes)
            throw SQLError(.outOfMemory, "out of memory: \(bytes) bytes could not be allocated")
        }
        reserved += bytes
        partitions[index].blocks.append((base, rows))
        partitions[index].next = base
        partitions[index].left = rows
        partitions[index].growth = min(rows * 4, most)
    }

    /// Calls `body` with the addresses of the rows of a partition, up to `Chunk.capacity` at a time.
    package func forEachBatch<E: Error>(
        of partition: Int, _ body: (UnsafePointer<UnsafeMutableRawPointer>, Int) throws(E) -> Void
    ) throws(E) {
        var batch: [UnsafeMutableRawPointer] = []
        batch.reserveCapacity(Chunk.capacity)
        var left = partitions[partition].count
        for block in partitions[partition].blocks {
            let filled = min(left, block.rows)
            left -= filled
            for row in 0..<filled {
                batch.append(block.base + row * layout.rowBytes)
                if batch.count == Chunk.capacity {
                    try Self.withBatch(batch, body)
                    batch.removeAll(keepingCapacity: true)
                }
            }
        }
        if !batch.isEmpty { try Self.withBatch(batch, body) }
    }

    private static func withBatch<E: Error>(
        _ batch: [UnsafeMutableRawPointer], _ body: (UnsafePointer<UnsafeMutableRawPointer>, Int) throws(E) -> Void
    ) throws(E) {
        try batch.withUnsafeBufferPointer { buffer throws(E) in
            if let base = buffer.baseAddress { try body(base, buffer.count) }
        }
    }
}
