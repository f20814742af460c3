/// States that keep one text, in memory of their own.

import Glibc
import LodeCore
import LodeVectors

/// | 1 if there is a value (4 bytes), capacity of the owned block (4) | StringView (16) |
///
/// A long text is copied to a block that the state owns, and that later strings reuse when they fit.
enum TextState {
    static let stateBytes = 24

    @inline(__always)
    static func hasValue(_ state: UnsafeMutableRawPointer) -> Bool { state.load(as: UInt32.self) != 0 }

    @inline(__always)
    static func view(_ state: UnsafeMutableRawPointer) -> StringView {
        StringView(head: (state + 8).load(as: UInt64.self), tail: (state + 16).load(as: UInt64.self))
    }

    /// Readers may load whole words.
    private static let padding = 16

    static func set(_ state: UnsafeMutableRawPointer, _ view: StringView, _ growth: inout StateGrowth) throws(SQLError) {
        let count = view.count
        var capacity = Int((state + 4).load(as: UInt32.self))
        let old = capacity > 0 ? UnsafeMutableRawPointer(bitPattern: UInt((state + 16).load(as: UInt64.self))) : nil
        if view.isInline {
            // A block that is owned is found by the tail: it goes before the tail is overwritten.
            growth.free(old, capacity + padding)
            return store(state, view, capacity: 0)
        }
        var block = old
        if count > capacity || block == nil {
            guard count < Int(UInt32.max) - 64 else { throw SQLError(.programLimitExceeded, "a string is too long to be kept") }
            // Somewhat longer strings fit later.
            let room = (count + 15) & ~15
            let fresh = try growth.allocate(room + padding)
            growth.free(old, capacity + padding)
            block = fresh
            capacity = room
        }
        guard let block else { return }
        memmove(block, view.pointer, count)
        store(state, StringView(block, count: count), capacity: capacity)
    }

    private static func store(_ state: UnsafeMutableRawPointer, _ view: StringView, capacity: Int) {
        state.storeBytes(of: 1, as: UInt32.self)
        (state + 4).storeBytes(of: UInt32(truncatingIfNeeded: capacity), as: UInt32.self)
        (state + 8).storeBytes(of: view.head, as: UInt64.self)
        (state + 16).storeBytes(of: view.tail, as: UInt64.self)
    }

    /// Empties the state.
    static func clear(_ state: UnsafeMutableRawPointer, _ growth: inout StateGrowth) {
        let capacity = Int((state + 4).load(as: UInt32.self))
        if capacity > 0 { growth.free(UnsafeMutableRawPointer(bitPattern: UInt((state + 16).load(as: UInt64.self))), capacity + padding) }
        memset(state, 0, stateBytes)
    }

    /// Frees what states own; nil where their memory goes as a whole.
    static func destroyer(_ memory: StateMemory) -> (@Sendable (StateRows, Int, Int) -> Void)? {
        guard memory.isGivenBack else { return nil }
        return { rows, offset, count in
            StateGrowth.freeing(memory) { growth in
                for i in 0..<count { clear(rows[i] + offset, &growth) }
            }
        }
    }

    /// An aggregate that keeps the text that `Choice` prefers.
    static func bound<Choice: TextChoice>(_: Choice.Type, _ type: SQLType) -> BoundAggregate {
        .growing { memory in
            BoundAggregate(
                parameters: [type], returns: type, stateBytes: stateBytes,
                update: { rows, offset, arguments, count throws(SQLError) in
                    if arguments[0].isAllNull { return }
                    let column = try arguments[0].flattened()
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        try update(Choice.self, rows, offset, column, count, &growth)
                    }
                },
                updateSingle: { state, arguments, count throws(SQLError) in
                    if arguments[0].isAllNull { return }
                    let column = try arguments[0].flattened()
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        try updateSingle(Choice.self, state, column, count, &growth)
                    }
                },
                combine: { sources, targets, offset, count throws(SQLError) in
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        for i in 0..<count where hasValue(sources[i] + offset) {
                            try offer(Choice.self, targets[i] + offset, view(sources[i] + offset), &growth)
                        }
                    }
                },
                move: { sources, targets, offset, count throws(SQLError) in
                    StateGrowth.freeing(memory) { growth in
                        for i in 0..<count { move(Choice.self, sources[i] + offset, targets[i] + offset, &growth) }
                    }
                },
                finalize: { rows, offset, count throws(SQLError) in try results(type, rows, offset, count) },
                destroy: destroyer(memory))
        }
    }

    @inline(__always)
    private static func offer<Choice: TextChoice>(
        _: Choice.Type, _ state: UnsafeMutableRawPointer, _ view: StringView, _ growth: inout StateGrowth
    ) throws(SQLError) {
        if !hasValue(state) || Choice.replaces(view, self.view(state)) { try set(state, view, &growth) }
    }

    private static func update<Choice: TextChoice>(
        _: Choice.Type, _ rows: StateRows, _ offset: Int, _ column: Column, _ count: Int, _ growth: inout StateGrowth
    ) throws(SQLError) {
        let lanes = column.lanes(as: StringView.self), validity = column.mask
        // The kept strings lie anywhere in memory, two steps away: many are fetched at once.
        Prefetch.rows(rows, offset, count)
        Prefetch.pointees(rows, offset + 16, count)
        var i = 0
        while i < count {
            if Validity.isValid(validity, i) { try offer(Choice.self, rows[i] + offset, lanes[i], &growth) }
            i &+= 1
        }
    }

    private static func updateSingle<Choice: TextChoice>(
        _: Choice.Type, _ state: UnsafeMutableRawPointer, _ column: Column, _ count: Int, _ growth: inout StateGrowth
    ) throws(SQLError) {
        let lanes = column.lanes(as: StringView.self), validity = column.mask
        var best = -1
        for i in 0..<count where Validity.isValid(validity, i) {
            if best < 0 || Choice.replaces(lanes[i], lanes[best]) { best = i }
        }
        if best >= 0 { try offer(Choice.self, state, lanes[best], &growth) }
    }

    /// Leaves the preferred text in `target` and nothing in `source`. Blocks change hands.
    private static func move<Choice: TextChoice>(
        _: Choice.Type, _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ growth: inout StateGrowth
    ) {
        if !hasValue(source) { return }
        if !hasValue(target) || Choice.replaces(view(source), view(target)) {
            let from = source.assumingMemoryBound(to: UInt64.self), to = target.assumingMemoryBound(to: UInt64.self)
            for word in 0..<(stateBytes / 8) { (from[word], to[word]) = (to[word], from[word]) }
        }
        clear(source, &growth)
    }

    static func results(_ type: SQLType, _ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        let result = try TextResult(count)
        var nulls = NullMask(count)
        for i in 0..<count {
            let state = rows[i] + offset
            if !hasValue(state) {
                try nulls.set(i)
                continue
            }
            let kept = view(state)
            result.lanes[i] = kept.isInline
                ? kept : try result.arena.add(UnsafeRawBufferPointer(start: kept.pointer, count: kept.count))
        }
        return result.column(type, validity: nulls.buffer)
    }
}

/// Which of two strings stays.
protocol TextChoice: SendableMetatype {
    static func replaces(_ view: StringView, _ kept: StringView) -> Bool
}

enum LeastText: TextChoice {
    @inline(__always) static func replaces(_ view: StringView, _ kept: StringView) -> Bool { StringView.compare(view, kept) < 0 }
}

enum GreatestText: TextChoice {
    @inline(__always) static func replaces(_ view: StringView, _ kept: StringView) -> Bool { StringView.compare(view, kept) > 0 }
}
