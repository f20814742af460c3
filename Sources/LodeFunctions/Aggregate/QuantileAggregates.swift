/// `median`, `quantile_cont`, `quantile_disc`, and their WITHIN GROUP names.

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
    final class Sample<Element> {
        var values: [Element] = []
        var fractions: [Double]?
    }

    private static func readFractions(_ arguments: [Column], _ row: Int) throws(SQLError) -> [Double] {
        guard arguments.count > 1 else { return [0.5] }
        let values: [Value] = if case .list(let list) = arguments[1].value(at: row) { list } else { [arguments[1].value(at: row)] }
        var fractions: [Double] = []
        for value in values {
            guard case .double(let fraction) = value, fraction >= 0, fraction <= 1 else {
                throw SQLError(.numericValueOutOfRange, "a percentile fraction must be between 0 and 1")
            }
            fractions.append(fraction)
        }
        return fractions
    }

    /// Many fractions give a list.
    private static func wrap(_ isList: Bool, _ values: [Value]) -> Value { isList ? .list(values) : values.first ?? .null }

    static func continuous(_ types: [SQLType]) throws(SQLError) -> BoundAggregate {
        let type = types[0]
        let isList = types.count > 1 && types[1].isNested
        let result: SQLType
        switch type {
        case .date, .timestamp: result = .timestamp
        case .timestamptz: result = .timestamptz
        case .null: result = .double
        default:
            guard type.isNumeric else { throw .noFunction("quantile_cont", types) }
            result = .double
        }
        let input: SQLType = result == .double ? .double : result
        let parameters = types.count > 1 ? [input, isList ? .list(.double) : .double] : [input]
        return .boxed(parameters, isList ? .list(result) : result, make: { Sample<Double>() }) { box, arguments, row throws(SQLError) in
            if box.fractions == nil { box.fractions = try readFractions(arguments, row) }
            switch arguments[0].value(at: row) {
            case .double(let number): box.values.append(number)
            case .timestamp(let micros): box.values.append(Double(micros))
            default: break
            }
        } merge: { source, target throws(SQLError) in
            target.values += source.values
            target.fractions = target.fractions ?? source.fractions
        } result: { box throws(SQLError) in
            guard let box, !box.values.isEmpty, let fractions = box.fractions else { return .null }
            let sorted = box.values.sorted { $0 < $1 || (!$0.isNaN && $1.isNaN) }
            return wrap(isList, fractions.map { interpolate(sorted, $0, result) })
        }
    }

    private static func interpolate(_ sorted: [Double], _ fraction: Double, _ type: SQLType) -> Value {
        let position = fraction * Double(sorted.count - 1)
        let low = Int(position.rounded(.down)), high = Int(position.rounded(.up))
        let value = low == high ? sorted[low] : sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
        return type == .double ? .double(value) : .timestamp(Int64(value.rounded()))
    }

    static func discrete(_ types: [SQLType]) -> BoundAggregate {
        let type = types[0]
        let isList = types.count > 1 && types[1].isNested
        return .boxed([type, isList ? .list(.double) : .double], isList ? .list(type) : type, make: { Sample<Value>() }) {
            box, arguments, row throws(SQLError) in
            if box.fractions == nil { box.fractions = try readFractions(arguments, row) }
            let value = arguments[0].value(at: row)
            if !value.isNull { box.values.append(value) }
        } merge: { source, target throws(SQLError) in
            target.values += source.values
            target.fractions = target.fractions ?? source.fractions
        } result: { box throws(SQLError) in
            guard let box, !box.values.isEmpty, let fractions = box.fractions else { return .null }
            let sorted = box.values.sorted { ValueOrder.isBefore($0, $1) }
            return wrap(
                isList, fractions.map { sorted[max(0, min(sorted.count - 1, Int(($0 * Double(sorted.count)).rounded(.up)) - 1))] })
        }
    }
}
