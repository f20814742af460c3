/// Functions that compute something for each element of a list.

import LodeCore
import LodeVectors

extension ScalarFunction {
    /// What a kernel gets for a lambda: a list column with the same ranges as the list that it goes over, and the lambda's
    /// results as elements. Lists come flat, and without elements that no row has.
    static let lambdas: [ScalarFunction] = [
        ScalarFunction(
            "list_transform", aliases: ["transform", "list_apply", "array_transform", "apply"], "list",
            "A list of the lambda's results for each element (and its position).",
            source: "Trino, Array functions; DuckDB, Lambda Functions", examples: [("list_transform([1, 2], x -> x + 1)", "[2, 3]")],
            overloads: overloads { (types) throws(SQLError) in
                .strict([types[0], types[1]], .list(types[1]), canFail: false) { call throws(SQLError) in call.arguments[1] }
            }),
        ScalarFunction(
            "list_filter", aliases: ["filter", "array_filter"], "list", "The elements for which the lambda is true.",
            source: "Trino, Array functions; DuckDB, Lambda Functions", examples: [("list_filter([1, 2, 3], x -> x > 1)", "[2, 3]")],
            overloads: overloads { (types) throws(SQLError) in
                .strict([types[0], .boolean], types[0], canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self)
                    let verdicts = try LambdaVerdicts(call.arguments[1])
                    return try ListRows.make(types[0], [call.arguments[0].children[0]], call.count) { (row, rows) throws(SQLError) in
                        guard call.isValid(row) else { return true }
                        for member in ranges[row].offset..<(ranges[row].offset &+ ranges[row].count) where verdicts.isTrue(Int(member)) {
                            rows.append(member)
                        }
                        return true
                    }
                }
            }),
        match(
            "any_match", aliases: ["list_any_match"], "Whether the lambda is true for some element.",
            [("any_match([1, 2], x -> x > 1)", "true")]
        ) { verdicts, range in
            var sawNull = false
            for member in range {
                if verdicts.isTrue(member) { return true }
                sawNull = sawNull || verdicts.isNull(member)
            }
            return sawNull ? nil : false
        },
        match(
            "all_match", aliases: ["list_all_match"], "Whether the lambda is true for all elements.",
            [("all_match([1, 2], x -> x > 1)", "false")]
        ) { verdicts, range in
            var sawNull = false
            for member in range {
                if verdicts.isFalse(member) { return false }
                sawNull = sawNull || verdicts.isNull(member)
            }
            return sawNull ? nil : true
        },
        match(
            "none_match", aliases: ["list_none_match"], "Whether the lambda is true for no element.",
            [("none_match([1, 2], x -> x > 2)", "true")]
        ) { verdicts, range in
            var sawNull = false
            for member in range {
                if verdicts.isTrue(member) { return false }
                sawNull = sawNull || verdicts.isNull(member)
            }
            return sawNull ? nil : true
        },
    ]

    /// A lambda of the element, or of the element and its position from 1.
    private static func overloads(_ bind: @escaping @Sendable ([SQLType]) throws(SQLError) -> BoundScalar) -> [ScalarOverload] {
        [.generic([.list(of: "T"), .lambda(parameters: 1)], bind), .generic([.list(of: "T"), .lambda(parameters: 2)], bind)]
    }

    private static func match(
        _ name: String, aliases: [String], _ summary: String, _ examples: [(String, String)],
        _ verdict: @escaping @Sendable (LambdaVerdicts, Range<Int>) -> Bool?
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "list", summary, source: "Trino, Array functions", examples: examples,
            overloads: overloads { (types) throws(SQLError) in
                .strict([types[0], .boolean], .boolean, canFail: false) { call throws(SQLError) in
                    let ranges = call.lanes(0, ListRange.self)
                    let verdicts = try LambdaVerdicts(call.arguments[1])
                    return try call.mapOptional(UInt8(0), to: .boolean) { (row) throws(SQLError) in
                        let start = Int(ranges[row].offset)
                        return verdict(verdicts, start..<start + Int(ranges[row].count)).map { $0 ? 1 : 0 }
                    }
                }
            })
    }
}

/// A boolean lambda's results for all elements.
struct LambdaVerdicts {
    private let column: Column

    init(_ lists: Column) throws(SQLError) {
        column = try lists.children[0].flattened()
    }

    private func flag(_ element: Int) -> UInt8 { column.lanes(as: UInt8.self)[element] }

    func isNull(_ element: Int) -> Bool { column.isNull(element) }
    func isTrue(_ element: Int) -> Bool { !column.isNull(element) && flag(element) != 0 }
    func isFalse(_ element: Int) -> Bool { !column.isNull(element) && flag(element) == 0 }
}
