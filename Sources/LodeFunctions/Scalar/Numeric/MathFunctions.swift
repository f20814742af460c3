/// Roots, logarithms, trigonometry and number theory.

import Glibc
import LodeCore
import LodeVectors

extension ScalarFunction {
    static let mathematics: [ScalarFunction] = [
        checked(
            "sqrt", "The square root.",
            [("sqrt(16)", "4")], "cannot take square root of a negative number", { $0 >= 0 || $0.isNaN }
        ) { $0.squareRoot() },
        real("cbrt", "The cube root.", [("cbrt(27)", "3")]) { number in
            // One step of Newton's method makes up for the library's last bit.
            let root = cbrt(number)
            return root == 0 || !root.isFinite ? root : root - (root * root * root - number) / (3 * root * root)
        },
        bounded("exp", "e to the power of the number.", [("exp(0)", "1")]) { exp($0) },
        checked(
            "ln", "The natural logarithm.",
            [("ln(1)", "0")], "cannot take logarithm of zero or a negative number", { $0 > 0 || $0.isNaN }
        ) { log($0) },
        checked(
            "log10", "The logarithm to base 10.",
            [("log10(1000)", "3")], "cannot take logarithm of zero or a negative number", { $0 > 0 || $0.isNaN }
        ) { log10($0) },
        checked(
            "log2", "The logarithm to base 2.",
            [("log2(8)", "3")], "cannot take logarithm of zero or a negative number", { $0 > 0 || $0.isNaN }
        ) { log2($0) },
        ScalarFunction(
            "log", "numeric", "The logarithm to base 10, or of the second argument to the base of the first.", source: "PostgreSQL 17, 9.3",
            examples: [("log(100)", "2"), ("log(2, 64)", "6")],
            .strict([.double], .double, canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Double.self)
                return try call.mapValid(0.0, to: .double) { (row) throws(SQLError) in log10(try positive(numbers[row])) }
            },
            .strict([.double, .double], .double, canFail: true) { call throws(SQLError) in
                let bases = call.lanes(0, Double.self), numbers = call.lanes(1, Double.self)
                return try call.mapValid(0.0, to: .double) { (row) throws(SQLError) in
                    let base = try positive(bases[row]), number = try positive(numbers[row])
                    if base == 1 { throw .divisionByZero }
                    // Exact for powers of 2 and 10.
                    return base == 2 ? log2(number) : (base == 10 ? log10(number) : log(number) / log(base))
                }
            }),
        angle("sin", "The sine of an angle in radians.", [("sin(0)", "0")]) { sin($0) },
        angle("cos", "The cosine of an angle in radians.", [("cos(0)", "1")]) { cos($0) },
        angle("tan", "The tangent of an angle in radians.", [("tan(0)", "0")]) { tan($0) },
        angle("cot", "The cotangent of an angle in radians.", [("round(cot(1), 4)", "0.6421")]) { 1 / tan($0) },
        checked("asin", "The inverse sine.", [("asin(0)", "0")], "input is out of range", { abs($0) <= 1 || $0.isNaN }) { asin($0) },
        checked("acos", "The inverse cosine.", [("acos(1)", "0")], "input is out of range", { abs($0) <= 1 || $0.isNaN }) { acos($0) },
        real("atan", "The inverse tangent.", [("atan(0)", "0")]) { atan($0) },
        real("sinh", "The hyperbolic sine.", [("sinh(0)", "0")]) { sinh($0) },
        real("cosh", "The hyperbolic cosine.", [("cosh(0)", "1")]) { cosh($0) },
        real("tanh", "The hyperbolic tangent.", [("tanh(0)", "0")]) { tanh($0) },
        bounded("degrees", "Radians as degrees.", [("degrees(pi())", "180")]) { $0 / (.pi / 180) },
        bounded("radians", "Degrees as radians.", [("round(radians(180), 4)", "3.1416")]) { $0 * (.pi / 180) },
        ScalarFunction(
            "atan2", "numeric", "The angle of the point (x, y), given as y and x.",
            source: "PostgreSQL 17, 9.3", examples: [("atan2(0, 1)", "0")],
            .strict([.double, .double], .double, canFail: false) { call throws(SQLError) in
                try call.map(Double.self, Double.self, to: .double) { atan2($0, $1) }
            }),
        constant("pi", "The ratio of a circle's circumference to its diameter.", "3.141592653589793", .pi),
        constant("e", "Euler's number.", "2.718281828459045", M_E),
        predicate("isnan", aliases: ["is_nan"], "Whether a number is NaN.", [("isnan('NaN'::double)", "true")]) { $0.isNaN },
        predicate(
            "isfinite", aliases: ["is_finite"], "Whether a number is neither infinite nor NaN, a date or timestamp not infinite.",
            [("isfinite(1.5)", "true"), ("isfinite(date 'infinity')", "false")], times: { !$0 }
        ) { $0.isFinite },
        predicate(
            "isinf", aliases: ["is_infinite"], "Whether a number, a date or a timestamp is infinite.",
            [("isinf('Infinity'::double)", "true")], times: { $0 }
        ) { $0.isInfinite },
        ScalarFunction(
            "gcd", aliases: ["greatest_common_divisor"], "numeric", "The greatest common divisor.",
            source: "PostgreSQL 17, 9.3", examples: [("gcd(1071, 462)", "21")],
            .strict([.bigint, .bigint], .bigint, canFail: true) { call throws(SQLError) in
                let a = call.lanes(0, Int64.self), b = call.lanes(1, Int64.self)
                return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
                    guard let result = Int64(exactly: divisor(a[row], b[row])) else { throw .outOfRange(.bigint) }
                    return result
                }
            }),
        ScalarFunction(
            "lcm", aliases: ["least_common_multiple"], "numeric", "The least common multiple.",
            source: "PostgreSQL 17, 9.3", examples: [("lcm(4, 6)", "12")],
            .strict([.bigint, .bigint], .bigint, canFail: true) { call throws(SQLError) in
                let a = call.lanes(0, Int64.self), b = call.lanes(1, Int64.self)
                return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
                    if a[row] == 0 || b[row] == 0 { return 0 }
                    let (product, overflow) = (a[row].magnitude / divisor(a[row], b[row])).multipliedReportingOverflow(by: b[row].magnitude)
                    guard !overflow, let result = Int64(exactly: product) else { throw .outOfRange(.bigint) }
                    return result
                }
            }),
        ScalarFunction(
            "factorial", "numeric", "The product of 1 to the number.", source: "PostgreSQL 17, 9.3", examples: [("factorial(5)", "120")],
            .strict([.bigint], .decimal(precision: 38, scale: 0), canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Int64.self)
                return try call.mapValid(Int128(0), to: .decimal(precision: 38, scale: 0)) { (row) throws(SQLError) in
                    let number = numbers[row]
                    if number < 0 { throw SQLError(.numericValueOutOfRange, "factorial of a negative number is undefined") }
                    guard number <= 33 else { throw .outOfRange(.decimal(precision: 38, scale: 0)) }
                    return number < 2 ? 1 : (2...number).reduce(Int128(1)) { $0 * Int128($1) }
                }
            }),
        ScalarFunction(
            "bit_count", "numeric", "The bits that are set.", source: "DuckDB, Numeric Functions", examples: [("bit_count(31)", "5")],
            .strict([.integer], .integer, canFail: false) { call throws(SQLError) in
                try call.map(Int32.self, to: .integer) { Int32($0.nonzeroBitCount) }
            },
            .strict([.bigint], .integer, canFail: false) { call throws(SQLError) in
                try call.map(Int64.self, to: .integer) { Int32($0.nonzeroBitCount) }
            }),
        ScalarFunction(
            "width_bucket", "numeric", "Which of so many equal buckets from low to high holds the number; 0 or one too many outside.",
            source: "PostgreSQL 17, 9.3", examples: [("width_bucket(5.35, 0.024, 10.06, 5)", "3")],
            .strict([.double, .double, .double, .bigint], .bigint, canFail: true) { call throws(SQLError) in try bucket(call) }),
        ScalarFunction(
            "random", aliases: ["rand"], "numeric", "A random number from 0 to below 1.", source: "PostgreSQL 17, 9.3",
            examples: [("random() < 1", "true")], volatility: .volatile,
            .plain([], .double, canFail: false) { _, count, _ throws(SQLError) in
                let result = try LaneResult<Double>(count)
                var state = SystemRandomNumberGenerator().nextSeed()
                for row in 0..<count {
                    state = state &+ 0x9e37_79b9_7f4a_7c15
                    result.lanes[row] = Double(LaneHash.mix(state) >> 11) * 0x1p-53
                }
                return result.column(.double)
            }),
    ]

    private static func real(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ body: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            name, "numeric", summary, source: "PostgreSQL 17, 9.3", examples: examples,
            .strict([.double], .double, canFail: false) { call throws(SQLError) in try call.map(Double.self, to: .double) { body($0) } })
    }

    /// A function that is an error where a finite number gives an infinite one, or one that is not zero gives zero.
    private static func bounded(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ body: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction {
        failing(name, summary, examples) { number throws(SQLError) in
            let result = body(number)
            if number.isFinite {
                if result.isInfinite { throw .floatOverflow }
                if result == 0, number != 0 { throw .floatUnderflow }
            }
            return result
        }
    }

    private static func angle(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ body: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction { checked(name, summary, examples, "input is out of range", { !$0.isInfinite }, body) }

    private static func checked(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ message: String,
        _ isDefined: @escaping @Sendable (Double) -> Bool,
        _ body: @escaping @Sendable (Double) -> Double
    ) -> ScalarFunction {
        failing(name, summary, examples) { number throws(SQLError) in
            guard isDefined(number) else { throw SQLError(.numericValueOutOfRange, message) }
            return body(number)
        }
    }

    private static func failing(
        _ name: String, _ summary: String, _ examples: [(String, String)], _ body: @escaping @Sendable (Double) throws(SQLError) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            name, "numeric", summary, source: "PostgreSQL 17, 9.3", examples: examples,
            .strict([.double], .double, canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Double.self)
                return try call.mapValid(0.0, to: .double) { (row) throws(SQLError) in try body(numbers[row]) }
            })
    }

    private static func predicate(
        _ name: String, aliases: [String], _ summary: String, _ examples: [(String, String)], times: (@Sendable (Bool) -> Bool)? = nil,
        _ body: @escaping @Sendable (Double) -> Bool
    ) -> ScalarFunction {
        var overloads: [ScalarOverload] = [
            .strict([.double], .boolean, canFail: false) { call throws(SQLError) in
                try call.map(Double.self, to: .boolean) { body($0) ? UInt8(1) : 0 }
            }
        ]
        if let times {
            overloads.append(
                .strict([.date], .boolean, canFail: false) { call throws(SQLError) in
                    try call.map(Int32.self, to: .boolean) { times(CivilDate.isInfinite(day: $0)) ? UInt8(1) : 0 }
                })
            for type in [SQLType.timestamp, .timestamptz, .timestampNanos, .timestamptzNanos] {
                overloads.append(
                    .strict([type], .boolean, canFail: false) { call throws(SQLError) in
                        try call.map(Int64.self, to: .boolean) { times(CivilDate.isInfinite($0)) ? UInt8(1) : 0 }
                    })
            }
        }
        return ScalarFunction(
            name, aliases: aliases, "numeric", summary, source: "DuckDB, Numeric Functions", examples: examples, overloads: overloads)
    }

    private static func constant(_ name: String, _ summary: String, _ text: String, _ value: Double) -> ScalarFunction {
        ScalarFunction(
            name, "numeric", summary, source: "PostgreSQL 17, 9.3", examples: [("\(name)()", text)],
            .plain([], .double, canFail: false) { _, count, _ throws(SQLError) in try .constant(.double(value), .double, count: count) })
    }

    private static func positive(_ number: Double) throws(SQLError) -> Double {
        guard number > 0 || number.isNaN else {
            throw SQLError(.numericValueOutOfRange, "cannot take logarithm of zero or a negative number")
        }
        return number
    }

    private static func divisor(_ a: Int64, _ b: Int64) -> UInt64 {
        var x = a.magnitude, y = b.magnitude
        while y != 0 { (x, y) = (y, x % y) }
        return x
    }

    private static func bucket(_ call: StrictCall) throws(SQLError) -> Column {
        let numbers = call.lanes(0, Double.self), lows = call.lanes(1, Double.self), highs = call.lanes(2, Double.self)
        let counts = call.lanes(3, Int64.self)
        return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
            let number = numbers[row], low = lows[row], high = highs[row], count = counts[row]
            guard count > 0, count < Int64.max else { throw SQLError(.invalidParameterValue, "count must be greater than zero") }
            guard low != high, low.isFinite, high.isFinite, !number.isNaN else {
                throw SQLError(.invalidParameterValue, "lower bound cannot equal upper bound, and bounds must be finite")
            }
            let share = (number - low) / (high - low)
            if share < 0 { return 0 }
            if share >= 1 { return count + 1 }
            return min(count, Int64(share * Double(count)) + 1)
        }
    }
}

extension SystemRandomNumberGenerator {
    /// One seed; the numbers of a chunk follow from it.
    func nextSeed() -> UInt64 {
        var generator = self
        return generator.next()
    }
}
