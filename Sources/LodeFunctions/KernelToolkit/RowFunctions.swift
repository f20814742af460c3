/// Functions over single values: for what is called for few rows, such as the rows of catalogs.

import LodeCore
import LodeVectors

/// One call of such a function. No argument is NULL, unless the function takes NULLs.
struct RowCall {
    let arguments: [Value]
    let context: FunctionContext

    var catalog: any CatalogFacts { context.catalog }
    var count: Int { arguments.count }

    /// An argument that is text; the empty text for one that is not.
    func text(_ index: Int) -> String {
        if index < arguments.count, case .text(let text) = arguments[index] { text.string } else { "" }
    }

    func number(_ index: Int) -> Int64? {
        if index < arguments.count, case .integer(let number) = arguments[index] { number } else { nil }
    }

    func list(_ index: Int) -> [Value] {
        if index < arguments.count, case .list(let values) = arguments[index] { values } else { [] }
    }

    func flag(_ index: Int) -> Bool { index < arguments.count && arguments[index] == .boolean(true) }
}

extension ScalarOverload {
    /// Fixed types and a body for a row without NULLs.
    static func row(
        _ parameters: [SQLType], _ returns: SQLType, optional: Int = 0, canFail: Bool = true,
        _ body: @escaping @Sendable (RowCall) throws(SQLError) -> Value
    ) -> ScalarOverload {
        .strict(parameters, returns, optional: optional, canFail: canFail) { call throws(SQLError) in
            var values: [Value] = []
            values.reserveCapacity(call.count)
            for row in 0..<call.count {
                let isValid = call.isValid(row)
                values.append(
                    isValid ? try body(RowCall(arguments: call.arguments.map { $0.value(at: row) }, context: call.context)) : .null)
            }
            return try Column.make(returns, values)
        }
    }

    /// The same for any row: the function is not strict.
    static func rowWithNulls(
        _ parameters: [SQLType], _ returns: SQLType, optional: Int = 0, canFail: Bool = true,
        _ body: @escaping @Sendable (RowCall) throws(SQLError) -> Value
    ) -> ScalarOverload {
        .plain(parameters, returns, optional: optional, canFail: canFail) { arguments, count, context throws(SQLError) in
            var values: [Value] = []
            values.reserveCapacity(count)
            for row in 0..<count {
                values.append(try body(RowCall(arguments: arguments.map { $0.value(at: row) }, context: context)))
            }
            return try Column.make(returns, values)
        }
    }
}

extension ScalarFunction {
    /// A function over the catalog, which another statement may answer otherwise.
    static func catalog(
        _ name: String, aliases: [String] = [], _ summary: String, _ examples: [(String, String)], source: String = "PostgreSQL 17, 9.27",
        isStrict: Bool = true, _ overloads: ScalarOverload...
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "catalog", summary, source: source, examples: examples, volatility: .stable, isStrict: isStrict,
            overloads: overloads)
    }
}
