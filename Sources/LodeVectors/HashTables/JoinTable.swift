/// Finds the build rows of a join by their keys.

import CLodeIntrinsics
import LodeCore
import Synchronization

/// A table over rows that lie in `RowStore`s; the first columns of the layout are the keys.
///
///     hashed   entries: UInt64, salt (the hash's upper 16 bits) | address (48 bits), by linear probing, at most half full
///     direct   entries: UInt64 address at [key - minimum]: no hash and no comparison, for integer keys of a narrow range
///
/// Equal keys are chained through the first word of their rows, which holds the row's hash until the row is inserted.
/// Filled once by many tasks, then only read.
package final class JoinTable: @unchecked Sendable {
    package enum Form: Sendable { case hashed, direct }

    package let layout: RowLayout
    package let keyCount: Int
    package let form: Form
    /// hashed: slots - 1. direct: the number of keys that there is a place for.
    let mask: UInt64
    let minimum: Int64
    private let memory: Buffer
    private let hold: MemoryHold
    private let chained = Atomic<Bool>(false)
    let equality: RowEquality

    /// A table with room for `rows` rows of `layout`, still empty.
    /// - Parameter range: the bounds of the only key, if it is an integer.
    /// - Throws: `53200` if it doesn't fit the memory limit.
    package init(_ layout: RowLayout, keyCount: Int, rows: Int, range: JoinKeyRange?, _ budget: MemoryBudget) throws(SQLError) {
        self.layout = layout
        self.keyCount = keyCount
        hold = MemoryHold(budget, for: "hash join")
        equality = RowEquality(layout, columns: Array(0..<keyCount))
        let direct = range.flatMap { Self.places($0, rows) }
        var slots = 64
        while slots < rows &* 2 { slots &*= 2 }
        let count = direct.map { $0 + 1 } ?? slots
        try hold.grow(by: count * 8)
        memory = try Buffer.zeroed(byteCount: count * 8)
        form = direct == nil ? .hashed : .direct
        mask = UInt64(direct ?? slots - 1)
        minimum = direct == nil ? 0 : range?.minimum ?? 0
    }

    var entries: MutableLanes<UInt64> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt64.self, keptBy: self) }
    }

    /// How many places direct addressing needs, if that is worth its memory.
    private static func places(_ range: JoinKeyRange, _ rows: Int) -> Int? {
        if range.isEmpty { return 0 }
        let (width, overflow) = range.maximum.subtractingReportingOverflow(range.minimum)
        guard !overflow, width >= 0, width < Int64(max(rows * 4, 64 * 1024)), width < 1 << 30 else { return nil }
        return Int(width) + 1
    }

    /// Whether some key occurs twice.
    package var hasChains: Bool { chained.load(ordering: .relaxed) }

    /// Inserts a block of rows whose first words are their hashes.
    /// - Parameter isShared: whether other tasks insert at the same time.
    package func insert(_ block: RowBlock, isShared: Bool) {
        if form == .direct {
            let offset = layout.offsets[0]
            switch layout.types[0].physical {
            case .int8: insertDirect(Int8.self, block, offset, isShared)
            case .int16: insertDirect(Int16.self, block, offset, isShared)
            case .int32: insertDirect(Int32.self, block, offset, isShared)
            default: insertDirect(Int64.self, block, offset, isShared)
            }
            return
        }
        let offset = layout.offsets[0]
        switch exactKey {
        case 4:
            insertHashed(block, isShared) {
                $0.load(fromByteOffset: offset, as: UInt32.self) == $1.load(fromByteOffset: offset, as: UInt32.self)
            }
        case 8:
            insertHashed(block, isShared) {
                $0.load(fromByteOffset: offset, as: UInt64.self) == $1.load(fromByteOffset: offset, as: UInt64.self)
            }
        default: insertHashed(block, isShared) { [equality] in equality.same($0, $1) }
        }
    }

    /// The width of the only key if equal bits mean equal values and it is never NULL in the table; 0 otherwise.
    var exactKey: Int {
        guard keyCount == 1, !allowsNullKeys else { return 0 }
        return switch layout.types[0].physical {
        case .int32: 4
        case .int64: 8
        default: 0
        }
    }

    /// Whether NULL is a key like others (IS NOT DISTINCT FROM). Set before the first insertion.
    package var allowsNullKeys = false

    private func insertDirect<T: FixedWidthInteger & SignedInteger>(_: T.Type, _ block: RowBlock, _ offset: Int, _ isShared: Bool) {
        let stride = layout.stride, minimum = minimum, entries = self.entries
        var row = block.base
        var hasChain = false
        for _ in 0..<block.count {
            let place = Int(Int64(row.load(fromByteOffset: offset, as: T.self)) &- minimum)
            let address = UInt64(UInt(bitPattern: row))
            while true {
                let old = isShared ? entries.withUnsafePointer { lode_load_shared($0 + place) } : entries[place]
                row.storeBytes(of: old, as: UInt64.self)
                hasChain = hasChain || old != 0
                if !isShared {
                    entries[place] = address
                    break
                }
                if entries.withUnsafePointer({ lode_exchange_if_equal($0 + place, old, address) }) { break }
            }
            row += stride
        }
        if hasChain { chained.store(true, ordering: .relaxed) }
    }

    @inline(__always)
    private func insertHashed(
        _ block: RowBlock, _ isShared: Bool, _ same: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Bool
    ) {
        let stride = layout.stride, count = block.count, ahead = 16, entries = self.entries
        var row = block.base
        var hasChain = false
        var i = 0
        while i < count {
            if i &+ ahead < count {
                let hash = (row + ahead &* stride).load(as: UInt64.self)
                entries.withUnsafePointer { lode_prefetch($0 + Int(truncatingIfNeeded: hash & mask)) }
            }
            hasChain = insertOne(row, isShared, same) || hasChain
            row += stride
            i &+= 1
        }
        if hasChain { chained.store(true, ordering: .relaxed) }
    }

    /// - Returns: whether the key was there already.
    @inline(__always)
    private func insertOne(
        _ row: UnsafeMutableRawPointer, _ isShared: Bool, _ same: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Bool
    ) -> Bool {
        let hash = row.load(as: UInt64.self), entries = self.entries
        let fresh = hash & ~JoinTable.addressMask | UInt64(UInt(bitPattern: row))
        var slot = Int(truncatingIfNeeded: hash & mask)
        while true {
            let old = isShared ? entries.withUnsafePointer { lode_load_shared($0 + slot) } : entries[slot]
            var next: UInt64 = 0
            if old != 0 {
                guard (old ^ hash) &>> 48 == 0, let head = JoinTable.row(old), same(head, row) else {
                    slot = (slot &+ 1) & Int(truncatingIfNeeded: mask)
                    continue
                }
                next = old & JoinTable.addressMask
            }
            row.storeBytes(of: next, as: UInt64.self)
            if !isShared {
                entries[slot] = fresh
                return next != 0
            }
            if entries.withUnsafePointer({ lode_exchange_if_equal($0 + slot, old, fresh) }) { return next != 0 }
        }
    }

    static let addressMask: UInt64 = 0x0000_ffff_ffff_ffff

    /// The row that an entry or a chain word names; nil for none.
    @inline(__always)
    static func row(_ entry: UInt64) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: entry & addressMask))
    }
}

extension RowEquality {
    /// Whether two rows agree in every compared column.
    package func same(_ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer) -> Bool {
        var l = left, r = right
        var pair: UInt32 = 0
        let refined = withUnsafeMutablePointer(to: &l) { l in
            withUnsafeMutablePointer(to: &r) { r in
                withUnsafeMutablePointer(to: &pair) { pair in
                    refine(MutableLanes(l, keptBy: self), MutableLanes(r, keptBy: self), MutableLanes(pair, keptBy: self), 1)
                }
            }
        }
        return refined == 1
    }
}
