/// Aggregates whose state is an object: collections, quantiles, nested values. Not for hot paths.

import LodeCore
import LodeVectors

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
    /// An aggregate over objects.
    ///
    /// - `add` puts row `row` of the arguments into a box; `merge` puts the first box into the second; `result` gives the value of a
    ///   box, or of nothing.
    static func boxed<Box: AnyObject & SendableMetatype>(
        _ parameters: [SQLType], _ returns: SQLType, make: @escaping @Sendable () -> Box,
        add: @escaping @Sendable (Box, [Column], Int) throws(SQLError) -> Void,
        merge: @escaping @Sendable (Box, Box) throws(SQLError) -> Void,
        result: @escaping @Sendable (Box?) throws(SQLError) -> Value
    ) -> BoundAggregate {
        BoundAggregate(
            parameters: parameters, returns: returns, stateBytes: 8,
            update: { rows, offset, arguments, count throws(SQLError) in
                for row in 0..<count { try add(BoxedState<Box>.get(rows[row] + offset, make), arguments, row) }
            },
            updateSingle: { state, arguments, count throws(SQLError) in
                if count == 0 { return }
                let box = BoxedState<Box>.get(state, make)
                for row in 0..<count { try add(box, arguments, row) }
            },
            combine: { sources, targets, offset, count throws(SQLError) in
                for index in 0..<count {
                    guard let source = BoxedState<Box>.find(sources[index] + offset) else { continue }
                    try merge(source, BoxedState<Box>.get(targets[index] + offset, make))
                }
            },
            finalize: { rows, offset, count throws(SQLError) in
                var values: [Value] = []
                values.reserveCapacity(count)
                for index in 0..<count { values.append(try result(BoxedState<Box>.find(rows[index] + offset))) }
                return try .make(returns, values)
            },
            destroy: { rows, offset, count in
                for index in 0..<count { BoxedState<Box>.clear(rows[index] + offset) }
            })
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
