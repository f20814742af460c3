/// Looks a chunk's keys up in a join table.

import LodeCore

/// One worker's scratch memory for probing, and the pairs that it found.
///
/// `find` gives the chain of every row; `nextPairs` walks all chains at once, a link a round, so that the loads of
/// different rows overlap.
package final class JoinProbe {
    /// heads, hashes, found: a word per row; candidates, rest, active: a row number a row.
    private let memory: Buffer
    private var activeCount = 0
    private var position = 0
    private var isChained = false
    private var isBeforeFirst = true
    private var probeCount = 0
    /// Whether the current pairs are every probe row once, in order.
    package private(set) var isWhole = false

    /// The probe rows of the current pairs.
    package let pairRows: Selection
    /// The build rows of the current pairs.
    package var pairPointers: RowPointers {
        @_lifetime(borrow self) get { pairMemory.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }
    private let pairMemory: Buffer

    package init() throws(SQLError) {
        let n = Chunk.capacity
        memory = try Buffer.zeroed(byteCount: n * 8 * 3 + n * 4 * 3)
        pairRows = try Selection(capacity: n)
        pairMemory = try Buffer.zeroed(byteCount: n * 8)
    }

    /// By probe row: the address of the first build row with its key that is not given out yet; 0 for none.
    package var heads: MutableLanes<UInt64> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt64.self, keptBy: self) }
    }
    private var hashes: MutableLanes<UInt64> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt64.self, keptBy: self) + Chunk.capacity }
    }
    private var found: MutableLanes<UInt64> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt64.self, keptBy: self) + 2 * Chunk.capacity }
    }
    private var candidates: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt32.self, keptBy: self) + 6 * Chunk.capacity }
    }
    private var rest: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt32.self, keptBy: self) + 7 * Chunk.capacity }
    }
    /// Rows whose chain goes on.
    private var active: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { memory.lanes(as: UInt32.self, keptBy: self) + 8 * Chunk.capacity }
    }

    /// Sets `heads` for `count` rows of `keys` (flat, one a key of the table).
    /// - Parameter matchesNull: by key, whether NULL finds NULL; otherwise a NULL finds nothing.
    package func find(_ table: JoinTable, _ keys: [Column], _ matchesNull: [Bool], _ count: Int) throws(SQLError) {
        precondition(count <= Chunk.capacity && keys.count == table.keyCount, "a probe looks up one chunk")
        switch (table.form, keys[0].physical) {
        case (.direct, .int8): direct(Int8.self, table, keys[0], count)
        case (.direct, .int16): direct(Int16.self, table, keys[0], count)
        case (.direct, .int32): direct(Int32.self, table, keys[0], count)
        case (.direct, _): direct(Int64.self, table, keys[0], count)
        case (.hashed, _):
            try Hashing.hash(keys, count: count, into: hashes)
            switch table.exactKey {
            case 4: exact(UInt32.self, table, keys[0], count)
            case 8: exact(UInt64.self, table, keys[0], count)
            default: general(table, keys, count)
            }
        }
        for (index, key) in keys.enumerated() where !matchesNull[index] {
            if let validity = key.mask { forget(validity, count) }
        }
        begin(table, count)
    }

    private func forget(_ validity: Lanes<UInt64>, _ count: Int) {
        let heads = self.heads
        var i = 0
        while i < count {
            if !Validity.isValid(validity, i) { heads[i] = 0 }
            i &+= 1
        }
    }

    private func direct<T: FixedWidthInteger & SignedInteger>(_: T.Type, _ table: JoinTable, _ key: Column, _ count: Int) {
        let lanes = key.lanes(as: T.self), entries = table.entries, heads = self.heads
        let minimum = table.minimum, places = table.mask
        var i = 0
        while i < count {
            // The place behind the last one stays empty: keys outside of the range find nothing there.
            let place = UInt64(bitPattern: Int64(lanes[i]) &- minimum)
            heads[i] = entries[Int(truncatingIfNeeded: place < places ? place : places)]
            i &+= 1
        }
    }

    /// One integer key: first all first slots, then all first candidates, then the few that collided.
    private func exact<T: FixedWidthInteger>(_: T.Type, _ table: JoinTable, _ key: Column, _ count: Int) {
        let lanes = key.lanes(as: T.self), offset = table.layout.offsets[0]
        let entries = table.entries, mask = table.mask
        let heads = self.heads, hashes = self.hashes, found = self.found, candidates = self.candidates, rest = self.rest
        var matched = 0, collided = 0, i = 0
        while i < count {
            let hash = hashes[i]
            let entry = entries[Int(truncatingIfNeeded: hash & mask)]
            found[i] = entry & JoinTable.addressMask
            heads[i] = 0
            let isCandidate = entry != 0 && (entry ^ hash) &>> 48 == 0
            candidates[matched] = UInt32(truncatingIfNeeded: i)
            matched &+= isCandidate ? 1 : 0
            rest[collided] = UInt32(truncatingIfNeeded: i)
            collided &+= entry != 0 && !isCandidate ? 1 : 0
            i &+= 1
        }
        i = 0
        while i < matched {
            let row = Int(candidates[i])
            let place = UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: found[row])).unsafelyUnwrapped
            let same = place.load(fromByteOffset: offset, as: T.self) == lanes[row]
            heads[row] = same ? found[row] : 0
            rest[collided] = UInt32(truncatingIfNeeded: row)
            collided &+= same ? 0 : 1
            i &+= 1
        }
        i = 0
        while i < collided {
            let row = Int(rest[i]), hash = hashes[row]
            var slot = (hash &+ 1) & mask
            while true {
                let entry = entries[Int(truncatingIfNeeded: slot)]
                guard let place = JoinTable.row(entry) else { break }
                if (entry ^ hash) &>> 48 == 0, place.load(fromByteOffset: offset, as: T.self) == lanes[row] {
                    heads[row] = entry & JoinTable.addressMask
                    break
                }
                slot = (slot &+ 1) & mask
            }
            i &+= 1
        }
    }

    /// Any keys: candidates of all rows are compared column by column, and those that differ go on to their next slot.
    private func general(_ table: JoinTable, _ keys: [Column], _ count: Int) {
        let (first, collided) = firstCandidates(table, count)
        var remaining = compare(table, keys, first, behind: collided)
        while remaining > 0 { remaining = compare(table, keys, nextCandidates(table, remaining), behind: 0) }
    }

    /// Looks into the first slot of every row, without a branch, so that the loads overlap: `candidates` gets the rows whose salt is
    /// there, `rest` those that find another entry.
    private func firstCandidates(_ table: JoinTable, _ count: Int) -> (candidates: Int, rest: Int) {
        let entries = table.entries, mask = table.mask
        let heads = self.heads, hashes = self.hashes, found = self.found, candidates = self.candidates, rest = self.rest
        let addresses = pairPointers.bound(to: UInt64.self)
        var matched = 0, collided = 0, i = 0
        while i < count {
            let hash = hashes[i]
            let entry = entries[Int(truncatingIfNeeded: hash & mask)]
            addresses[i] = entry & JoinTable.addressMask
            found[i] = (hash &+ 1) & mask
            heads[i] = 0
            let isCandidate = entry != 0 && (entry ^ hash) &>> 48 == 0
            candidates[matched] = UInt32(truncatingIfNeeded: i)
            matched &+= isCandidate ? 1 : 0
            rest[collided] = UInt32(truncatingIfNeeded: i)
            collided &+= entry != 0 && !isCandidate ? 1 : 0
            i &+= 1
        }
        return (matched, collided)
    }

    /// Walks on from the slots of the first `remaining` rows of `rest` until each finds its salt or a free slot.
    /// - Returns: how many rows `candidates` got.
    private func nextCandidates(_ table: JoinTable, _ remaining: Int) -> Int {
        let entries = table.entries, mask = table.mask
        let hashes = self.hashes, found = self.found, candidates = self.candidates, rest = self.rest, pairPointers = self.pairPointers
        var matched = 0, j = 0
        while j < remaining {
            let row = Int(rest[j]), hash = hashes[row]
            var slot = found[row]
            while true {
                let entry = entries[Int(truncatingIfNeeded: slot)]
                guard let place = JoinTable.row(entry) else { break }
                slot = (slot &+ 1) & mask
                if (entry ^ hash) &>> 48 == 0 {
                    pairPointers[row] = place
                    candidates[matched] = UInt32(truncatingIfNeeded: row)
                    matched &+= 1
                    break
                }
            }
            found[row] = slot
            j &+= 1
        }
        return matched
    }

    /// Sets the heads of those candidates whose keys are equal, and puts the others into `rest` from `behind` on.
    /// - Returns: how many rows are in `rest` afterwards.
    private func compare(_ table: JoinTable, _ keys: [Column], _ matched: Int, behind: Int) -> Int {
        let heads = self.heads, candidates = self.candidates, rest = self.rest
        let active = self.active, pairPointers = self.pairPointers
        active.update(from: candidates, count: matched)
        let same = table.equality.refine(keys, pairPointers, candidates, matched)
        var s = 0, remaining = behind, j = 0
        while j < matched {
            let row = active[j]
            if s < same, candidates[s] == row {
                heads[Int(row)] = UInt64(UInt(bitPattern: pairPointers[Int(row)]))
                s &+= 1
            } else {
                rest[remaining] = row
                remaining &+= 1
            }
            j &+= 1
        }
        return remaining
    }

    /// Makes the rows that found something active.
    private func begin(_ table: JoinTable, _ count: Int) {
        let heads = self.heads, active = self.active
        var n = 0, i = 0
        while i < count {
            active[n] = UInt32(truncatingIfNeeded: i)
            n &+= heads[i] != 0 ? 1 : 0
            i &+= 1
        }
        activeCount = n
        position = 0
        isChained = table.hasChains
        isBeforeFirst = true
        probeCount = count
    }

    /// Rows that found something.
    package var matchedCount: Int { activeCount }

    /// Makes `pairRows` and `pairPointers` the next pairs, at most a chunk of them; false at the end.
    package func nextPairs() -> Bool {
        var n = 0
        isWhole = isBeforeFirst && activeCount == probeCount
        isBeforeFirst = false
        let active = self.active, heads = self.heads, pairRows = pairRows, rows = pairRows.lanes, pointers = pairPointers
        while n < Chunk.capacity {
            if position == activeCount, !advance() { break }
            let taken = min(Chunk.capacity &- n, activeCount &- position)
            var k = 0
            while k < taken {
                let row = active[position &+ k]
                rows[n &+ k] = row
                pointers[n &+ k] = UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: heads[Int(row)])).unsafelyUnwrapped
                k &+= 1
            }
            n &+= taken
            position &+= taken
            if position < activeCount || isWhole { break }
        }
        pairRows.count = n
        return n > 0
    }

    /// Goes to the next link of every chain; false if none has one.
    private func advance() -> Bool {
        guard activeCount > 0, isChained else { return false }
        let active = self.active, heads = self.heads
        var kept = 0, i = 0
        while i < activeCount {
            let row = active[i]
            let next = UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: heads[Int(row)])).unsafelyUnwrapped.load(as: UInt64.self)
            heads[Int(row)] = next
            active[kept] = row
            kept &+= next != 0 ? 1 : 0
            i &+= 1
        }
        activeCount = kept
        position = 0
        return kept > 0
    }

    /// Keeps those of the current pairs that `kept` names, ascending.
    package func keepPairs(_ kept: Selection) {
        let count = kept.count
        let pairRows = pairRows, rows = pairRows.lanes, pointers = pairPointers, kept = kept.lanes
        var i = 0
        while i < count {
            let pair = Int(kept[i])
            rows[i] = rows[pair]
            pointers[i] = pointers[pair]
            i &+= 1
        }
        pairRows.count = count
    }

    /// Sets the byte at `offset` of every row in the chains that were found. A chain whose head has it is done already.
    package func flagChains(_ offset: Int) {
        let active = self.active, heads = self.heads
        var i = 0
        while i < activeCount {
            var next = heads[Int(active[i])]
            while let row = JoinTable.row(next) {
                if row.load(fromByteOffset: offset, as: UInt8.self) != 0 { break }
                row.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
                next = row.load(as: UInt64.self)
            }
            i &+= 1
        }
    }
}
