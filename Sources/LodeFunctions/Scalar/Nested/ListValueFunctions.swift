/// Functions of lists, as values in the family list.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let lists: [ScalarFunction] = [
        ScalarFunction(
            "list_value", aliases: ["list_pack", "array"], "list", "A list of the arguments.",
            source: "DuckDB, List Functions", examples: [("[1, NULL, 2]", "[1, NULL, 2]")],
            isStrict: false,
            .generic([], variadic: .any) { (types) throws(SQLError) in
                guard let element = types.isEmpty ? .null : Casts.commonType(types) else { throw .noFunction("list_value", types) }
                return BoundScalar(parameters: types.map { _ in element }, returns: .list(element), canFail: false) {
                    arguments, count, _ throws(SQLError) in
                    if arguments.isEmpty { return try .constant(.list([]), .list(element), count: count) }
                    if count > 1, arguments.allSatisfy({ $0.layout == .constant }) {
                        return Column(repeating: try ListFunctions.literal(arguments.map(\.singleRow), element, 1), count: count)
                    }
                    return try ListFunctions.literal(arguments, element, count)
                }
            }),
        ScalarFunction(
            "cardinality", aliases: ["array_length", "array_size", "list_length"], "list", "How many elements a list or map has.",
            source: "PostgreSQL 17, 9.19",
            examples: [("cardinality([1, 2])", "2"), ("array_length([1, 2], 1)", "2")],
            ListFunctions.count,
            .generic([.list(of: "T"), .bigint]) { (types) throws(SQLError) in
                .strict([types[0], .bigint], .bigint, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), dimensions = call.lanes(1, Int64.self)
                    return try call.mapOptional(Int64(0), to: .bigint) { (row) throws(SQLError) in
                        dimensions[row] == 1 && ranges[row].count > 0 ? Int64(ranges[row].count) : nil
                    }
                }
            }),
        ScalarFunction(
            "array_extract", aliases: ["list_extract", "list_element", "element_at", "map_extract_value"], "list",
            "The element at a position from 1 (negative from the end), or a map's value of a key; NULL if there is none.",
            source: "PostgreSQL 17, 8.15; DuckDB, List Functions",
            examples: [("[4, 5, 6][2]", "5"), ("[4, 5][3]", "NULL"), ("map(['a'], [1])['a']", "1")],
            .generic([.any, .any]) { (types) throws(SQLError) in try Subscripts.element(types) }),
        ScalarFunction(
            "array_slice", aliases: ["list_slice", "slice"], "list",
            "The elements (or characters) from a position to another, both included.",
            source: "PostgreSQL 17, 8.15", examples: [("[1, 2, 3, 4][2:3]", "[2, 3]"), ("array_slice([1, 2, 3], NULL, 2)", "NULL")],
            .generic([.any, .bigint, .bigint]) { (types) throws(SQLError) in try Subscripts.slice(types) }),
        search(
            "list_contains", aliases: ["array_contains", "list_has", "array_has"], "Whether an element is in a list.", .boolean,
            [("list_contains([1, 2], 2)", "true")], findsNull: false
        ) { $0 > 0 ? .boolean(true) : .boolean(false) },
        search(
            "list_position", aliases: ["array_position", "list_indexof"],
            "The position of the first such element, which may be NULL, from 1; NULL if there is none.", .bigint,
            [("list_position(['a', 'b'], 'b')", "2"), ("array_position([1, NULL], NULL)", "2")], findsNull: true
        ) { $0 > 0 ? .integer(Int64($0)) : .null },
        ScalarFunction(
            "list_concat", aliases: ["array_cat", "list_cat", "array_concat"], "list", "Lists joined.",
            source: "PostgreSQL 17, 9.19", examples: [("list_concat([1], [2, 3])", "[1, 2, 3]")], isStrict: false,
            .generic([.any], variadic: .any) { (types) throws(SQLError) in
                guard let type = Casts.commonType(types), ListFunctions.elementType(type) != nil else {
                    throw .noFunction("list_concat", types)
                }
                return ListFunctions.concatenation(type, types.count)
            }),
        ScalarFunction(
            "list_append", aliases: ["array_append"], "list", "A list with one more element at its end.",
            source: "PostgreSQL 17, 9.19", examples: [("list_append([1], 2)", "[1, 2]")], isStrict: false,
            .generic([.list(of: "T"), .any]) { (types) throws(SQLError) in try ListFunctions.concatenation(types) }),
        ScalarFunction(
            "list_prepend", aliases: ["array_prepend"], "list", "A list with one more element at its start.",
            source: "PostgreSQL 17, 9.19", examples: [("list_prepend(1, [2])", "[1, 2]")], isStrict: false,
            .generic([.any, .list(of: "T")]) { (types) throws(SQLError) in try ListFunctions.concatenation(types) }),
        ScalarFunction(
            "array_to_string", aliases: ["array_join", "list_join"], "list",
            "The elements as strings, joined by a separator; NULLs are left out, or replaced by the third argument.",
            source: "PostgreSQL 17, 9.19",
            examples: [("array_to_string([1, NULL, 3], '-')", "1-3"), ("array_join([1, NULL], ',', '?')", "1,?")],
            .generic([.list(of: "T"), .text, .text], optional: 1) { (types) throws(SQLError) in ListTexts.join(types.count) }),
        rearrange(
            "list_sort", aliases: ["array_sort"], "The elements in ascending order, NULLs last.",
            [("list_sort([3, NULL, 1])", "[1, 3, NULL]")]
        ) { child, rows in
            rows.sorted { RowOrder.compare(child, Int($0), child, Int($1)) < 0 }
        },
        rearrange(
            "list_reverse_sort", aliases: ["array_reverse_sort"], "The elements in descending order, NULLs first.",
            [("list_reverse_sort([1, 3])", "[3, 1]")]
        ) { child, rows in
            rows.sorted { RowOrder.compare(child, Int($0), child, Int($1)) > 0 }
        },
        rearrange(
            "list_reverse", aliases: ["array_reverse"], "The elements in reverse order.",
            [("list_reverse([1, 2])", "[2, 1]")]
        ) { _, rows in rows.reversed() },
        rearrange(
            "list_distinct", aliases: ["array_distinct"], "The different elements, without NULLs, in order of their first occurrence.",
            [("list_distinct([1, 2, 1, NULL])", "[1, 2]")]
        ) { child, rows in
            var seen: [UInt64: [UInt32]] = [:]
            return rows.filter { row in
                if child.isNull(Int(row)) { return false }
                let hash = LaneHash.hash(child, Int(row))
                if seen[hash]?.contains(where: { RowOrder.compare(child, Int($0), child, Int(row)) == 0 }) == true { return false }
                seen[hash, default: []].append(row)
                return true
            }
        },
        fold("list_min", aliases: ["array_min"], "The least element that is not NULL.", [("list_min([2, 1])", "1")], sign: -1),
        fold("list_max", aliases: ["array_max"], "The greatest element that is not NULL.", [("list_max([2, 1])", "2")], sign: 1),
        ScalarFunction(
            "range", "list", "The numbers from the first (0 if one is given) to below the last, by a step.",
            source: "DuckDB, List Functions",
            examples: [("range(3)", "[0, 1, 2]"), ("range(1, 6, 2)", "[1, 3, 5]")],
            .strict([.bigint], .list(.bigint), canFail: true) { call throws(SQLError) in try Sequences.range(call, includesEnd: false) },
            .strict([.bigint, .bigint, .bigint], .list(.bigint), optional: 1, canFail: true) { call throws(SQLError) in
                try Sequences.range(call, includesEnd: false)
            }),
        ScalarFunction(
            "sequence", "list", "The numbers from the first to the second, both included, by a step.", source: "Trino, Array functions",
            examples: [("sequence(1, 3)", "[1, 2, 3]")],
            .strict([.bigint, .bigint, .bigint], .list(.bigint), optional: 1, canFail: true) { call throws(SQLError) in
                try Sequences.range(call, includesEnd: true)
            }),
        ScalarFunction(
            "flatten", "list", "The elements of the lists in a list.",
            source: "Trino, Array functions", examples: [("flatten([[1], [2, 3]])", "[1, 2, 3]")],
            .generic([.list(of: "T")]) { (types) throws(SQLError) in
                guard let inner = ListFunctions.elementType(types[0]), ListFunctions.elementType(inner) != nil else {
                    throw .noFunction("flatten", types)
                }
                return .strict(types, inner, canFail: false) { call throws(SQLError) in
                    let source = call.arguments[0], lists = try source.children[0].flattened()
                    let ranges = call.lanes(0, ListRange.self), inner = lists.lanes(as: ListRange.self)
                    return try ListRows.make(types[0].element, [lists.children[0]], call.count) { (row, rows) throws(SQLError) in
                        guard call.isValid(row) else { return true }
                        for index in 0..<Int(ranges[row].count) where !lists.isNull(Int(ranges[row].offset) + index) {
                            rows.append(inner[Int(ranges[row].offset) + index])
                        }
                        return true
                    }
                }
            }),
    ]

    private static func search(
        _ name: String, aliases: [String], _ summary: String, _ type: SQLType, _ examples: [(String, String)], findsNull: Bool,
        _ verdict: @escaping @Sendable (Int) -> Value
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "list", summary, source: "DuckDB, List Functions", examples: examples,
            .generic([.list(of: "T"), .any]) { (types) throws(SQLError) in
                guard let element = Casts.commonType(types[0].element, types[1]) else { throw .noFunction(name, types) }
                let found: StrictBody = { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), child = call.arguments[0].children[0], wanted = call.arguments[1]
                    var values: [Value] = []
                    for row in 0..<call.count {
                        var found = 0
                        if call.isValid(row) {
                            let range = ranges[row]
                            for index in 0..<Int(range.count) where RowOrder.compare(child, Int(range.offset) + index, wanted, row) == 0 {
                                found = index + 1
                                break
                            }
                        }
                        values.append(verdict(found))
                    }
                    return try .make(type, values)
                }
                guard findsNull else { return .strict([.list(element), element], type, canFail: false, found) }
                return BoundScalar(parameters: [.list(element), element], returns: type, canFail: false, takesNull: true) {
                    arguments, count, context throws(SQLError) in
                    let lists = try arguments[0].flattened()
                    let call = StrictCall(
                        arguments: [lists, try arguments[1].flattened()], count: count, validity: lists.validityBuffer, context: context)
                    let result = try found(call)
                    return result.replacing(validity: try Validity.and(result.validityBuffer, lists.validityBuffer, count))
                }
            })
    }

    private static func rearrange(
        _ name: String, aliases: [String], _ summary: String, _ examples: [(String, String)],
        _ order: @escaping @Sendable (Column, [UInt32]) -> [UInt32]
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "list", summary, source: "DuckDB, List Functions", examples: examples,
            .generic([.list(of: "T")]) { (types) throws(SQLError) in
                .strict(types, types[0], canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), child = call.arguments[0].children[0]
                    return try ListRows.make(types[0], [child], call.count) { (row, rows) throws(SQLError) in
                        guard call.isValid(row) else { return true }
                        let range = ranges[row]
                        for member in order(child, (0..<range.count).map { range.offset &+ $0 }) { rows.append(member) }
                        return true
                    }
                }
            })
    }

    private static func fold(
        _ name: String, aliases: [String], _ summary: String, _ examples: [(String, String)], sign: Int
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "list", summary, source: "DuckDB, List Functions", examples: examples,
            .generic([.list(of: "T")]) { (types) throws(SQLError) in
                .strict(types, types[0].element, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), child = call.arguments[0].children[0]
                    return try Subscripts.members(call, child) { row in
                        var best: UInt32?
                        for member in ranges[row].offset..<(ranges[row].offset &+ ranges[row].count) where !child.isNull(Int(member)) {
                            if let known = best, RowOrder.compare(child, Int(member), child, Int(known)) * sign <= 0 { continue }
                            best = member
                        }
                        return best
                    }
                }
            })
    }
}

extension SQLType {
    /// The type of a list's elements; the type of a bare NULL for other types.
    var element: SQLType { if case .list(let element) = self { element } else { .null } }
}
