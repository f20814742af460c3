/// The arithmetic operators, as functions that go by their symbols.

import LodeCore
import LodeVectors

extension ScalarFunction {
    /// `+ - * / // % ^` and the sign. To add an operator, add an element: help, completion and tests read this list.
    static let arithmetic: [ScalarFunction] = [
        ScalarFunction(
            "+", "operator", "Sum; a date plus days or an interval.", source: "PostgreSQL 17, 9.3 and 9.9",
            examples: [("1 + 2", "3"), ("1.5 + 2.25", "3.75"), ("date '2024-01-31' + 1", "2024-02-01"), ("NULL + 1", "NULL")],
            .generic([.any, .any], ArithmeticBinding.add), .generic([.any], ArithmeticBinding.plus)),
        ScalarFunction(
            "-", "operator", "Difference; days between dates, the interval between timestamps; with one operand, the negative.",
            source: "PostgreSQL 17, 9.3 and 9.9",
            examples: [("5 - 7", "-2"), ("date '2024-03-01' - date '2024-02-01'", "29"), ("2.50 - 1", "1.50")],
            .generic([.any, .any], ArithmeticBinding.subtract), .generic([.any], ArithmeticBinding.negate)),
        ScalarFunction(
            "negate", "operator", "The number or interval with the other sign.", source: "PostgreSQL 17, 9.3",
            examples: [("-(3)", "-3"), ("-(1.50)", "-1.50")], .generic([.any], ArithmeticBinding.negate)),
        ScalarFunction(
            "*", "operator", "Product; an interval times a number.", source: "PostgreSQL 17, 9.3 and 9.9",
            examples: [("6 * 7", "42"), ("1.5 * 1.5", "2.25"), ("interval '1 day' * 3", "3 days")],
            .generic([.any, .any], ArithmeticBinding.multiply)),
        ScalarFunction(
            "/", "operator", "Quotient: truncated for integers, a double for decimals and doubles.", source: "PostgreSQL 17, 9.3",
            examples: [("7 / 2", "3"), ("-7 / 2", "-3"), ("7.0 / 2", "3.5")], .generic([.any, .any], ArithmeticBinding.divide)),
        ScalarFunction(
            "//", "operator", "Quotient rounded: integers towards zero, others down.", source: "DuckDB, Numeric Functions",
            examples: [("7 // 2", "3"), ("7.5 // 2", "3")], .generic([.any, .any], ArithmeticBinding.integerDivide)),
        ScalarFunction(
            "%", aliases: ["mod"], "operator", "Remainder, with the sign of the dividend.", source: "PostgreSQL 17, 9.3",
            examples: [("7 % 3", "1"), ("mod(-7, 3)", "-1"), ("7.5 % 2", "1.5")], .generic([.any, .any], ArithmeticBinding.remainder)),
        ScalarFunction(
            "^", aliases: ["power", "pow"], "operator", "The first raised to the power of the second, as a double.",
            source: "PostgreSQL 17, 9.3", examples: [("2 ^ 10", "1024"), ("power(9, 0.5)", "3")],
            .generic([.any, .any], ArithmeticBinding.power)),
        bits("&", "Bitwise and.", .and, [("12 & 10", "8")]),
        bits("|", "Bitwise or.", .or, [("12 | 10", "14")]),
        bits("#", aliases: ["xor"], "Bitwise exclusive or.", .xor, [("12 # 10", "6")]),
        bits("<<", "Bits shifted left.", .shiftLeft, [("1 << 4", "16")]),
        bits(">>", "Bits shifted right.", .shiftRight, [("16 >> 2", "4")]),
        ScalarFunction(
            "bit_not", "operator", "Bitwise not: the operator ~ before an integer.", source: "PostgreSQL 17, 9.3",
            examples: [("~5", "-6")], .generic([.any], ArithmeticBinding.bitNot)),
    ]

    private static func bits(
        _ name: String, aliases: [String] = [], _ summary: String, _ operation: IntegerOperation, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "operator", summary, source: "PostgreSQL 17, 9.3", examples: examples,
            .generic([.any, .any]) { (types) throws(SQLError) in
                guard let type = ArithmeticBinding.integerType(types) else { throw .noFunction(name, types) }
                return .strict([type, type], type, canFail: false, operation.body(type))
            })
    }
}
