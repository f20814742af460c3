/// Structs and maps: making and reading them.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let structsAndMaps: [ScalarFunction] = [
        ScalarFunction(
            "row", aliases: ["struct_pack"], "struct", "A struct of the arguments; the binder names the fields.",
            source: "DuckDB, Struct Functions",
            examples: [("{'a': 1, 'b': 'x'}", "{'a': 1, 'b': x}")], isStrict: false,
            .generic([], variadic: .any) { (types) throws(SQLError) in
                StructFunctions.pack(types.enumerated().map { Field("f\($0.offset + 1)", $0.element) })
            }),
        ScalarFunction(
            "map", "map", "A map of a list of keys and a list of values.",
            source: "Trino, Map functions", examples: [("map(['a', 'b'], [1, 2])", "{a=1, b=2}")],
            .generic([.list(of: "K"), .list(of: "V")]) { (types) throws(SQLError) in MapFunctions.make(types[0].element, types[1].element)
            },
            .generic([]) { (_) throws(SQLError) in
                let type = SQLType.map(key: .null, value: .null)
                return BoundScalar(parameters: [], returns: type, canFail: false) { _, count, _ throws(SQLError) in
                    try .constant(.map([]), type, count: count)
                }
            }),
        ScalarFunction(
            "map_keys", "map", "The keys of a map, as a list.",
            source: "Trino, Map functions", examples: [("map_keys(map(['a'], [1]))", "[a]")],
            .generic([.map(key: "K", value: "V")]) { (types) throws(SQLError) in try MapFunctions.side("map_keys", types, 0) }),
        ScalarFunction(
            "map_values", "map", "The values of a map, as a list.",
            source: "Trino, Map functions", examples: [("map_values(map(['a'], [1]))", "[1]")],
            .generic([.map(key: "K", value: "V")]) { (types) throws(SQLError) in try MapFunctions.side("map_values", types, 1) }),
        ScalarFunction(
            "map_contains", aliases: ["map_contains_key"], "map", "Whether a map has a key.",
            source: "DuckDB, Map Functions", examples: [("map_contains(map(['a'], [1]), 'a')", "true")],
            .generic([.map(key: "K", value: "V"), .any]) { (types) throws(SQLError) in
                guard case .map(let key, _) = types[0] else { throw .noFunction("map_contains", types) }
                return .strict([types[0], key], .boolean, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), keys = call.arguments[0].children[0], wanted = call.arguments[1]
                    return try call.mapValid(UInt8(0), to: .boolean) { (row) throws(SQLError) in
                        let range = ranges[row]
                        return (0..<Int(range.count)).contains { RowOrder.compare(keys, Int(range.offset) + $0, wanted, row) == 0 } ? 1 : 0
                    }
                }
            }),
    ]
}

/// Struct constructors and field access, which need names or positions that only the binder knows.
package enum StructFunctions {
    /// A struct of the arguments as the fields of these names and types.
    package static func pack(_ fields: [Field]) -> BoundScalar {
        let type = SQLType.structure(fields)
        return BoundScalar(parameters: fields.map(\.type), returns: type, canFail: false) { arguments, count, _ throws(SQLError) in
            var children: [Column] = []
            for argument in arguments { children.append(try argument.flattened()) }
            return Column(flat: type, count: count, lanes: try Buffer(byteCount: 16), children: children)
        }
    }

    /// The field at a position of a struct of this type; nil if there is none.
    package static func extract(_ type: SQLType, at position: Int) -> BoundScalar? {
        guard case .structure(let fields) = type, fields.indices.contains(position) else { return nil }
        let result = fields[position].type
        return .strict([type], result, canFail: false) { call throws(SQLError) in
            let source = call.arguments[0]
            let child = source.children[position]
            if source.layout == .constant { return try child.gather(try Selection.range(0, 1)).flattened() }
            return child
        }
    }
}

enum MapFunctions {
    /// - Throws (the kernel): `22023` for lists of different lengths, NULL keys and keys that occur twice.
    static func make(_ key: SQLType, _ value: SQLType) -> BoundScalar {
        let type = SQLType.map(key: key, value: value)
        return .strict([.list(key), .list(value)], type, canFail: true) { call throws(SQLError) in
            let keyRanges = call.lanes(0, ListRange.self), valueRanges = call.lanes(1, ListRange.self)
            let keys = call.arguments[0].children[0], values = call.arguments[1].children[0]
            var keyRows = ListRows(), valueRows = ListRows()
            let ranges = try LaneResult<ListRange>(call.count)
            for row in 0..<call.count {
                let start = keyRows.rows.count
                if call.isValid(row) {
                    guard keyRanges[row].count == valueRanges[row].count else {
                        throw SQLError(.invalidParameterValue, "the lists of keys and values of a map differ in length")
                    }
                    try check(keys, keyRanges[row])
                    keyRows.append(keyRanges[row])
                    valueRows.append(valueRanges[row])
                }
                ranges.lanes[row] = ListRange(offset: UInt32(start), count: UInt32(keyRows.rows.count - start))
            }
            return Column(
                flat: type, count: call.count, lanes: ranges.buffer,
                children: [try gather(keys, keyRows.rows), try gather(values, valueRows.rows)])
        }
    }

    /// - Throws: `22023` for a key that is NULL or comes twice.
    static func check(_ keys: Column, _ range: ListRange) throws(SQLError) {
        var seen: [UInt64: [Int]] = [:]
        for row in Int(range.offset)..<Int(range.offset) + Int(range.count) {
            if keys.isNull(row) { throw SQLError(.invalidParameterValue, "map key cannot be null") }
            let hash = LaneHash.hash(keys, row)
            if seen[hash]?.contains(where: { RowOrder.compare(keys, $0, keys, row) == 0 }) == true {
                throw SQLError(.invalidParameterValue, "duplicate map keys are not allowed")
            }
            seen[hash, default: []].append(row)
        }
    }

    private static func gather(_ column: Column, _ rows: [UInt32]) throws(SQLError) -> Column {
        let selection = try Selection(capacity: rows.count)
        for (index, row) in rows.enumerated() { selection[index] = row }
        selection.count = rows.count
        return try column.gather(selection)
    }

    /// Keys or values as a list over the same lanes.
    static func side(_ name: String, _ types: [SQLType], _ index: Int) throws(SQLError) -> BoundScalar {
        guard case .map(let key, let value) = types[0] else { throw .noFunction(name, types) }
        let type = SQLType.list(index == 0 ? key : value)
        return .strict(types, type, canFail: false) { call throws(SQLError) in
            let ranges = call.lanes(0, ListRange.self)
            let lanes = try LaneResult<ListRange>(call.count)
            for row in 0..<call.count { lanes.lanes[row] = ranges[row] }
            return Column(flat: type, count: call.count, lanes: lanes.buffer, children: [call.arguments[0].children[index]])
        }
    }
}
