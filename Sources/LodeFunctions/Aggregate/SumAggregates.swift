/// `sum`, `avg`, `product`.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let sums: [AggregateFunction] = [
        AggregateFunction(
            "sum", "The sum of the values that are not NULL; NULL if there are none.", source: "PostgreSQL 17, 9.21",
            examples: [("sum(x) FROM (VALUES (1), (2), (NULL)) t(x)", "3"), ("sum(x) FROM (VALUES (1.50), (2.25)) t(x)", "3.75")],
            ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in try SumAggregate.sum(types) }),
        AggregateFunction(
            "avg", aliases: ["mean"], "The mean of the values that are not NULL, as a double.", source: "PostgreSQL 17, 9.21",
            examples: [("avg(x) FROM (VALUES (1), (2), (NULL)) t(x)", "1.5")], ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in try SumAggregate.average(types) }),
        AggregateFunction(
            "product", "The product of the values, as a double.", source: "DuckDB, Aggregate Functions",
            examples: [("product(x) FROM (VALUES (2), (3)) t(x)", "6")], ignoresNulls: true,
            AggregateOverload(Signature([.double])) { (_) throws(SQLError) in
                .lanes(ProductState.self, [.double], .double) { rows, offset, count throws(SQLError) in
                    try AggregateResult.make(.double, 0.0, rows, offset, count) { (state) throws(SQLError) -> Double? in
                        try FloatCount.checked(state) == 0 ? nil : state.load(as: Double.self)
                    }
                }
            }),
    ]
}

enum SumAggregate {
    /// integers give bigint, bigint decimal(38,0), decimals decimal(38,s), real and double double, intervals intervals.
    static func sum(_ types: [SQLType]) throws(SQLError) -> BoundAggregate {
        guard let type = types.first else { throw .noFunction("sum", types) }
        switch type {
        case .null, .boolean: return .lanes(NarrowSumState<Int32>.self, [.integer], .bigint, finalize: bigint)
        case .tinyint: return .lanes(NarrowSumState<Int8>.self, [type], .bigint, finalize: bigint)
        case .smallint: return .lanes(NarrowSumState<Int16>.self, [type], .bigint, finalize: bigint)
        case .integer: return .lanes(NarrowSumState<Int32>.self, [type], .bigint, finalize: bigint)
        case .bigint:
            let result = SQLType.decimal(precision: 38, scale: 0)
            return .lanes(NarrowSumState<Int64>.self, [type], result, finalize: decimal(result))
        case .decimal(_, let scale):
            let result = SQLType.decimal(precision: 38, scale: scale)
            if type.physical == .int64 { return .lanes(NarrowSumState<Int64>.self, [type], result, finalize: decimal(result)) }
            return WideSum.bound(type, result, decimal(result))
        case .real: return .lanes(FloatSumState<Float>.self, [type], .double, finalize: double)
        case .double: return .lanes(FloatSumState<Double>.self, [type], .double, finalize: double)
        case .interval: return IntervalSum.sum
        default: throw .noFunction("sum", types)
        }
    }

    /// The sum is exact; one division at the end.
    static func average(_ types: [SQLType]) throws(SQLError) -> BoundAggregate {
        guard let type = types.first else { throw .noFunction("avg", types) }
        switch type {
        case .null: return .lanes(NarrowSumState<Int32>.self, [.integer], .double, finalize: mean(0))
        case .tinyint: return .lanes(NarrowSumState<Int8>.self, [type], .double, finalize: mean(0))
        case .smallint: return .lanes(NarrowSumState<Int16>.self, [type], .double, finalize: mean(0))
        case .integer: return .lanes(NarrowSumState<Int32>.self, [type], .double, finalize: mean(0))
        case .bigint: return .lanes(NarrowSumState<Int64>.self, [type], .double, finalize: mean(0))
        case .decimal(_, let scale):
            if type.physical == .int64 { return .lanes(NarrowSumState<Int64>.self, [type], .double, finalize: mean(scale)) }
            return WideSum.bound(type, .double, mean(scale))
        case .real: return .lanes(FloatSumState<Float>.self, [type], .double, finalize: floatMean)
        case .double: return .lanes(FloatSumState<Double>.self, [type], .double, finalize: floatMean)
        case .interval: return IntervalSum.average
        default: throw .noFunction("avg", types)
        }
    }

