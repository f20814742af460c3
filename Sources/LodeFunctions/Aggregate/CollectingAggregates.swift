/// `array_agg`, `string_agg`, `mode`, `histogram`, `map_agg`.

import LodeCore
import LodeVectors

extension AggregateFunction {
    static let collecting: [AggregateFunction] = [
        AggregateFunction(
            "array_agg", aliases: ["list"], "All values, NULLs included, as a list.", source: "PostgreSQL 17, 9.21",
            examples: [("array_agg(x ORDER BY x) FROM (VALUES (2), (1)) t(x)", "[1, 2]")], isOrderSensitive: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in CollectingAggregate.list(types[0]) }),
        AggregateFunction(
            "string_agg", aliases: ["listagg", "group_concat"], "The strings joined by a separator (a comma if none is given).",
            source: "PostgreSQL 17, 9.21", examples: [("string_agg(x, '-' ORDER BY x) FROM (VALUES ('b'), ('a'), (NULL)) t(x)", "a-b")],
            isOrderSensitive: true,
            AggregateOverload(Signature([.text, .text], optional: 1)) { (types) throws(SQLError) in
                CollectingAggregate.strings(types.count)
            }),
        AggregateFunction(
            "mode", "The most frequent value; of several, the one seen first.", source: "PostgreSQL 17, 9.21",
            examples: [("mode(x) FROM (VALUES (1), (2), (2)) t(x)", "2")], isOrderSensitive: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in CollectingAggregate.mode(types[0]) }),
        AggregateFunction(
            "histogram", "How often each value occurs, as a map in the order in which values are first seen.",
            source: "Trino, Aggregate functions",
            examples: [("histogram(x) FROM (VALUES (2), (1), (2)) t(x)", "{2=2, 1=1}")],
            isOrderSensitive: true,
            AggregateOverload(Signature([.any])) { (types) throws(SQLError) in CollectingAggregate.histogram(types[0]) }),
        AggregateFunction(
            "map_agg", "A map of the keys to the values; a later value of a key replaces an earlier one.",
            source: "Trino, Aggregate functions", examples: [("map_agg(k, v) FROM (VALUES ('a', 1)) t(k, v)", "{a=1}")],
            isOrderSensitive: true,
            AggregateOverload(Signature([.any, .any])) { (types) throws(SQLError) in CollectingAggregate.map(types[0], types[1]) }),
    ]
}

enum CollectingAggregate {
    static func list(_ type: SQLType) -> BoundAggregate { type.isNested ? ValueList.bound(type) : LaneList.bound(type) }

    final class Text: StateBox {
        var bytes: [UInt8] = []
        var byteCount: Int { 160 + bytes.capacity + separator.count }
        /// What goes before the text when it is appended to another's.
        var separator: [UInt8] = []
        var isEmpty = true
    }

