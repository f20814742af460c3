/// Every built-in function by its name.

import LodeCore

/// Looks functions up. A new family adds one line to the lists below.
package enum FunctionRegistry {
    package static let scalars: [String: ScalarFunction] = index(scalarFamilies.flatMap { $0 }) { $0.documentation }
    package static let aggregates: [String: AggregateFunction] = index(aggregateFamilies.flatMap { $0 }) { $0.documentation }
    package static let windows: [String: WindowFunction] = index(windowFunctions) { $0.documentation }

    static let scalarFamilies: [[ScalarFunction]] = []
    static let aggregateFamilies: [[AggregateFunction]] = []
    static let windowFunctions: [WindowFunction] = []

    private static func index<F>(_ functions: [F], by documentation: (F) -> FunctionDocumentation) -> [String: F] {
        var table: [String: F] = [:]
        table.reserveCapacity(functions.count * 2)
        for function in functions {
            let entry = documentation(function)
            table[entry.name] = function
            for alias in entry.aliases { table[alias] = function }
        }
        return table
    }
}
