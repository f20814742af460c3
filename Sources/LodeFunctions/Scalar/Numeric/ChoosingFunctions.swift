/// Choosing among arguments: greatest, least, nullif, if, coalesce.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let choosing: [ScalarFunction] = [
        extreme("greatest", "The greatest argument; NULLs are left out.", [("greatest(1, 3, NULL, 2)", "3")], sign: 1),
        extreme("least", "The least argument; NULLs are left out.", [("least(1.5, 1)", "1.0")], sign: -1),
        ScalarFunction(
            "nullif", "conditional", "NULL if the arguments are equal, else the first.", source: "PostgreSQL 17, 9.18",
            examples: [("nullif(1, 1)", "NULL"), ("nullif(1, 2)", "1")], isStrict: false,
            .generic([.any, .any]) { (types) throws(SQLError) in
                guard let common = Casts.commonType(types[0], types[1]) else { throw .noFunction("nullif", types) }
                let equal = Comparison.kernel(.equal, common)
                return BoundScalar(parameters: [common, common], returns: common, canFail: false) { arguments, count, _ throws(SQLError) in
                    let isEqual = try equal(arguments[0], arguments[1], count)
                    return try RowChoice.rows(arguments, common, count) { row in
                        let (flags, lane) = isEqual.place(of: row)
                        let matches = !isEqual.isNull(row) && flags.lanes(as: UInt8.self)[lane] != 0
                        return matches || arguments[0].isNull(row) ? nil : 0
                    }
                }
            }),
        ScalarFunction(
            "coalesce", aliases: ["ifnull", "nvl"], "conditional", "The first argument that is not NULL.", source: "PostgreSQL 17, 9.18",
            examples: [("coalesce(NULL, 2, 3)", "2")], isStrict: false,
            .generic([.any], variadic: .any) { (types) throws(SQLError) in
                guard let common = Casts.commonType(types) else { throw .noFunction("coalesce", types) }
                return BoundScalar(parameters: types.map { _ in common }, returns: common, canFail: false) {
                    arguments, count, _ throws(SQLError) in
                    try RowChoice.rows(arguments, common, count) { row in arguments.firstIndex { !$0.isNull(row) } }
                }
            }),
        ScalarFunction(
            "if", aliases: ["iif"], "conditional", "The second argument if the first is true, else the third (NULL if it is not given).",
            source: "Trino, Conditional expressions", examples: [("if(1 < 2, 'a', 'b')", "a")], isStrict: false,
            .generic([.boolean, .any, .any], optional: 1) { (types) throws(SQLError) in
                guard let common = Casts.commonType(Array(types.dropFirst())) else { throw .noFunction("if", types) }
                return BoundScalar(parameters: [.boolean] + types.dropFirst().map { _ in common }, returns: common, canFail: false) {
                    arguments, count, _ throws(SQLError) in
                    let condition = try arguments[0].flattened()
                    let flags = condition.lanes(as: UInt8.self)
                    return try RowChoice.rows(Array(arguments.dropFirst()), common, count) { row in
                        let index = !condition.isNull(row) && flags[row] != 0 ? 0 : 1
                        return index < arguments.count - 1 ? index : nil
                    }
                }
            }),
    ]

    private static func extreme(_ name: String, _ summary: String, _ examples: [(String, String)], sign: Int) -> ScalarFunction {
        ScalarFunction(
            name, "conditional", summary, source: "PostgreSQL 17, 9.18", examples: examples, isStrict: false,
            .generic([.any], variadic: .any) { (types) throws(SQLError) in
                guard let common = Casts.commonType(types) else { throw .noFunction(name, types) }
                return BoundScalar(parameters: types.map { _ in common }, returns: common, canFail: false) {
                    arguments, count, _ throws(SQLError) in
                    try RowChoice.rows(arguments, common, count) { row in
                        var best: Int?
                        for (index, column) in arguments.enumerated() where !column.isNull(row) {
                            if let known = best, RowOrder.compare(column, row, arguments[known], row) * sign <= 0 { continue }
                            best = index
                        }
                        return best
                    }
                }
            })
    }
}

/// Rows taken from several columns of one type.
enum RowChoice {
    /// Row `i` of the column that `choose(i)` names; NULL for nil.
    static func rows(_ columns: [Column], _ type: SQLType, _ count: Int, _ choose: (Int) -> Int?) throws(SQLError) -> Column {
        let all = try ColumnJoin.concatenate(columns, type)
        let selection = try Selection(capacity: count)
        var nulls = NullMask(count)
        for row in 0..<count {
            let chosen = choose(row)
            if chosen == nil { try nulls.set(row) }
            selection[row] = UInt32((chosen ?? 0) * count + row)
        }
        selection.count = count
        let result = try all.gather(selection)
        return result.replacing(validity: try Validity.and(result.validityBuffer, nulls.buffer, count))
    }
}