    static func strings(_ arity: Int) -> BoundAggregate {
        let longest = 1 << 30
        @Sendable func append(_ box: Text, _ separator: [UInt8], _ bytes: UnsafeRawBufferPointer) throws(SQLError) {
            guard box.bytes.count + bytes.count + separator.count <= longest else {
                throw SQLError(.programLimitExceeded, "the result of string_agg is longer than 1 GB")
            }
            if box.isEmpty { box.separator = separator } else { box.bytes += separator }
            box.bytes += bytes
            box.isEmpty = false
        }
        return .boxed(Array(repeating: .varchar, count: arity), .varchar, make: { Text() }) { box, arguments, row throws(SQLError) in
            if arguments[0].isNull(row) { return }
            let (texts, lane) = arguments[0].place(of: row)
            var separator = [UInt8(ascii: ",")]
            if arity > 1 {
                let (separators, at) = arguments[1].place(of: row)
                separator = arguments[1].isNull(row) ? [] : separators.pointer(as: StringView.self)[at].withBytes { [UInt8]($0) }
            }
            try texts.pointer(as: StringView.self)[lane].withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                try append(box, separator, bytes)
            })
        } merge: { source, target throws(SQLError) in
            if source.isEmpty { return }
            var failure: SQLError?
            source.bytes.withUnsafeBytes { raw in
                do throws(SQLError) { try append(target, source.separator, raw) } catch { failure = error }
            }
            if let failure { throw failure }
        } results: { boxes throws(SQLError) in
            let result = try TextResult(boxes.count)
            var nulls = NullMask(boxes.count)
            for (row, box) in boxes.enumerated() {
                guard let box, !box.isEmpty else {
                    try nulls.set(row)
                    continue
                }
                var failure: SQLError?
                box.bytes.withUnsafeBytes { bytes in
                    do throws(SQLError) { result.lanes[row] = try result.arena.add(bytes) } catch { failure = error }
                }
                if let failure { throw failure }
            }
            return result.column(validity: nulls.buffer)
        }
    }

    final class Counts: StateBox {
        var counts: [Value: Int64] = [:]
        var order: [Value] = []
        private var contents = 0
        var byteCount: Int {
            160 + counts.capacity * 2 * (MemoryLayout<Value>.stride + 8) + order.capacity * MemoryLayout<Value>.stride + contents
        }

        func add(_ value: Value, _ count: Int64) {
            if counts[value, default: 0] == 0 {
                order.append(value)
                contents += value.ownedBytes
            }
            counts[value, default: 0] += count
        }
    }

    private static func counting(
        _ type: SQLType, _ returns: SQLType, _ result: @escaping @Sendable (Counts?) throws(SQLError) -> Value
    ) -> BoundAggregate {
        .boxed([type], returns, make: { Counts() }) { box, arguments, row throws(SQLError) in
            let value = arguments[0].value(at: row)
            if !value.isNull { box.add(value, 1) }
        } merge: { source, target throws(SQLError) in
            for value in source.order { target.add(value, source.counts[value] ?? 0) }
        } result: { box throws(SQLError) in
            try result(box)
        }
    }

    static func mode(_ type: SQLType) -> BoundAggregate {
        counting(type, type) { box throws(SQLError) in
            guard let box else { return .null }
            var best = Value.null, highest: Int64 = 0
            for value in box.order {
                let count = box.counts[value] ?? 0
                if count > highest { (best, highest) = (value, count) }
            }
            return best
        }
    }

    static func histogram(_ type: SQLType) -> BoundAggregate {
        counting(type, .map(key: type, value: .bigint)) { box throws(SQLError) in
            guard let box, !box.order.isEmpty else { return .null }
            return .map(box.order.map { Value.MapEntry(key: $0, value: .integer(box.counts[$0] ?? 0)) })
        }
    }

    final class Entries: StateBox {
        var values: [Value: Value] = [:]
        var order: [Value] = []
        private var contents = 0
        var byteCount: Int { 160 + (values.capacity * 4 + order.capacity) * MemoryLayout<Value>.stride + contents }

        func set(_ key: Value, _ value: Value) {
            contents += value.ownedBytes
            if let old = values.updateValue(value, forKey: key) {
                contents -= old.ownedBytes
            } else {
                order.append(key)
                contents += key.ownedBytes
            }
        }
    }

    static func map(_ key: SQLType, _ value: SQLType) -> BoundAggregate {
        .boxed([key, value], .map(key: key, value: value), make: { Entries() }) { box, arguments, row throws(SQLError) in
            let key = arguments[0].value(at: row)
            if !key.isNull { box.set(key, arguments[1].value(at: row)) }
        } merge: { source, target throws(SQLError) in
            for key in source.order { target.set(key, source.values[key] ?? .null) }
        } result: { box throws(SQLError) in
            guard let box, !box.order.isEmpty else { return .null }
            return .map(box.order.map { Value.MapEntry(key: $0, value: box.values[$0] ?? .null) })
        }
    }
}
