/// Aggregates whose state is an object: collections, quantiles, nested values. Not for hot paths.

import LodeCore
import LodeVectors

/// An object that is the state of a group.
protocol StateBox: AnyObject, SendableMetatype {
    /// About what it takes of memory, its own bytes and all that it owns. Read for every row, so it is kept up to date.
    var byteCount: Int { get }
}

extension Value {
    /// What a value owns beside its own bytes.
    var ownedBytes: Int {
        switch self {
        case .text(let text): text.utf8.count > 15 ? 48 + text.utf8.count : 0
        case .bytes(let bytes): 48 + bytes.count
        case .list(let items), .structure(let items): items.reduce(48) { $0 + MemoryLayout<Value>.stride + $1.ownedBytes }
        case .map(let entries):
            entries.reduce(48) { $0 + 2 * MemoryLayout<Value>.stride + $1.key.ownedBytes + $1.value.ownedBytes }
        default: 0
        }
    }
}

/// The state word holds a retained object, or zero for the empty state.
enum BoxedState<Box: AnyObject> {
    @inline(__always)
    static func find(_ state: UnsafeMutableRawPointer) -> Box? {
        let word = state.load(as: UInt.self)
        guard let pointer = UnsafeRawPointer(bitPattern: word) else { return nil }
        return Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue()
    }

    @inline(__always)
    static func get(_ state: UnsafeMutableRawPointer, _ make: () -> Box) -> Box {
        if let known = find(state) { return known }
        let box = make()
        state.storeBytes(of: UInt(bitPattern: Unmanaged.passRetained(box).toOpaque()), as: UInt.self)
        return box
    }

    static func clear(_ state: UnsafeMutableRawPointer) {
        if let pointer = UnsafeRawPointer(bitPattern: state.load(as: UInt.self)) { Unmanaged<Box>.fromOpaque(pointer).release() }
        state.storeBytes(of: 0, as: UInt.self)
    }
}

extension BoundAggregate {
    /// An aggregate over objects, with a value for each.
    ///
    /// - `add` puts row `row` of the arguments, of a batch or of `Batch.none`, into a box; `merge` puts the first box into the second;
    ///   `result` gives the value of a box, or of nothing.
    static func boxed<Box: StateBox>(
        _ parameters: [SQLType], _ returns: SQLType, takesBatch: Bool = false, make: @escaping @Sendable () -> Box,
        add: @escaping @Sendable (Box, [Column], Int, Int64) throws(SQLError) -> Void,
        merge: @escaping @Sendable (Box, Box) throws(SQLError) -> Void,
        result: @escaping @Sendable (Box?) throws(SQLError) -> Value
    ) -> BoundAggregate {
        boxed(parameters, returns, takesBatch: takesBatch, make: make, add: add, merge: merge) { boxes throws(SQLError) in
            var values: [Value] = []
            values.reserveCapacity(boxes.count)
            for box in boxes { values.append(try result(box)) }
            return try .make(returns, values)
        }
    }

    /// The same, with a column for many boxes.
    static func boxed<Box: StateBox>(
        _ parameters: [SQLType], _ returns: SQLType, takesBatch: Bool = false, make: @escaping @Sendable () -> Box,
        add: @escaping @Sendable (Box, [Column], Int, Int64) throws(SQLError) -> Void,
        merge: @escaping @Sendable (Box, Box) throws(SQLError) -> Void,
        results: @escaping @Sendable ([Box?]) throws(SQLError) -> Column
    ) -> BoundAggregate {
        .growing { memory in
            BoundAggregate(
                parameters: parameters, returns: returns, stateBytes: 8, takesBatch: takesBatch,
                update: { rows, offset, arguments, count throws(SQLError) in
                    let batch = Batch.of(arguments, arity: parameters.count)
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        for row in 0..<count {
                            try growth.change(rows[row] + offset, make) { (box) throws(SQLError) in try add(box, arguments, row, batch) }
                        }
                    }
                },
                updateSingle: { state, arguments, count throws(SQLError) in
                    let batch = Batch.of(arguments, arity: parameters.count)
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        for row in 0..<count {
                            try growth.change(state, make) { (box) throws(SQLError) in try add(box, arguments, row, batch) }
                        }
                    }
                },
                combine: { sources, targets, offset, count throws(SQLError) in
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        for index in 0..<count {
                            guard let source = BoxedState<Box>.find(sources[index] + offset) else { continue }
                            try growth.change(targets[index] + offset, make) { (box) throws(SQLError) in try merge(source, box) }
                        }
                    }
                },
                finalize: { rows, offset, count throws(SQLError) in
                    try results((0..<count).map { BoxedState<Box>.find(rows[$0] + offset) })
                },
                destroy: { rows, offset, count in
                    var freed = 0
                    for index in 0..<count {
                        freed += BoxedState<Box>.find(rows[index] + offset)?.byteCount ?? 0
                        BoxedState<Box>.clear(rows[index] + offset)
                    }
                    memory.release(freed)
                })
        }
    }
}

extension StateGrowth {
    /// Changes the box of a state, made where there is none, and counts what it grows by, also when the change fails.
    @inline(__always)
    fileprivate mutating func change<Box: StateBox>(
        _ state: UnsafeMutableRawPointer, _ make: () -> Box, _ body: (Box) throws(SQLError) -> Void
    ) throws(SQLError) {
        let known = BoxedState<Box>.find(state)
        let before = known?.byteCount ?? 0
        let box = known ?? BoxedState<Box>.get(state, make)
        do throws(SQLError) { try body(box) } catch {
            try? add(box.byteCount - before)
            throw error
        }
        try add(box.byteCount - before)
    }
}

/// Orders values as SQL does, nested ones too; NULLs last.
enum ValueOrder {
    static func isBefore(_ left: Value, _ right: Value) -> Bool { compare(left, right) < 0 }

    static func compare(_ left: Value, _ right: Value) -> Int {
        if left.isNull || right.isNull { return (left.isNull ? 1 : 0) - (right.isNull ? 1 : 0) }
        switch (left, right) {
        case (.list(let a), .list(let b)), (.structure(let a), .structure(let b)): return compare(a, b)
        case (.map(let a), .map(let b)):
            let keys = compare(a.map(\.key), b.map(\.key))
            return keys != 0 ? keys : compare(a.map(\.value), b.map(\.value))
        default: return Value.compare(left, right) ?? 0
        }
    }

    private static func compare(_ left: [Value], _ right: [Value]) -> Int {
        for (a, b) in zip(left, right) {
            let order = compare(a, b)
            if order != 0 { return order }
        }
        return left.count - right.count
    }
}
