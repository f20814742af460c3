/// `median`, `quantile_cont`, `quantile_disc`, and their WITHIN GROUP names.

import Glibc
import LodeCore
import LodeVectors

extension AggregateFunction {
    static let quantiles: [AggregateFunction] = [
        AggregateFunction(
            "median", "The middle value; between two, their mean.", source: "DuckDB, Aggregate Functions",
            examples: [("median(x) FROM (VALUES (1), (2), (4), (8)) t(x)", "3")],
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in try QuantileAggregate.continuous(types) }),
        AggregateFunction(
            "quantile_cont", aliases: ["percentile_cont"],
            "The value at a fraction (0 to 1) of the ordered values, interpolated. WITHIN GROUP: the fraction is the argument.",
            source: "PostgreSQL 17, table 9.63",
            examples: [
                ("quantile_cont(x, 0.25) FROM (VALUES (1), (2), (3)) t(x)", "1.5"),
                ("percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2)) t(x)", "1.5"),
            ],
            AggregateOverload(Signature([.any, .double])) { (types) throws(SQLError) in try QuantileAggregate.continuous(types) },
            AggregateOverload(Signature([.any, .exact(.list(.double))])) { (types) throws(SQLError) in
                try QuantileAggregate.continuous(types)
            }),
        AggregateFunction(
            "quantile_disc", aliases: ["percentile_disc", "quantile"],
            "The first of the ordered values whose position reaches a fraction (0 to 1). WITHIN GROUP: the fraction is the argument.",
            source: "PostgreSQL 17, table 9.63", examples: [("quantile_disc(x, 0.5) FROM (VALUES (1), (2), (3), (4)) t(x)", "2")],
            AggregateOverload(Signature([.any, .double])) { (types) throws(SQLError) in QuantileAggregate.discrete(types) },
            AggregateOverload(Signature([.any, .exact(.list(.double))])) { (types) throws(SQLError) in QuantileAggregate.discrete(types) }),
    ]
}

/// Arguments: the value, and the fraction or fractions (a constant; a half if it is missing).
enum QuantileAggregate {
    static func continuous(_ types: [SQLType]) throws(SQLError) -> BoundAggregate {
        let type = types[0]
        let result: SQLType
        switch type {
        case .date, .timestamp: result = .timestamp
        case .timestamptz, .timestampNanos, .timestamptzNanos: result = type
        case .null: result = .double
        default:
            guard type.isNumeric else { throw .noFunction("quantile_cont", types) }
            result = .double
        }
        return result == .double ? bound(Double.self, .double, types, numbers) : bound(Int64.self, result, types, instants)
    }

    static func discrete(_ types: [SQLType]) -> BoundAggregate {
        switch types[0].physical {
        case .bool: return discrete(UInt8.self, types)
        case .int8: return discrete(Int8.self, types)
        case .int16: return discrete(Int16.self, types)
        case .int32: return discrete(Int32.self, types)
        case .int64: return discrete(Int64.self, types)
        case .int128: return discrete(Int128.self, types)
        case .float32: return discrete(Float.self, types)
        case .float64: return discrete(Double.self, types)
        case .text: return discrete(StringView.self, types)
        case .interval, .list, .structure: return BoxedQuantile.bound(types)
        }
    }

    /// Between two ranks, as far as the fraction lies between them.
    @Sendable static func between(_ fraction: Double, _ count: Int) -> (rank: Int, next: Int, weight: Double) {
        let position = fraction * Double(count - 1)
        let low = Int(position.rounded(.down)), high = Int(position.rounded(.up))
        return (low, high, position - Double(low))
    }

    /// The first rank that reaches the fraction.
    @Sendable static func reached(_ fraction: Double, _ count: Int) -> (rank: Int, next: Int, weight: Double) {
        let rank = max(0, min(count - 1, Int((fraction * Double(count)).rounded(.up)) - 1))
        return (rank, rank, 0)
    }

    @Sendable private static func numbers(_ low: Double, _ high: Double, _ weight: Double) -> Double { low + (high - low) * weight }

