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
        /// Every text with the separator before it, also the first.
        var bytes: [UInt8] = []
        var batches = BatchRuns()
        var byteCount: Int { 192 + bytes.capacity + batches.byteCount }

        /// - Throws: `54000` where the text would be longer than one may be.
        func makeRoom(_ more: Int) throws(SQLError) {
            guard bytes.count + more <= 1 << 30 else {
                throw SQLError(.programLimitExceeded, "the result of string_agg is longer than 1 GB")
            }
        }

        /// The strings in the order of their batches.
        func joined(_ arena: TextArena) throws(SQLError) -> StringView {
            var ordered: [UInt8] = []
            ordered.reserveCapacity(bytes.count)
            var isFirst = true
            batches.forEachPiece(bytes.count) { range, lead in
                ordered += bytes[range].dropFirst(isFirst ? lead : 0)
                isFirst = false
            }
            var failure: SQLError?, view = StringView(head: 0, tail: 0)
            ordered.withUnsafeBytes { all in
                do throws(SQLError) { view = try arena.add(all) } catch { failure = error }
            }
            if let failure { throw failure }
            return view
        }
    }

    static func strings(_ arity: Int) -> BoundAggregate {
        .boxed(Array(repeating: .varchar, count: arity), .varchar, takesBatch: true, make: { Text() }) {
            box, arguments, row, batch throws(SQLError) in
            if arguments[0].isNull(row) { return }
            let (texts, lane) = arguments[0].place(of: row)
            let text = texts.lanes(as: StringView.self)[lane]
            let start = box.bytes.count
            if arity == 1 {
                box.bytes.append(UInt8(ascii: ","))
            } else if !arguments[1].isNull(row) {
                let (separators, at) = arguments[1].place(of: row)
                separators.lanes(as: StringView.self)[at].withBytes { box.bytes += $0 }
                withExtendedLifetime(separators) {}
            }
            box.batches.begin(batch, at: start, lead: UInt32(truncatingIfNeeded: box.bytes.count - start))
            try box.makeRoom(text.count)
            text.withBytes { box.bytes += $0 }
            withExtendedLifetime(texts) {}
        } merge: { source, target throws(SQLError) in
            try target.makeRoom(source.bytes.count)
            target.batches.append(source.batches, at: target.bytes.count)
            target.bytes += source.bytes
        } results: { boxes throws(SQLError) in
            let result = try TextResult(boxes.count)
            var nulls = NullMask(boxes.count)
            for (row, box) in boxes.enumerated() {
                guard let box, !box.batches.isEmpty else {
                    try nulls.set(row)
                    continue
                }
                result.lanes[row] = try box.joined(result.arena)
            }
            return result.column(validity: nulls.buffer)
        }
    }

    /// How often each value came, in the order in which they were first seen.
    final class Counts: StateBox {
        private struct Entry {
            var value: Value
            var count: Int64
            var seen: FirstSeen
        }

        private var places: [Value: Int] = [:]
        private var entries: [Entry] = []
        private var rows = 0
        private var contents = 0
        var byteCount: Int {
            192 + places.capacity * 2 * (MemoryLayout<Value>.stride + 8) + entries.capacity * MemoryLayout<Entry>.stride + contents
        }

        func add(_ value: Value, _ batch: Int64) { add(Entry(value: value, count: 1, seen: FirstSeen(batch: batch, rows: rows))) }

        func add(_ other: Counts) { for entry in other.entries { add(entry) } }

        private func add(_ entry: Entry) {
            rows += 1
            if let place = places[entry.value] {
                entries[place].count += entry.count
                if entries[place].seen.merge(entry.seen) { entries[place].value = entry.value }
                return
            }
            places[entry.value] = entries.count
            contents += entry.value.ownedBytes
            entries.append(Entry(value: entry.value, count: entry.count, seen: entry.seen.behind(rows)))
        }

        var inOrder: [(value: Value, count: Int64)] { entries.sorted { $0.seen < $1.seen }.map { ($0.value, $0.count) } }
    }

    private static func counting(
        _ type: SQLType, _ returns: SQLType, _ result: @escaping @Sendable (Counts?) throws(SQLError) -> Value
    ) -> BoundAggregate {
        .boxed([type], returns, takesBatch: true, make: { Counts() }) { box, arguments, row, batch throws(SQLError) in
            let value = arguments[0].value(at: row)
            if !value.isNull { box.add(value, batch) }
        } merge: { source, target throws(SQLError) in
            target.add(source)
        } result: { box throws(SQLError) in
            try result(box)
        }
    }

    static func mode(_ type: SQLType) -> BoundAggregate {
        counting(type, type) { box throws(SQLError) in
            guard let box else { return .null }
            var best = Value.null, highest: Int64 = 0
            for (value, count) in box.inOrder where count > highest { (best, highest) = (value, count) }
            return best
        }
    }

    static func histogram(_ type: SQLType) -> BoundAggregate {
        counting(type, .map(key: type, value: .bigint)) { box throws(SQLError) in
            guard let entries = box?.inOrder, !entries.isEmpty else { return .null }
            return .map(entries.map { Value.MapEntry(key: $0.value, value: .integer($0.count)) })
        }
    }

    /// The last value of each key, in the order in which keys were first seen.
    final class Entries: StateBox {
        private struct Entry {
            var key: Value
            var value: Value
            /// The batch of the value.
            var batch: Int64
            var seen: FirstSeen
        }

        private var places: [Value: Int] = [:]
        private var entries: [Entry] = []
        private var rows = 0
        private var contents = 0
        var byteCount: Int {
            192 + places.capacity * 2 * (MemoryLayout<Value>.stride + 8) + entries.capacity * MemoryLayout<Entry>.stride + contents
        }

        func set(_ key: Value, _ value: Value, _ batch: Int64) {
            set(Entry(key: key, value: value, batch: batch, seen: FirstSeen(batch: batch, rows: rows)))
        }

        func add(_ other: Entries) { for entry in other.entries { set(entry) } }

        private func set(_ entry: Entry) {
            rows += 1
            guard let place = places[entry.key] else {
                places[entry.key] = entries.count
                contents += entry.key.ownedBytes + entry.value.ownedBytes
                var entry = entry
                entry.seen = entry.seen.behind(rows)
                return entries.append(entry)
            }
            if entries[place].seen.merge(entry.seen) { entries[place].key = entry.key }
            guard entry.batch >= entries[place].batch else { return }
            contents += entry.value.ownedBytes - entries[place].value.ownedBytes
            entries[place].value = entry.value
            entries[place].batch = entry.batch
        }

        var inOrder: [Value.MapEntry] {
            entries.sorted { $0.seen < $1.seen }.map { Value.MapEntry(key: $0.key, value: $0.value) }
        }
    }

    static func map(_ key: SQLType, _ value: SQLType) -> BoundAggregate {
        .boxed([key, value], .map(key: key, value: value), takesBatch: true, make: { Entries() }) {
            box, arguments, row, batch throws(SQLError) in
            let key = arguments[0].value(at: row)
            if !key.isNull { box.set(key, arguments[1].value(at: row), batch) }
        } merge: { source, target throws(SQLError) in
            target.add(source)
        } result: { box throws(SQLError) in
            guard let entries = box?.inOrder, !entries.isEmpty else { return .null }
            return .map(entries)
        }
    }
}
