/// The value at a rank, without sorting the others.

import LodeCore
import LodeVectors

/// What can be ranked.
protocol RankedKey: BitwiseCopyable, SendableMetatype {
    static func isBefore(_ left: Self, _ right: Self) -> Bool
}

extension Int64: RankedKey {
    @inline(__always) static func isBefore(_ left: Int64, _ right: Int64) -> Bool { left < right }
}
extension Int128: RankedKey {
    @inline(__always) static func isBefore(_ left: Int128, _ right: Int128) -> Bool { left < right }
}
extension StringView: RankedKey {
    @inline(__always) static func isBefore(_ left: StringView, _ right: StringView) -> Bool { compare(left, right) < 0 }
}

/// Finds keys by their rank. One function of one call owns it; its memory is reused from group to group.
///
/// Few keys are copied and partitioned. Of many, a sample tells between which bounds the wanted ones almost surely lie; two passes over the
/// keys count and copy those between the bounds, some tenth of all.
/// - Source: Hoare, "Algorithm 65: Find", 1961; Floyd and Rivest, "Expected time bounds for selection", 1975.
struct RankSelection<Key: RankedKey> {
    private var capacity: Int
    private var buffer: Buffer
    private var random: UInt64 = 0x9e37_79b9_7f4a_7c15
    private let memory: StateMemory
    private var counted = 0

    private static var fewKeys: Int { 8192 }
    private static var sampleSize: Int { 2048 }
    /// Ranks within the sample on both sides of the wanted one: more than four standard deviations.
    private static var margin: Int { 100 }

    init(_ memory: StateMemory) throws(SQLError) {
        self.memory = memory
        capacity = 1024
        buffer = try Buffer(byteCount: capacity * MemoryLayout<Key>.stride)
    }

    /// The keys at `rank` and `next`, which is the same or one more. `state` is a `LaneChain` of more than `next` keys.
    mutating func keys(_ state: UnsafeMutableRawPointer, _ rank: Int, _ next: Int) throws(SQLError) -> (Key, Key) {
        let count = LaneChain<Key>.count(state)
        if count > Self.fewKeys, let found = try sampled(state, count, rank, next) { return found }
        try makeRoom(count)
        var copied = 0
        let buffer = buffer, scratch = buffer.lanes(as: Key.self)
        LaneChain<Key>.forEachRun(state) { lanes, run in
            (scratch + copied).update(from: Lanes(lanes, keptBy: self), count: run)
            copied &+= run
        }
        return partition(count, rank, next)
    }

    private mutating func makeRoom(_ count: Int) throws(SQLError) {
        if count <= capacity { return }
        let bytes = count * MemoryLayout<Key>.stride, more = bytes - counted
        try StateGrowth.counted(memory) { growth throws(SQLError) in
            counted = bytes
            try growth.add(more)
        }
        buffer = try Buffer(byteCount: bytes)
        capacity = count
    }

    /// Gives back what was counted of its memory.
    mutating func finish() {
        memory.release(counted)
        counted = 0
    }

    /// By way of a sample; nil in the rare case that it was not a good one.
    private mutating func sampled(
        _ state: UnsafeMutableRawPointer, _ count: Int, _ rank: Int, _ next: Int
    ) throws(SQLError) -> (Key, Key)? {
        try makeRoom(Self.sampleSize)
        let size = sample(state, count)
        let middle = rank * size / count
        let first = middle - Self.margin, last = middle + Self.margin + 1
        let low = first > 0 ? partition(size, first, first).0 : nil
        let high = last < size ? partition(size, last, last).0 : nil
        var below = 0, inside = 0
        LaneChain<Key>.forEachRun(state) { lanes, run in
            let found = Self.tally(lanes, run, low, high)
            below &+= found.below
            inside &+= found.inside
        }
        guard rank >= below, next < below + inside else { return nil }
        if let low, let high, !Key.isBefore(low, high) { return (low, low) }
        try makeRoom(inside + 1)
        var kept = 0
        let buffer = buffer, scratch = buffer.lanes(as: Key.self)
        LaneChain<Key>.forEachRun(state) { lanes, run in kept = Self.keep(lanes, run, low, high, scratch, kept) }
        return partition(inside, rank - below, next - below)
    }

