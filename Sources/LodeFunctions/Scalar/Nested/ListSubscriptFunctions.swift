/// PostgreSQL's functions of arrays that count subscripts, or take elements away.

import LodeCore
import LodeVectors

/// Lists count from 1, the vectors of catalogs from 0.
enum ListSubscripts {
    /// The subscript of the first element: PostgreSQL counts those of its vectors from 0.
    static func first(_ type: SQLType) -> Int64 { if case .catalog(let type) = type, type.isVector { 0 } else { 1 } }
}

extension ScalarFunction {
    static let listSubscripts: [ScalarFunction] = [
        bound("array_upper", "The last subscript of a dimension; NULL if there is none.", [("array_upper([7, 8], 1)", "2")]) {
            count, first in first + count - 1
        },
        bound("array_lower", "The first subscript of a dimension; NULL if there is none.", [("array_lower([7, 8], 1)", "1")]) { _, first in
            first
        },
        ScalarFunction(
            "array_ndims", "list", "How many dimensions a list has: one for each list within; NULL for an empty list.",
            source: "PostgreSQL 17, 9.19", examples: [("array_ndims([1, 2])", "1"), ("array_ndims([[1], [2]])", "2")],
            .generic([.any]) { (types) throws(SQLError) in
                guard ListFunctions.elementType(types[0]) != nil else { throw .noFunction("array_ndims", types) }
                let depth = depth(types[0])
                return .strict(types, .integer, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self)
                    return try call.mapOptional(Int32(0), to: .integer) { (row) throws(SQLError) in ranges[row].count == 0 ? nil : depth }
                }
            }),
        ScalarFunction(
            "array_dims", "list", "The subscripts of a list as text; NULL for an empty list.",
            source: "PostgreSQL 17, 9.19", examples: [("array_dims([7, 8])", "[1:2]")],
            .generic([.any]) { (types) throws(SQLError) in
                guard ListFunctions.elementType(types[0]) != nil else { throw .noFunction("array_dims", types) }
                let first = ListSubscripts.first(types[0])
                return .strict(types, .varchar, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self)
                    return try call.mapOptionalText { (row, arena) throws(SQLError) in
                        let count = Int64(ranges[row].count)
                        return count == 0 ? nil : try arena.add("[\(first):\(first + count - 1)]")
                    }
                }
            }),
        ScalarFunction(
            "array_remove", aliases: ["list_remove"], "list", "The list without the elements that are equal to a value, which may be NULL.",
            source: "PostgreSQL 17, 9.19",
            examples: [("array_remove([1, 2, 1], 1)", "[2]"), ("array_remove([1, NULL], NULL)", "[1]")],
            isStrict: false, .generic([.list(of: "T"), .same("T")]) { (types) throws(SQLError) in without(types) }),
        ScalarFunction(
            "array_positions", "list", "The positions of all elements that are equal to a value, from 1.", source: "PostgreSQL 17, 9.19",
            examples: [("array_positions([5, 6, 5], 5)", "[1, 3]")],
            .generic([.list(of: "T"), .same("T")]) { (types) throws(SQLError) in
                .strict(types, .list(.integer), canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), child = call.arguments[0].children[0]
                    var values: [Value] = []
                    for row in 0..<call.count {
                        let range = ranges[row]
                        let members = call.isValid(row) ? 0..<Int(range.count) : 0..<0
                        let found = members.filter { RowOrder.compare(child, Int(range.offset) + $0, call.arguments[1], row) == 0 }
                        values.append(.list(found.map { .integer(Int64($0 + 1)) }))
                    }
                    return try Column.make(.list(.integer), values)
                }
            }),
    ]

    private static func depth(_ type: SQLType) -> Int32 { ListFunctions.elementType(type).map { depth($0) + 1 } ?? 0 }

    /// A bound of the only dimension, from the count of elements and the first subscript.
    private static func bound(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ value: @escaping @Sendable (Int64, Int64) -> Int64
    ) -> ScalarFunction {
        ScalarFunction(
            name, "list", summary, source: "PostgreSQL 17, 9.19", examples: examples,
            .generic([.any, .integer]) { (types) throws(SQLError) in
                guard ListFunctions.elementType(types[0]) != nil else { throw .noFunction(name, types) }
                let first = ListSubscripts.first(types[0])
                return .strict([types[0], .integer], .integer, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self), dimensions = call.lanes(1, Int32.self)
                    return try call.mapOptional(Int32(0), to: .integer) { (row) throws(SQLError) in
                        let count = Int64(ranges[row].count)
                        return dimensions[row] == 1 && count > 0 ? Int32(clamping: value(count, first)) : nil
                    }
                }
            })
    }

    private static func without(_ types: [SQLType]) -> BoundScalar {
        BoundScalar(parameters: types, returns: types[0], canFail: false, takesNull: true) { arguments, count, _ throws(SQLError) in
            let lists = try arguments[0].flattened(), wanted = try arguments[1].flattened()
            let ranges = lists.lanes(as: ListRange.self), child = lists.children[0]
            return try ListRows.make(types[0], [child], count) { (row, rows) throws(SQLError) in
                if lists.isNull(row) { return false }
                let range = ranges[row]
                for member in range.offset..<(range.offset &+ range.count) {
                    let isGone = wanted.isNull(row)
                        ? child.isNull(Int(member)) : !child.isNull(Int(member)) && RowOrder.compare(child, Int(member), wanted, row) == 0
                    if !isGone { rows.append(member) }
                }
                return true
            }
        }
    }
}
