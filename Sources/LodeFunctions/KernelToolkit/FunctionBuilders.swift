/// Short forms for the family lists.

import LodeCore
import LodeVectors

extension ScalarFunction {
    /// A function with its manual entry in one line each.
    init(
        _ name: String, aliases: [String] = [], _ family: String, _ summary: String, source: String,
        examples: [(String, String)], volatility: Volatility = .immutable, isStrict: Bool = true, _ overloads: ScalarOverload...
    ) {
        self.init(
            name, aliases: aliases, family, summary, source: source, examples: examples, volatility: volatility,
            isStrict: isStrict, overloads: overloads)
    }

    init(
        _ name: String, aliases: [String] = [], _ family: String, _ summary: String, source: String,
        examples: [(String, String)], volatility: Volatility = .immutable, isStrict: Bool = true, overloads: [ScalarOverload]
    ) {
        self.init(
            FunctionDocumentation(
                name, aliases: aliases, family: family, summary, source: source,
                examples: examples.map { FunctionExample($0.0, $0.1) }),
            volatility: volatility, isStrict: isStrict, overloads: overloads)
    }
}

extension ScalarOverload {
    /// Fixed types and a strict body.
    static func strict(
        _ parameters: [SQLType], _ returns: SQLType, optional: Int = 0, canFail: Bool = true, _ body: @escaping StrictBody
    ) -> ScalarOverload {
        ScalarOverload(Signature(parameters.map { .exact($0) }, optional: optional)) { arguments throws(SQLError) in
            BoundScalar(
                parameters: Array(parameters.prefix(arguments.count)), returns: returns, canFail: canFail,
                kernel: StrictKernel.make(returns, body))
        }
    }

    /// Fixed types and a kernel that minds NULLs and layouts itself.
    static func plain(
        _ parameters: [SQLType], _ returns: SQLType, optional: Int = 0, canFail: Bool = true, _ kernel: @escaping ScalarKernel
    ) -> ScalarOverload {
        ScalarOverload(Signature(parameters.map { .exact($0) }, optional: optional)) { arguments throws(SQLError) in
            BoundScalar(
                parameters: Array(parameters.prefix(arguments.count)), returns: returns, canFail: canFail, kernel: kernel)
        }
    }

    /// Any types; `bind` decides.
    static func generic(
        _ parameters: [ParameterType], optional: Int = 0, variadic: ParameterType? = nil,
        _ bind: @escaping @Sendable ([SQLType]) throws(SQLError) -> BoundScalar
    ) -> ScalarOverload {
        ScalarOverload(Signature(parameters, optional: optional, variadic: variadic), bind: bind)
    }
}

extension ScalarOverload {
    /// The overload, which can only fail because of the arguments at `positions`: a pattern, a unit, a length.
    func failing(onlyBy positions: Int...) -> ScalarOverload {
        ScalarOverload(signature) { [bind] arguments throws(SQLError) in
            let bound = try bind(arguments)
            return bound.safe { constants in bound.succeeds(with: constants, at: positions) }
        }
    }
}

extension BoundScalar {
    /// The function, which can't fail where `test` holds for its constant arguments.
    func safe(when test: @escaping @Sendable (_ constants: [Value?]) -> Bool) -> BoundScalar {
        var copy = self
        copy.isSafe = test
        return copy
    }

    /// Whether the arguments at `positions` are constants with which a call succeeds; the others are empty texts and zeros.
    fileprivate func succeeds(with constants: [Value?], at positions: [Int]) -> Bool {
        do {
            var columns: [Column] = []
            for (index, parameter) in parameters.enumerated() {
                if positions.contains(index) {
                    guard index < constants.count, let value = constants[index] else { return false }
                    columns.append(try Column.constant(value, parameter, count: 1))
                } else {
                    columns.append(Column(flat: parameter, count: 1, lanes: try Buffer.zeroed(byteCount: 16)))
                }
            }
            _ = try kernel(columns, 1, FunctionContext(transactionMicros: 0))
            return true
        } catch { return false }
    }

    /// A strict body for types that were decided.
    static func strict(
        _ parameters: [SQLType], _ returns: SQLType, canFail: Bool = true, _ body: @escaping StrictBody
    ) -> BoundScalar {
        BoundScalar(parameters: parameters, returns: returns, canFail: canFail, kernel: StrictKernel.make(returns, body))
    }
}

extension SQLError {
    /// No operator or function for these types.
    static func noFunction(_ name: String, _ types: [SQLType], hint: String? = nil) -> SQLError {
        let isOperator = name.utf8.first.map { !($0 >= 97 && $0 <= 122) } ?? false
        let call: String
        if isOperator, types.count == 2 {
            call = "operator does not exist: \(types[0]) \(name) \(types[1])"
        } else if isOperator, types.count == 1 {
            call = "operator does not exist: \(name) \(types[0])"
        } else {
            call = "function \(name)(\(types.map(\.description).joined(separator: ", "))) does not exist"
        }
        return SQLError(
            .undefinedFunction, call, hint: hint ?? "No function of this name takes these types. You might need explicit casts.")
    }

    static func outOfRange(_ type: SQLType) -> SQLError { SQLError(.numericValueOutOfRange, "\(type) out of range") }
    static var floatOverflow: SQLError { SQLError(.numericValueOutOfRange, "value out of range: overflow") }
    static var floatUnderflow: SQLError { SQLError(.numericValueOutOfRange, "value out of range: underflow") }
    static var divisionByZero: SQLError { SQLError(.divisionByZero, "division by zero") }
    static var dateOutOfRange: SQLError { SQLError(.datetimeFieldOverflow, "date out of range") }
    static var timestampOutOfRange: SQLError { SQLError(.datetimeFieldOverflow, "timestamp out of range") }
    /// Beyond the years that 64 bits of nanoseconds reach.
    static func timestampOutOfRange(_ type: SQLType) -> SQLError {
        SQLError(
            .datetimeFieldOverflow, "timestamp out of range for type \(type)", detail: "Nanoseconds reach from 1677-09-21 to 2262-04-11.")
    }
    static var intervalOutOfRange: SQLError { SQLError(.datetimeFieldOverflow, "interval out of range") }
}
