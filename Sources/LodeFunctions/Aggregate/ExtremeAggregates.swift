/// `min`, `max`, `any_value`, `first`, `last`.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let extremes: [AggregateFunction] = [
        AggregateFunction(
            "min", "The least value that is not NULL.", source: "PostgreSQL 17, 9.21",
            examples: [("min(x) FROM (VALUES (2), (1), (NULL)) t(x)", "1"), ("min(x) FROM (VALUES ('b'), ('a')) t(x)", "a")],
            ignoresDuplicates: true, ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in ExtremeAggregate.bind(types[0], .least) }),
        AggregateFunction(
            "max", "The greatest value that is not NULL.", source: "PostgreSQL 17, 9.21",
            examples: [("max(x) FROM (VALUES (2), (1), (NULL)) t(x)", "2")], ignoresDuplicates: true,
            ignoresNulls: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in ExtremeAggregate.bind(types[0], .greatest) }),
        AggregateFunction(
            "any_value", aliases: ["arbitrary"], "The first value that is not NULL.", source: "PostgreSQL 17, 9.21",
            examples: [("any_value(x) FROM (VALUES (NULL), (7)) t(x)", "7")], isOrderSensitive: true, ignoresDuplicates: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in FirstValue.bind(types[0]) }),
        AggregateFunction(
            "first", "The first row's value, NULL or not.", source: "DuckDB, Aggregate Functions",
            examples: [("first(x ORDER BY x) FROM (VALUES (3), (2)) t(x)", "2")], isOrderSensitive: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in RowAggregate.bound(types[0], .firstRow) }),
        AggregateFunction(
            "last", "The last row's value, NULL or not.", source: "DuckDB, Aggregate Functions",
            examples: [("last(x ORDER BY x) FROM (VALUES (3), (2)) t(x)", "3")], isOrderSensitive: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in RowAggregate.bound(types[0], .lastRow) }),
    ]
}

enum ExtremeAggregate {
    enum Kind: Sendable { case least, greatest }

    static func bind(_ type: SQLType, _ kind: Kind) -> BoundAggregate {
        switch type.physical {
        case .bool: return numbers(UInt8.self, type, kind)
        case .int8: return numbers(Int8.self, type, kind)
        case .int16: return numbers(Int16.self, type, kind)
        case .int32: return numbers(Int32.self, type, kind)
        case .int64: return numbers(Int64.self, type, kind)
        case .int128: return numbers(Int128.self, type, kind)
        case .float32: return floats(Float.self, type, kind)
        case .float64: return floats(Double.self, type, kind)
        case .interval:
            return kind == .least
                ? KeptState<LeastInterval>.bound(type, Interval()) : KeptState<GreatestInterval>.bound(type, Interval())
        case .text:
            return kind == .least ? TextState.bound(LeastText.self, type) : TextState.bound(GreatestText.self, type)
        case .list, .structure: return nested(type, kind)
        }
    }

    @inline(__always)
    private static func numbers<Lane: FixedWidthInteger & BitwiseCopyable & Sendable & SendableMetatype>(
        _: Lane.Type, _ type: SQLType, _ kind: Kind
    ) -> BoundAggregate {
        kind == .least ? KeptState<Least<Lane>>.bound(type, 0) : KeptState<Greatest<Lane>>.bound(type, 0)
    }

    @inline(__always)
    private static func floats<Lane: BinaryFloatingPoint & BitwiseCopyable & Sendable & SendableMetatype>(
        _: Lane.Type, _ type: SQLType, _ kind: Kind
    ) -> BoundAggregate {
        kind == .least ? KeptState<LeastFloat<Lane>>.bound(type, 0) : KeptState<GreatestFloat<Lane>>.bound(type, 0)
    }

    final class Kept: StateBox {
        var value = Value.null { didSet { byteCount = 96 + value.ownedBytes } }
        private(set) var byteCount = 96
    }

    private static func nested(_ type: SQLType, _ kind: Kind) -> BoundAggregate {
        @Sendable func offer(_ box: Kept, _ value: Value) {
            if value.isNull { return }
            let order = box.value.isNull ? 0 : ValueOrder.compare(value, box.value)
            if box.value.isNull || (kind == .least ? order < 0 : order > 0) { box.value = value }
        }
        return .boxed([type], type, make: { Kept() }) { box, arguments, row, _ throws(SQLError) in
            offer(box, arguments[0].value(at: row))
        } merge: { source, target throws(SQLError) in
            offer(target, source.value)
        } result: { box throws(SQLError) in
            box?.value ?? .null
        }
    }
}
