/// Every built-in function by its name.

import LodeCore

/// Looks functions up. A new family adds one line to the lists below.
package enum FunctionRegistry {
    package static let scalars: [String: ScalarFunction] = index(scalarFamilies.flatMap { $0 }) { $0.documentation }
    /// Functions that give rows: a call gives the list of them.
    package static let sets: [String: ScalarFunction] = index(ScalarFunction.sets + ScalarFunction.catalogSets) { $0.documentation }
    package static let aggregates: [String: AggregateFunction] = index(aggregateFamilies.flatMap { $0 }) { $0.documentation }
    package static let windows: [String: WindowFunction] = index(windowFunctions) { $0.documentation }

    static let scalarFamilies: [[ScalarFunction]] = [
        ScalarFunction.arithmetic, ScalarFunction.comparisons,
        ScalarFunction.textBasics, ScalarFunction.textBuilding, ScalarFunction.textSearching, ScalarFunction.matching,
        ScalarFunction.regex, ScalarFunction.encodings, ScalarFunction.digests,
        ScalarFunction.rounding, ScalarFunction.mathematics, ScalarFunction.choosing, ScalarFunction.session, ScalarFunction.backends,
        ScalarFunction.advisoryLocks,
        ScalarFunction.dateParts, ScalarFunction.dateArithmetic, ScalarFunction.timeBuckets, ScalarFunction.dateMaking,
        ScalarFunction.dateTexts, ScalarFunction.templates,
        ScalarFunction.lists, ScalarFunction.listSubscripts, ScalarFunction.lambdas, ScalarFunction.structsAndMaps, ScalarFunction.json,
        ScalarFunction.jsonBuilding, ScalarFunction.catalogNames, ScalarFunction.catalogDefinitions, ScalarFunction.catalogComments,
        ScalarFunction.catalogPrivileges, ScalarFunction.standardCatalog, ScalarFunction.server,
    ]
    static let aggregateFamilies: [[AggregateFunction]] = [
        AggregateFunction.counts, AggregateFunction.sums, AggregateFunction.extremes, AggregateFunction.flags,
        AggregateFunction.moments, AggregateFunction.collecting, AggregateFunction.ranked, AggregateFunction.quantiles,
        AggregateFunction.approximate,
    ]
    static let windowFunctions: [WindowFunction] = WindowFunction.all

    /// The function of any kind whose name is nearest to a misspelt one. Operators are no candidates.
    package static func nearest(to name: String) -> String? {
        let names = [Array(scalars.keys), Array(sets.keys), Array(aggregates.keys), Array(windows.keys)].joined()
        return NearestName.find(name, among: names.filter { $0.utf8.first.map { $0 >= 97 && $0 <= 122 } ?? false }.sorted())
    }

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
