/// The lanes of a group, in blocks that grow with it.

import Glibc
import LodeCore

/// A state that lists lanes of one type; all zeros is the empty list.
///
///     up to two lanes of 8 bytes   | lane        | lane       | count |
///     more, or other lanes         | first block | last block | count |
///     block                        | next (8) | used (4) | capacity (4) | lanes … |
///
/// Most groups of a large aggregation are small, so the first block is small; each later one doubles the list, up to a limit.
enum LaneChain<Lane: BitwiseCopyable> {
    static var stateBytes: Int { 24 }

    private static var inlineLanes: Int { MemoryLayout<Lane>.stride == 8 ? 2 : 0 }
    private static var headerBytes: Int { 16 }
    /// Bytes are those of strings, of which even small groups have some.
    private static var firstLanes: Int { MemoryLayout<Lane>.stride == 1 ? 88 : max(1, 40 / MemoryLayout<Lane>.stride) }
    /// Lanes of the largest block that is made for lanes that come one by one.
    private static var maxLanes: Int { 256 * 1024 / MemoryLayout<Lane>.stride }

    private struct Block {
        let base: UnsafeMutableRawPointer

        @inline(__always)
        init?(_ word: UInt) {
            guard let base = UnsafeMutableRawPointer(bitPattern: word) else { return nil }
            self.base = base
        }

        init(capacity: Int, _ growth: inout StateGrowth) throws(SQLError) {
            guard capacity <= Int(UInt32.max) else { throw SQLError(.programLimitExceeded, "too many values of a group at once") }
            base = try growth.allocate(Self.bytes(capacity))
            base.storeBytes(of: 0, as: UInt.self)
            (base + 12).storeBytes(of: UInt32(truncatingIfNeeded: capacity), as: UInt32.self)
            used = 0
        }

        var word: UInt { UInt(bitPattern: base) }
        var next: UInt {
            get { base.load(as: UInt.self) }
            nonmutating set { base.storeBytes(of: newValue, as: UInt.self) }
        }
        @inline(__always) var used: Int {
            get { Int((base + 8).load(as: UInt32.self)) }
            nonmutating set { (base + 8).storeBytes(of: UInt32(truncatingIfNeeded: newValue), as: UInt32.self) }
        }
        @inline(__always) var capacity: Int { Int((base + 12).load(as: UInt32.self)) }
        @inline(__always) var lanes: UnsafeMutablePointer<Lane> { (base + headerBytes).assumingMemoryBound(to: Lane.self) }
        private static func bytes(_ capacity: Int) -> Int { headerBytes + capacity * MemoryLayout<Lane>.stride }
        var byteCount: Int { Self.bytes(capacity) }
    }

    @inline(__always)
    private static func words(_ state: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt> { state.assumingMemoryBound(to: UInt.self) }

    @inline(__always)
    static func count(_ state: UnsafeMutableRawPointer) -> Int { Int(bitPattern: words(state)[2]) }

    @inline(__always)
    static func append(_ state: UnsafeMutableRawPointer, _ lane: Lane, _ growth: inout StateGrowth) throws(SQLError) {
        let count = count(state)
        if count < inlineLanes {
            (state + count &* 8).storeBytes(of: lane, as: Lane.self)
            words(state)[2] = UInt(bitPattern: count &+ 1)
        } else {
            try room(state, 1, &growth).pointee = lane
        }
    }

    static func append(
        _ state: UnsafeMutableRawPointer, _ lanes: UnsafePointer<Lane>, _ count: Int, _ growth: inout StateGrowth
    ) throws(SQLError) {
        if self.count(state) + count <= inlineLanes {
            for i in 0..<count { try append(state, lanes[i], &growth) }
        } else if count > 0 {
            try room(state, count, &growth).update(from: lanes, count: count)
        }
    }

    /// Room for `count` lanes side by side, which the caller fills. At least one, and more than the state holds itself.
    static func room(
        _ state: UnsafeMutableRawPointer, _ count: Int, _ growth: inout StateGrowth
    ) throws(SQLError) -> UnsafeMutablePointer<Lane> {
        let words = words(state), held = Int(bitPattern: words[2])
        let last = held > inlineLanes ? Block(words[1]) : nil
        if let last, last.used &+ count <= last.capacity {
            let place = last.lanes + last.used
            last.used &+= count
            words[2] = UInt(bitPattern: held &+ count)
            return place
        }
        // Lanes that the state holds itself move to the first block.
        let carried = last == nil ? held : 0
        let fresh = try Block(capacity: max(count + carried, min(max(firstLanes, held), maxLanes)), &growth)
        memcpy(fresh.lanes, state, carried * MemoryLayout<Lane>.stride)
        fresh.used = carried + count
        if let last { last.next = fresh.word } else { words[0] = fresh.word }
        words[1] = fresh.word
        words[2] = UInt(bitPattern: held + count)
        return fresh.lanes + carried
    }

    /// Calls `body` with the lanes, run by run.
    @inline(__always)
    static func forEachRun<E: Error>(_ state: UnsafeMutableRawPointer, _ body: (UnsafePointer<Lane>, Int) throws(E) -> Void) throws(E) {
        let count = count(state)
        if count <= inlineLanes {
            if count > 0 { try body(UnsafePointer(state.assumingMemoryBound(to: Lane.self)), count) }
            return
        }
        var block = Block(words(state)[0])
        while let run = block {
            try body(UnsafePointer(run.lanes), run.used)
            block = Block(run.next)
        }
    }

    /// Adds the lanes of `source`, which stays as it is.
    static func add(_ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, _ growth: inout StateGrowth) throws(SQLError) {
        try forEachRun(source) { (lanes, count) throws(SQLError) in try append(target, lanes, count, &growth) }
    }

    /// Moves the lanes of `source` behind those of `target`, up to a few that may come before; `source` is empty afterwards.
    static func move(_ source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, _ growth: inout StateGrowth) throws(SQLError) {
        let from = words(source), to = words(target)
        let added = count(source), held = count(target)
        if held == 0 {
            to.update(from: from, count: 3)
        } else if added <= inlineLanes {
            try add(source, to: target, &growth)
        } else if held <= inlineLanes {
            try append(source, UnsafePointer(target.assumingMemoryBound(to: Lane.self)), held, &growth)
            to.update(from: from, count: 3)
        } else {
            Block(to[1])?.next = from[0]
            to[1] = from[1]
            to[2] = UInt(bitPattern: held + added)
        }
        from.update(repeating: 0, count: 3)
    }

    /// Frees the blocks; the state is empty afterwards.
    static func clear(_ state: UnsafeMutableRawPointer, _ growth: inout StateGrowth) {
        if count(state) > inlineLanes {
            var block = Block(words(state)[0])
            while let run = block {
                block = Block(run.next)
                growth.free(run.base, run.byteCount)
            }
        }
        words(state).update(repeating: 0, count: 3)
    }
}