    @Sendable private static func bigint(_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        try AggregateResult.make(.bigint, Int64(0), rows, offset, count) { (state) throws(SQLError) -> Int64? in
            if ExactSum.count(state) == 0 { return nil }
            guard let sum = Int64(exactly: ExactSum.total(state)) else { throw .outOfRange(.bigint) }
            return sum
        }
    }

    private static func decimal(_ type: SQLType) -> @Sendable (StateRows, Int, Int) throws(SQLError) -> Column {
        { rows, offset, count throws(SQLError) in
            try AggregateResult.make(type, Int128(0), rows, offset, count) { (state) throws(SQLError) -> Int128? in
                if ExactSum.count(state) == 0 { return nil }
                let sum = ExactSum.total(state)
                guard Decimal128.fits(sum, precision: 38) else { throw ExactSum.overflow }
                return sum
            }
        }
    }

    private static func mean(_ scale: Int) -> @Sendable (StateRows, Int, Int) throws(SQLError) -> Column {
        { rows, offset, count throws(SQLError) in
            let unit = Decimal128.power(scale)
            return try AggregateResult.make(.double, 0.0, rows, offset, count) { (state) throws(SQLError) -> Double? in
                let values = ExactSum.count(state)
                if values == 0 { return nil }
                let total = Double(nearest: ExactSum.total(state))
                let (divisor, overflow) = unit.multipliedReportingOverflow(by: Int128(values))
                return overflow ? total / Double(nearest: unit) / Double(values) : total / Double(nearest: divisor)
            }
        }
    }

    @Sendable private static func double(_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        try AggregateResult.make(.double, 0.0, rows, offset, count) { (state) throws(SQLError) -> Double? in
            try FloatCount.checked(state) == 0 ? nil : state.load(as: Double.self)
        }
    }

    @Sendable private static func floatMean(_ rows: StateRows, _ offset: Int, _ count: Int) throws(SQLError) -> Column {
        try AggregateResult.make(.double, 0.0, rows, offset, count) { (state) throws(SQLError) -> Double? in
            let values = try FloatCount.checked(state)
            return values == 0 ? nil : state.load(as: Double.self) / Double(values)
        }
    }
}

/// | months | days | micros | count |: the count's sign bit says that the microseconds overflowed.
enum IntervalSumState: LaneState {
    static var stateBytes: Int { 32 }

    static func add(_ state: UnsafeMutableRawPointer, _ lane: Interval) {
        let parts = state.assumingMemoryBound(to: Int64.self)
        parts[0] &+= Int64(lane.months)
        parts[1] &+= Int64(lane.days)
        add(lane.micros, parts)
        parts[3] &+= 1
    }

    static func merge(_ source: UnsafeMutableRawPointer, into target: UnsafeMutableRawPointer) {
        let from = source.assumingMemoryBound(to: Int64.self), parts = target.assumingMemoryBound(to: Int64.self)
        parts[0] &+= from[0]
        parts[1] &+= from[1]
        add(from[2], parts)
        parts[3] = (FloatCount.count(parts[3]) &+ FloatCount.count(from[3])) | ((parts[3] | from[3]) & .min)
    }

    private static func add(_ micros: Int64, _ parts: UnsafeMutablePointer<Int64>) {
        let (sum, overflow) = parts[2].addingReportingOverflow(micros)
        parts[2] = sum
        if overflow { parts[3] |= .min }
    }
}

enum IntervalSum {
    static let sum = BoundAggregate.lanes(IntervalSumState.self, [.interval], .interval) { rows, offset, count throws(SQLError) in
        try AggregateResult.make(.interval, Interval(), rows, offset, count) { (state) throws(SQLError) -> Interval? in try total(state) }
    }

    static let average = BoundAggregate.lanes(IntervalSumState.self, [.interval], .interval) { rows, offset, count throws(SQLError) in
        try AggregateResult.make(.interval, Interval(), rows, offset, count) { (state) throws(SQLError) -> Interval? in
            guard let total = try total(state) else { return nil }
            return try CalendarArithmetic.divide(total, Double((state + 24).load(as: Int64.self)))
        }
    }

    private static func total(_ state: UnsafeMutableRawPointer) throws(SQLError) -> Interval? {
        let parts = state.assumingMemoryBound(to: Int64.self)
        if parts[3] == 0 { return nil }
        guard parts[3] > 0, let months = Int32(exactly: parts[0]), let days = Int32(exactly: parts[1]) else { throw .intervalOutOfRange }
        return Interval(months: months, days: days, micros: parts[2])
    }
}
