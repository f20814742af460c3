/// The comparison operators, as functions that go by their symbols.

import LodeCore
import LodeVectors

extension ScalarFunction {
    /// `= <> < <= > >=` and IS [NOT] DISTINCT FROM.
    static let comparisons: [ScalarFunction] = [
        comparison(.equal, "Whether two values are equal.", [("1 = 1.0", "true"), ("'a' = 'b'", "false"), ("NULL = 1", "NULL")]),
        comparison(.notEqual, aliases: ["!="], "Whether two values differ.", [("1 <> 2", "true")]),
        comparison(.less, "Whether the first is before the second.", [("1 < 2", "true"), ("'Z' < 'a'", "true")]),
        comparison(.lessOrEqual, "Whether the first is not after the second.", [("2 <= 2", "true")]),
        comparison(.greater, "Whether the first is after the second.", [("date '2024-02-01' > date '2024-01-31'", "true")]),
        comparison(.greaterOrEqual, "Whether the first is not before the second.", [("1.5 >= 2", "false")]),
        comparison(.isDistinct, "Whether two values differ, where NULL is a value like others.", [("NULL IS DISTINCT FROM 1", "true")]),
        comparison(
            .isNotDistinct, "Whether two values are equal, where NULL is a value like others.",
            [("NULL IS NOT DISTINCT FROM NULL", "true")]),
    ]

    private static func comparison(
        _ comparison: ComparisonOperator, aliases: [String] = [], _ summary: String, _ examples: [(String, String)]
    ) -> ScalarFunction {
        let isStrict = comparison != .isDistinct && comparison != .isNotDistinct
        return ScalarFunction(
            comparison.functionName, aliases: aliases, "operator", summary, source: "PostgreSQL 17, 9.2", examples: examples,
            isStrict: isStrict,
            .generic([.any, .any]) { (types) throws(SQLError) in
                guard let type = Casts.commonType(types[0], types[1]) else { throw .noFunction(comparison.functionName, types) }
                let kernel = Comparison.kernel(comparison, type)
                return BoundScalar(parameters: [type, type], returns: .boolean, canFail: false) {
                    arguments, count, _ throws(SQLError) in
                    try kernel(arguments[0], arguments[1], count)
                }
            })
    }
}