    @Sendable private static func instants(_ low: Int64, _ high: Int64, _ weight: Double) -> Int64 {
        let (span, overflow) = high.subtractingReportingOverflow(low)
        if !overflow { return low &+ Int64((Double(span) * weight).rounded()) }
        let value = (Double(low) + (Double(high) - Double(low)) * weight).rounded()
        return Int64(exactly: value) ?? (value > 0 ? .max : .min)
    }

    private static func bound<Lane: RankedLane>(
        _: Lane.Type, _ type: SQLType, _ types: [SQLType], _ mix: @escaping @Sendable (Lane, Lane, Double) -> Lane
    ) -> BoundAggregate {
        .growing { QuantileForm<Lane>(type: type, types: types, ranks: between, mix: mix, memory: $0).aggregate() }
    }

    private static func discrete<Lane: RankedLane>(_: Lane.Type, _ types: [SQLType]) -> BoundAggregate {
        .growing { QuantileForm<Lane>(type: types[0], types: types, ranks: reached, mix: { low, _, _ in low }, memory: $0).aggregate() }
    }
}

/// What makes a quantile of lanes of one kind: which ranks a fraction means, and what their lanes give.
struct QuantileForm<Lane: RankedLane>: Sendable {
    let type: SQLType
    let types: [SQLType]
    let ranks: @Sendable (_ fraction: Double, _ count: Int) -> (rank: Int, next: Int, weight: Double)
    let mix: @Sendable (_ low: Lane, _ high: Lane, _ weight: Double) -> Lane
    let memory: StateMemory

    private typealias State = QuantileState<Lane>
    private var isList: Bool { types.count > 1 && types[1].isNested }
    private var hasFraction: Bool { types.count > 1 }

