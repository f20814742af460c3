/// The drivers of aggregates over lanes: loops that know layouts and NULLs, around states that know neither.

import LodeCore
import LodeVectors

/// How one lane enters a state in raw memory. States are at multiples of 8 bytes and begin as zeros.
protocol LaneState: SendableMetatype {
    associatedtype Lane: BitwiseCopyable
    static var stateBytes: Int { get }
    static func add(_ state: UnsafeMutableRawPointer, _ lane: Lane)
    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer)
    /// Adds all of `count` lanes without NULLs to one state.
    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: Lanes<Lane>, _ count: Int) throws(SQLError)
}

extension LaneState {
    static func addAll(_ state: UnsafeMutableRawPointer, _ lanes: Lanes<Lane>, _ count: Int) throws(SQLError) {
        var i = 0
        while i < count {
            add(state, lanes[i])
            i &+= 1
        }
    }
}

extension BoundAggregate {
    /// An aggregate of one argument whose NULLs don't count.
    /// Cost of `update`: one load of the row, one of the lane, and the state's own.
    @inline(__always)
    static func lanes<State: LaneState>(
        _: State.Type, _ parameters: [SQLType], _ returns: SQLType,
        finalize: @escaping @Sendable (StateRows, Int, Int) throws(SQLError) -> Column
    ) -> BoundAggregate {
        BoundAggregate(
            parameters: parameters, returns: returns, stateBytes: State.stateBytes, stateKind: ObjectIdentifier(State.self),
            update: { rows, offset, arguments, count throws(SQLError) in
                try LaneDriver.update(State.self, rows, offset, arguments[0], count)
            },
            updateSingle: { state, arguments, count throws(SQLError) in
                try LaneDriver.updateSingle(State.self, state, arguments[0], count)
            },
            combine: { sources, targets, offset, count throws(SQLError) in
                var i = 0
                while i < count {
                    State.merge(sources[i] + offset, into: targets[i] + offset)
                    i &+= 1
                }
            },
            finalize: finalize)
    }
}

enum LaneDriver {
    @inline(__always)
    static func update<State: LaneState>(
        _: State.Type, _ rows: StateRows, _ offset: Int, _ column: Column, _ count: Int
    ) throws(SQLError) {
        if column.isAllNull { return }
        let validity = column.layout == .constant ? nil : column.mask
        switch column.layout {
        case .flat:
            let lanes = column.lanes(as: State.Lane.self)
            if let validity {
                var i = 0
                while i < count {
                    if Validity.isValid(validity, i) { State.add(rows[i] + offset, lanes[i]) }
                    i &+= 1
                }
            } else {
                var i = 0
                while i < count {
                    State.add(rows[i] + offset, lanes[i])
                    i &+= 1
                }
            }
        case .dictionary:
            guard let dictionary = column.dictionary else { return }
            let lanes = dictionary.lanes(as: State.Lane.self), codes = column.lanes(as: Int32.self)
            var i = 0
            while i < count {
                if Validity.isValid(validity, i) { State.add(rows[i] + offset, lanes[Int(codes[i])]) }
                i &+= 1
            }
        case .constant:
            let lane = column.lanes(as: State.Lane.self)[0]
            var i = 0
            while i < count {
                State.add(rows[i] + offset, lane)
                i &+= 1
            }
        }
    }

    @inline(__always)
    static func updateSingle<State: LaneState>(
        _: State.Type, _ state: UnsafeMutableRawPointer, _ column: Column, _ count: Int
    ) throws(SQLError) {
        if column.isAllNull { return }
        if let mask = column.rowValidity {
            // The valid lanes, packed: then the same loops serve.
            let flat = try column.flattened()
            let packed = try LaneResult<State.Lane>(count)
            let lanes = flat.lanes(as: State.Lane.self)
            let validity = mask.lanes(as: UInt64.self), out = packed.lanes
            var kept = 0, i = 0
            while i < count {
                out[kept] = lanes[i]
                kept &+= Int(truncatingIfNeeded: validity[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1)
                i &+= 1
            }
            try State.addAll(state, Lanes(out), kept)
            return
        }
        let flat = try column.flattened()
        try State.addAll(state, flat.lanes(as: State.Lane.self), count)
    }
}

/// Lanes of a result, one a state; nil is NULL.
enum AggregateResult {
    @inline(__always)
    static func make<R: BitwiseCopyable>(
        _ type: SQLType, _ zero: R, _ rows: StateRows, _ offset: Int, _ count: Int,
        _ value: (UnsafeMutableRawPointer) throws(SQLError) -> R?
    ) throws(SQLError) -> Column {
        let result = try LaneResult<R>(count)
        var nulls = NullMask(count)
        var i = 0
        while i < count {
            if let lane = try value(rows[i] + offset) {
                result.lanes[i] = lane
            } else {
                result.lanes[i] = zero
                try nulls.set(i)
            }
            i &+= 1
        }
        return result.column(type, validity: nulls.buffer)
    }
}

extension AggregateFunction {
    /// An aggregate with its manual entry in one line each.
    init(
        _ name: String, aliases: [String] = [], _ summary: String, source: String, examples: [(String, String)],
        isOrderSensitive: Bool = false, ignoresDuplicates: Bool = false, ignoresNulls: Bool = false, _ overloads: AggregateOverload...
    ) {
        self.init(
            FunctionDocumentation(
                name, aliases: aliases, family: "aggregate", summary, source: source,
                examples: examples.map { FunctionExample($0.0, $0.1) }),
            isOrderSensitive: isOrderSensitive, ignoresDuplicates: ignoresDuplicates, ignoresNulls: ignoresNulls, overloads: overloads)
    }
}
