/// From grouping keys to groups: the hash table of aggregation, DISTINCT and set operations.

import CLodeIntrinsics
import Glibc
import LodeCore

/// An open-addressing table over rows in a `GroupRows`.
///
///     entry   | salt: bits 32-47 of the hash (16) | address of the row (48) |      0: free
///
/// A table with a slot limit forgets its entries when it is full: its rows stay, and later rows of the same group go to a
/// new row. Whoever uses such a table merges rows of one key at the end. That keeps the table in the cache while the number
/// of groups grows without bound. Where keys do come again, the table grows instead.
/// - Source: Leis et al., "Morsel-Driven Parallelism", SIGMOD 2014, section 4.4.
package final class GroupTable {
    package let rows: GroupRows
    package let layout: GroupLayout
    let keys: GroupKeys
    private var entries: UnsafeMutablePointer<UInt64>
    private var slotCount: Int
    private var used = 0
    private let slotLimit: Int?
    private let memory: MemoryBudget
    private let purpose: String
    /// Whether a group may have more than one row.
    package private(set) var hasForgotten = false
    /// Rows found in the table since it was last full, other than by being next to one of the same key.
    private var found = 0

    private static let addressMask: UInt64 = 0xffff_ffff_ffff
    private static let smallest = 4096
    /// Beyond this size (the second-level cache), entries are fetched ahead.
    private static let prefetchSlots = 32_768
    /// A table with a limit grows up to this many times its limit while keys repeat.
    private static let stretch = 16

    /// - Parameter slotLimit: nil for a table in which every key has exactly one row.
    package init(rows: GroupRows, slotLimit: Int?, memory: MemoryBudget, purpose: String, expected: Int = 0) throws(SQLError) {
        self.rows = rows
        layout = rows.layout
        keys = try GroupKeys(rows.layout, capacity: Chunk.capacity)
        self.slotLimit = slotLimit
        self.memory = memory
        self.purpose = purpose
        var size = Self.smallest
        while size < expected * 2 { size *= 2 }
        slotCount = size
        entries = try Self.allocate(size, memory, purpose)
    }

    deinit {
        free(entries)
        memory.release(slotCount * 8)
    }

    private static func allocate(_ slots: Int, _ memory: MemoryBudget, _ purpose: String) throws(SQLError) -> UnsafeMutablePointer<UInt64> {
        try memory.reserve(slots * 8, for: purpose)
        guard let raw = calloc(slots, 8) else {
            memory.release(slots * 8)
            throw SQLError(.outOfMemory, "out of memory: \(slots * 8) bytes could not be allocated")
        }
        return raw.assumingMemoryBound(to: UInt64.self)
    }

    /// The row of each key, made where there is none. `columns`: one a key; `count` at most `Chunk.capacity`.
    ///
    /// - Parameters:
    ///   - found: receives the address of a row for every key.
    ///   - created: receives the numbers of the keys that had none yet, if wanted.
    ///   - grouping: replaces the highest bits of the hashes, which choose the partition, by those of these hashes.
    package func findOrCreate(
        _ columns: [Column], count: Int, into found: MutableLanes<UnsafeMutableRawPointer>, created: Selection? = nil,
        grouping: Lanes<UInt64>? = nil
    ) throws(SQLError) {
        try keys.load(columns, count: count)
        if let grouping { mixPartition(grouping, count) }
        try makeRoom(count)
        created?.count = 0
        switch (layout.wordCount, layout.textCount) {
        case (0, _): try probe(MatchNothing(), count, found, created)
        case (1, _): try probe(MatchOneWord(), count, found, created)
        case (2, 0): try probe(MatchTwoWords(), count, found, created)
        case (2, _): try probe(MatchText(), count, found, created)
        default: try probe(MatchWords(layout), count, found, created)
        }
    }

    /// A new row for every key, whether or not there is one: a list instead of a set.
    package func append(_ columns: [Column], count: Int, grouping: Lanes<UInt64>) throws(SQLError) {
        try keys.load(columns, count: count)
        mixPartition(grouping, count)
        let keys = self.keys
        for i in 0..<count { _ = try rows.append(keys.hashes[i], Lanes(keys.words) + i * layout.wordCount) }
    }

    /// The hashes of the keys that `findOrCreate` saw last.
    package var hashes: Lanes<UInt64> {
        @_lifetime(borrow self) get { Lanes(keys.hashBuffer.lanes(as: UInt64.self, keptBy: self)) }
    }

    private func mixPartition(_ grouping: Lanes<UInt64>, _ count: Int) {
        let high = ~(UInt64.max &>> UInt64(rows.partitionBits))
        let keys = self.keys
        for i in 0..<count { keys.hashes[i] = (keys.hashes[i] & ~high) | (grouping[i] & high) }
    }

    /// Makes sure that `count` more keys fit without growing.
    private func makeRoom(_ count: Int) throws(SQLError) {
        while (used &+ count) &* 3 > slotCount &* 2 {
            if let slotLimit, slotCount >= slotLimit {
                // Of n keys drawn at random from d, some n / 2d have come before: at 3 % and this limit there are about a
                // million groups, and seeing each only once is worth a larger table. Sorted keys never come again.
                let isUseful = found * 32 >= used
                if !isUseful || slotCount >= slotLimit * Self.stretch {
                    memset(entries, 0, slotCount * 8)
                    used = 0
                    found = 0
                    hasForgotten = true
                    return
                }
            }
            try resize(slotCount * 4)
        }
    }

    private func resize(_ size: Int) throws(SQLError) {
        let fresh = try Self.allocate(size, memory, purpose)
        let mask = size &- 1
        for slot in 0..<slotCount where entries[slot] != 0 {
            let entry = entries[slot]
            let hash = Self.row(entry).load(as: UInt64.self)
            var place = Int(truncatingIfNeeded: hash) & mask
            while fresh[place] != 0 { place = (place &+ 1) & mask }
            fresh[place] = entry
        }
        free(entries)
        memory.release(slotCount * 8)
        entries = fresh
        slotCount = size
    }

    @inline(__always)
    private static func row(_ entry: UInt64) -> UnsafeMutableRawPointer {
        // Entries are made from addresses of rows.
        UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: entry & addressMask)).unsafelyUnwrapped
    }

    @inline(__always)
    private func probe<Match: GroupMatch>(
        _ match: Match, _ count: Int, _ out: MutableLanes<UnsafeMutableRawPointer>, _ created: Selection?
    ) throws(SQLError) {
        let width = layout.wordCount, keys = self.keys, words = Lanes(keys.words), hashes = Lanes(keys.hashes)
        let table = entries, mask = slotCount &- 1
        if slotCount > Self.prefetchSlots { fetchAhead(table, mask, hashes, count) }
        let store = rows
        var hits = 0, made = 0, listed = 0, i = 0
        while i < count {
            let key = words + i &* width
            if i > 0, match.surelyMatches(key, key - width) {
                out[i] = out[i &- 1]
                i &+= 1
                continue
            }
            let hash = hashes[i]
            let salt = hash &<< 16 & ~Self.addressMask
            var slot = Int(truncatingIfNeeded: hash) & mask
            while true {
                let entry = table[slot]
                if entry == 0 {
                    let row = try store.append(hash, key)
                    table[slot] = salt | UInt64(UInt(bitPattern: row))
                    made &+= 1
                    out[i] = row
                    if let created {
                        created[listed] = UInt32(truncatingIfNeeded: i)
                        listed &+= 1
                    }
                    break
                }
                if (entry ^ salt) & ~Self.addressMask == 0 {
                    let row = Self.row(entry)
                    if match.matches(Lanes(UnsafePointer((row + 8).assumingMemoryBound(to: UInt64.self)), keptBy: self), key) {
                        out[i] = row
                        hits &+= 1
                        break
                    }
                }
                slot = (slot &+ 1) & mask
            }
            i &+= 1
        }
        found &+= hits
        used &+= made
        created?.count = listed
    }

    private func fetchAhead(_ table: UnsafeMutablePointer<UInt64>, _ mask: Int, _ hashes: Lanes<UInt64>, _ count: Int) {
        var i = 0
        while i < count {
            lode_prefetch(table + (Int(truncatingIfNeeded: hashes[i]) & mask))
            i &+= 1
        }
        // All lines of the key, not only the first: the last words are compared before the texts.
        let lines = (layout.stateOffset &+ 63) / 64
        i = 0
        while i < count {
            let row = UInt(table[Int(truncatingIfNeeded: hashes[i]) & mask] & Self.addressMask)
            var line = 0
            while line < lines {
                lode_prefetch(UnsafeRawPointer(bitPattern: row &+ UInt(truncatingIfNeeded: line &* 64)))
                line &+= 1
            }
            i &+= 1
        }
    }

    /// The row that has the key of `other`, a row of another table with the same keys; `other` itself, which joins this
    /// table, if there is none. The table must have room: see `reserve`.
    @inline(__always)
    private func adopt<Match: GroupMatch>(
        _ match: Match, _ others: Lanes<UnsafeMutableRawPointer>, _ count: Int,
        _ out: MutableLanes<UnsafeMutableRawPointer>
    ) {
        let table = entries, mask = slotCount &- 1
        if slotCount > Self.prefetchSlots / 2 {
            for i in 0..<count { lode_prefetch(table + (Int(truncatingIfNeeded: others[i].load(as: UInt64.self)) & mask)) }
        }
        var added = 0, i = 0
        while i < count {
            let other = others[i]
            let hash = other.load(as: UInt64.self)
            let key = Lanes(UnsafePointer((other + 8).assumingMemoryBound(to: UInt64.self)), keptBy: self)
            let salt = hash &<< 16 & ~Self.addressMask
            var slot = Int(truncatingIfNeeded: hash) & mask
            while true {
                let entry = table[slot]
                if entry == 0 {
                    table[slot] = salt | UInt64(UInt(bitPattern: other))
                    added &+= 1
                    out[i] = other
                    break
                }
                if (entry ^ salt) & ~Self.addressMask == 0 {
                    let row = Self.row(entry)
                    if match.matches(Lanes(UnsafePointer((row + 8).assumingMemoryBound(to: UInt64.self)), keptBy: self), key) {
                        out[i] = row
                        break
                    }
                }
                slot = (slot &+ 1) & mask
            }
            i &+= 1
        }
        used &+= added
    }

    /// For each of `others`, rows of any table with the same keys, the row that stands for its group: the first that came.
    package func merge(
        _ others: Lanes<UnsafeMutableRawPointer>, _ count: Int, into out: MutableLanes<UnsafeMutableRawPointer>
    ) throws(SQLError) {
        try makeRoom(count)
        switch (layout.wordCount, layout.textCount) {
        case (0, _): adopt(MatchNothing(), others, count, out)
        case (1, _): adopt(MatchOneWord(), others, count, out)
        case (2, 0): adopt(MatchTwoWords(), others, count, out)
        case (2, _): adopt(MatchText(), others, count, out)
        default: adopt(MatchWords(layout), others, count, out)
        }
    }
}
