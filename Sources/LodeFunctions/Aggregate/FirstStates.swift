/// States that keep the first value that is not NULL.

import LodeCore
import LodeVectors

/// Of values that came from several batches, the first is that of the lowest.
enum FirstValue {
    static func bind(_ type: SQLType) -> BoundAggregate {
        switch type.physical {
        case .bool: FirstLane<UInt8>.bound(type, 0)
        case .int8: FirstLane<Int8>.bound(type, 0)
        case .int16: FirstLane<Int16>.bound(type, 0)
        case .int32: FirstLane<Int32>.bound(type, 0)
        case .int64: FirstLane<Int64>.bound(type, 0)
        case .int128: FirstLane<Int128>.bound(type, 0)
        case .float32: FirstLane<Float>.bound(type, 0)
        case .float64: FirstLane<Double>.bound(type, 0)
        case .interval: FirstLane<Interval>.bound(type, Interval())
        case .text: FirstText.bound(type)
        case .list, .structure: RowAggregate.bound(type, .firstValue)
        }
    }

    /// What a state says of its value: 0 if it has none. Lower is earlier.
    @inline(__always)
    static func mark(_ arguments: [Column]) -> Int64 { Batch.of(arguments, arity: 1) + 2 }
}

/// | mark (8) | value, 8 or 16 bytes |
enum FirstLane<Lane: BitwiseCopyable & Sendable & SendableMetatype> {
    @inline(__always)
    private static func offer(_ state: UnsafeMutableRawPointer, _ lane: Lane, _ mark: Int64) {
        let known = state.load(as: Int64.self)
        if known != 0, known <= mark { return }
        state.storeBytes(of: mark, as: Int64.self)
        (state + 8).storeBytes(of: lane, as: Lane.self)
    }

    @inline(__always)
    static func bound(_ type: SQLType, _ zero: Lane) -> BoundAggregate {
        BoundAggregate(
            parameters: [type], returns: type, stateBytes: 8 + max(8, MemoryLayout<Lane>.stride), stateKind: ObjectIdentifier(Self.self),
            takesBatch: true,
            update: { rows, offset, arguments, count throws(SQLError) in
                let column = try arguments[0].flattened(), mark = FirstValue.mark(arguments)
                let lanes = column.lanes(as: Lane.self), validity = column.mask
                var i = 0
                while i < count {
                    if Validity.isValid(validity, i) { offer(rows[i] + offset, lanes[i], mark) }
                    i &+= 1
                }
            },
            updateSingle: { state, arguments, count throws(SQLError) in
                let column = try arguments[0].flattened()
                let lanes = column.lanes(as: Lane.self), validity = column.mask
                var i = 0
                while i < count, !Validity.isValid(validity, i) { i &+= 1 }
                if i < count { offer(state, lanes[i], FirstValue.mark(arguments)) }
            },
            combine: { sources, targets, offset, count throws(SQLError) in
                for i in 0..<count {
                    let source = sources[i] + offset, mark = source.load(as: Int64.self)
                    if mark != 0 { offer(targets[i] + offset, (source + 8).loadUnaligned(as: Lane.self), mark) }
                }
            },
            finalize: { rows, offset, count throws(SQLError) in
                try AggregateResult.make(type, zero, rows, offset, count) { (state) throws(SQLError) -> Lane? in
                    state.load(as: Int64.self) == 0 ? nil : (state + 8).loadUnaligned(as: Lane.self)
                }
            })
    }
}

/// | a `TextState` (24) | mark (8) |
enum FirstText {
    @inline(__always)
    private static func offer(
        _ state: UnsafeMutableRawPointer, _ view: StringView, _ mark: Int64, _ growth: inout StateGrowth
    ) throws(SQLError) {
        if TextState.hasValue(state), self.mark(state) <= mark { return }
        try TextState.set(state, view, &growth)
        (state + TextState.stateBytes).storeBytes(of: mark, as: Int64.self)
    }

    @inline(__always)
    private static func mark(_ state: UnsafeMutableRawPointer) -> Int64 { (state + TextState.stateBytes).load(as: Int64.self) }

    static func bound(_ type: SQLType) -> BoundAggregate {
        .growing { memory in
            BoundAggregate(
                parameters: [type], returns: type, stateBytes: TextState.stateBytes + 8, takesBatch: true,
                update: { rows, offset, arguments, count throws(SQLError) in
                    let column = try arguments[0].flattened(), mark = FirstValue.mark(arguments)
                    let lanes = column.lanes(as: StringView.self), validity = column.mask
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        for i in 0..<count where Validity.isValid(validity, i) {
                            try offer(rows[i] + offset, lanes[i], mark, &growth)
                        }
                    }
                },
                updateSingle: { state, arguments, count throws(SQLError) in
                    let column = try arguments[0].flattened()
                    let lanes = column.lanes(as: StringView.self), validity = column.mask
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        guard let first = (0..<count).first(where: { Validity.isValid(validity, $0) }) else { return }
                        try offer(state, lanes[first], FirstValue.mark(arguments), &growth)
                    }
                },
                combine: { sources, targets, offset, count throws(SQLError) in
                    try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                        for i in 0..<count {
                            let source = sources[i] + offset
                            guard TextState.hasValue(source) else { continue }
                            try offer(targets[i] + offset, TextState.view(source), mark(source), &growth)
                        }
                    }
                },
                finalize: { rows, offset, count throws(SQLError) in try TextState.results(type, rows, offset, count) },
                destroy: TextState.destroyer(memory))
        }
    }
}

/// Keeps one row's value, in a box: of any type.
enum RowAggregate {
    enum Kind: Sendable { case firstValue, firstRow, lastRow }

    final class Kept: StateBox {
        var value = Value.null { didSet { byteCount = 96 + value.ownedBytes } }
        /// The batch of the row; nil before there is one.
        var batch: Int64?
        private(set) var byteCount = 96

        /// Whether a row of `batch` that comes behind the others of its batch replaces the one that is kept.
        func gives(wayTo batch: Int64, _ kind: Kind) -> Bool {
            guard let kept = self.batch else { return true }
            return kind == .lastRow ? batch >= kept : batch < kept
        }
    }

    static func bound(_ type: SQLType, _ kind: Kind) -> BoundAggregate {
        .boxed([type], type, takesBatch: true, make: { Kept() }) { box, arguments, row, batch throws(SQLError) in
            guard box.gives(wayTo: batch, kind), kind != .firstValue || !arguments[0].isNull(row) else { return }
            box.value = arguments[0].value(at: row)
            box.batch = batch
        } merge: { source, target throws(SQLError) in
            guard let batch = source.batch, target.gives(wayTo: batch, kind) else { return }
            target.value = source.value
            target.batch = batch
        } result: { box throws(SQLError) in
            box?.value ?? .null
        }
    }
}