    /// Once for this many keys.
    private func sample(_ state: UnsafeMutableRawPointer, _ count: Int) -> Int {
        let step = count / Self.sampleSize, scratch = buffer.lanes(as: Key.self)
        var wanted = step / 2, passed = 0, taken = 0
        LaneChain<Key>.forEachRun(state) { lanes, run in
            while wanted < passed &+ run, taken < Self.sampleSize {
                scratch[taken] = lanes[wanted &- passed]
                taken &+= 1
                wanted &+= step
            }
            passed &+= run
        }
        return taken
    }

    @inline(__always)
    private static func tally(_ lanes: UnsafePointer<Key>, _ count: Int, _ low: Key?, _ high: Key?) -> (below: Int, inside: Int) {
        var below = 0, above = 0, i = 0
        if let low {
            while i < count {
                below &+= Key.isBefore(lanes[i], low) ? 1 : 0
                i &+= 1
            }
        }
        i = 0
        if let high {
            while i < count {
                above &+= Key.isBefore(high, lanes[i]) ? 1 : 0
                i &+= 1
            }
        }
        return (below, count &- below &- above)
    }

    /// Copies the keys between the bounds to `out`, from `kept` on, which has room for one more than all of them.
    @inline(__always)
    private static func keep(
        _ lanes: UnsafePointer<Key>, _ count: Int, _ low: Key?, _ high: Key?, _ out: MutableLanes<Key>, _ kept: Int
    ) -> Int {
        var kept = kept, i = 0
        if let low, let high {
            while i < count {
                out[kept] = lanes[i]
                let isOutside = Key.isBefore(lanes[i], low) || Key.isBefore(high, lanes[i])
                kept &+= isOutside ? 0 : 1
                i &+= 1
            }
            return kept
        }
        while i < count {
            out[kept] = lanes[i]
            let isOutside = (low.map { Key.isBefore(lanes[i], $0) } ?? false) || (high.map { Key.isBefore($0, lanes[i]) } ?? false)
            kept &+= isOutside ? 0 : 1
            i &+= 1
        }
        return kept
    }

    /// Moves the keys of the scratch memory until `rank` is in its place, smaller ones before it and greater ones behind.
    private mutating func partition(_ count: Int, _ rank: Int, _ next: Int) -> (Key, Key) {
        let buffer = buffer, keys = buffer.lanes(as: Key.self)
        var low = 0, high = count - 1
        while high - low > 12 {
            let pivot = median(keys, low, high)
            var i = low, j = high
            while i <= j {
                while Key.isBefore(keys[i], pivot) { i &+= 1 }
                while Key.isBefore(pivot, keys[j]) { j &-= 1 }
                if i > j { break }
                (keys[i], keys[j]) = (keys[j], keys[i])
                i &+= 1
                j &-= 1
            }
            if rank <= j { high = j } else if rank >= i { low = i } else { low = rank; high = rank }
        }
        insertionSort(keys, low, high)
        let found = keys[rank]
        if next == rank { return (found, found) }
        // Everything behind the rank is greater or equal: the next one is the least of it.
        var least = keys[next], i = next + 1
        while i < count {
            if Key.isBefore(keys[i], least) { least = keys[i] }
            i &+= 1
        }
        return (found, least)
    }

    /// The middle one of three keys at random places, so that no order of the input is a bad one.
    @inline(__always)
    private mutating func median(_ keys: MutableLanes<Key>, _ low: Int, _ high: Int) -> Key {
        let a = keys[low + pick(high - low + 1)], b = keys[low + pick(high - low + 1)], c = keys[low + pick(high - low + 1)]
        if Key.isBefore(a, b) { return Key.isBefore(b, c) ? b : Key.isBefore(a, c) ? c : a }
        return Key.isBefore(a, c) ? a : Key.isBefore(b, c) ? c : b
    }

    @inline(__always)
    private mutating func pick(_ count: Int) -> Int {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: (random &>> 33) &* UInt64(truncatingIfNeeded: count) &>> 31)
    }

    @inline(__always)
    private func insertionSort(_ keys: MutableLanes<Key>, _ low: Int, _ high: Int) {
        var i = low &+ 1
        while i <= high {
            let key = keys[i]
            var j = i
            while j > low, Key.isBefore(key, keys[j &- 1]) {
                keys[j] = keys[j &- 1]
                j &-= 1
            }
            keys[j] = key
            i &+= 1
        }
    }
}