    func aggregate() -> BoundAggregate {
        let isList = isList, memory = memory
        let destroy: @Sendable (StateRows, Int, Int) -> Void = { rows, offset, count in
            StateGrowth.freeing(memory) { growth in
                for i in 0..<count { State.clear(rows[i] + offset, isList: isList, &growth) }
            }
        }
        return BoundAggregate(
            parameters: hasFraction ? [type, isList ? .list(.double) : .double] : [type], returns: isList ? .list(type) : type,
            stateBytes: State.stateBytes,
            update: { rows, offset, arguments, count throws(SQLError) in try update(rows, offset, arguments, count) },
            updateSingle: { state, arguments, count throws(SQLError) in
                if count == 0 { return }
                if hasFraction { try takeFraction(state, arguments[1], 0) }
                if arguments[0].isAllNull { return }
                let column = try arguments[0].flattened()
                try StateGrowth.counted(memory) { (growth) throws(SQLError) in try State.addAll(state, column, count, &growth) }
            },
            combine: { sources, targets, offset, count throws(SQLError) in
                try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                    for i in 0..<count { try State.add(sources[i] + offset, to: targets[i] + offset, isList: isList, &growth) }
                }
            },
            move: { sources, targets, offset, count throws(SQLError) in
                try StateGrowth.counted(memory) { (growth) throws(SQLError) in
                    for i in 0..<count { try State.move(sources[i] + offset, to: targets[i] + offset, isList: isList, &growth) }
                }
            },
            finalize: { rows, offset, count throws(SQLError) in
                isList ? try lists(rows, offset, count) : try scalars(rows, offset, count)
            },
            destroy: memory.isGivenBack || isList ? destroy : nil)
    }

    private func update(_ rows: StateRows, _ offset: Int, _ arguments: [Column], _ count: Int) throws(SQLError) {
        if hasFraction { try takeFractions(rows, offset, arguments[1], count) }
        if arguments[0].isAllNull { return }
        let column = try arguments[0].flattened()
        let lanes = column.lanes(as: Lane.self), validity = column.mask
        try StateGrowth.counted(memory) { (growth) throws(SQLError) in
            var i = 0
            while i < count {
                if Validity.isValid(validity, i) { try State.add(rows[i] + offset, lanes[i], &growth) }
                i &+= 1
            }
        }
    }

    private func takeFractions(_ rows: StateRows, _ offset: Int, _ column: Column, _ count: Int) throws(SQLError) {
        if column.layout == .constant, !isList, count > 0 {
            let fraction = try QuantileFractions.read(column.value(at: 0))[0]
            for i in 0..<count { State.setFraction(rows[i] + offset, fraction) }
            return
        }
        for i in 0..<count where !State.hasFractions(rows[i] + offset) { try takeFraction(rows[i] + offset, column, i) }
    }

    private func takeFraction(_ state: UnsafeMutableRawPointer, _ column: Column, _ row: Int) throws(SQLError) {
        if State.hasFractions(state) { return }
        let fractions = try QuantileFractions.read(column.value(at: row))
        if isList {
            _ = State.Fractions.get(State.fractionWord(state)) { QuantileFractions(fractions) }
        } else {
            State.setFraction(state, fractions[0])
        }
    }

    /// The value at a fraction; nil of no values.
    private func value(
        _ state: UnsafeMutableRawPointer, _ fraction: Double, _ selection: inout RankSelection<Lane.Key>
    ) throws(SQLError) -> Lane? {
        let count = LaneChain<Lane.Key>.count(state)
        if count == 0 { return nil }
        let (rank, next, weight) = ranks(fraction, count)
        let (low, high) = try selection.keys(state, rank, next)
        return rank == next ? Lane.lane(low) : mix(Lane.lane(low), Lane.lane(high), weight)
    }

    private func scalars(_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        var found: [Lane?] = []
        found.reserveCapacity(count)
        var selection = try RankSelection<Lane.Key>(memory)
        defer { selection.finish() }
        for i in 0..<count {
            let state = rows[i] + offset
            found.append(try value(state, hasFraction ? State.fraction(state) : 0.5, &selection))
        }
        return try column(found)
    }

    private func column(_ found: [Lane?]) throws(SQLError) -> Column {
        let result = try LaneResult<Lane>(found.count)
        result.buffer.fill(0)
        var nulls = NullMask(found.count)
        let arena = TextArena()
        for (row, lane) in found.enumerated() {
            if let text = lane as? StringView {
                let copy = try text.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try arena.add(bytes) })
                result.buffer.lanes(as: StringView.self)[row] = copy
            } else if let lane {
                result.lanes[row] = lane
            } else {
                try nulls.set(row)
            }
        }
        return Column(flat: type, count: found.count, lanes: result.buffer, validity: nulls.buffer, heaps: arena.heaps)
    }

    /// Many fractions give a list a state.
    private func lists(_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        var selection = try RankSelection<Lane.Key>(memory)
        defer { selection.finish() }
        var lists: [Value] = []
        for i in 0..<count {
            let state = rows[i] + offset
            var found: [Lane?] = []
            for fraction in State.Fractions.find(State.fractionWord(state))?.list ?? [] {
                found.append(try value(state, fraction, &selection))
            }
            let items = try column(found)
            lists.append(LaneChain<Lane.Key>.count(state) == 0 ? .null : .list(found.indices.map { items.value(at: $0) }))
        }
        return try Column.make(.list(type), lists)
    }
}

/// Quantiles of values that are ranked by a function of their own: intervals, lists, structs.
enum BoxedQuantile {
    final class Sample: StateBox {
        var values: [Value] = []
        var fractions: [Double]?
        var contents = 0
        var byteCount: Int { 96 + values.capacity * MemoryLayout<Value>.stride + contents }
    }

    static func bound(_ types: [SQLType]) -> BoundAggregate {
        let type = types[0]
        let isList = types.count > 1 && types[1].isNested
        return .boxed([type, isList ? .list(.double) : .double], isList ? .list(type) : type, make: { Sample() }) {
            box, arguments, row, _ throws(SQLError) in
            if box.fractions == nil { box.fractions = try QuantileFractions.read(arguments[1].value(at: row)) }
            let value = arguments[0].value(at: row)
            if value.isNull { return }
            box.values.append(value)
            box.contents += value.ownedBytes
        } merge: { source, target throws(SQLError) in
            target.values += source.values
            target.contents += source.contents
            target.fractions = target.fractions ?? source.fractions
        } result: { box throws(SQLError) in
            guard let box, !box.values.isEmpty, let fractions = box.fractions else { return .null }
            let sorted = box.values.sorted { ValueOrder.isBefore($0, $1) }
            let found = fractions.map { sorted[QuantileAggregate.reached($0, sorted.count).rank] }
            return isList ? .list(found) : found.first ?? .null
        }
    }
}
