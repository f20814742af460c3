/// A condition on columns that bounds can refute: what pruning of partitions, files, row groups and pages runs on.

/// A necessary condition of a filter, over columns called by name.
///
/// It knows nothing of expressions: the planner derives it, and drops whatever it can't express (`anything`). It is tested
/// against `ColumnStatistics`, where it may only answer "no row can match" or "some row may"; in doubt, it may.
package indirect enum ColumnPredicate: Hashable, Sendable {
    /// Refutes nothing.
    case anything
    /// Refutes everything: the filter is known to be false.
    case nothing
    case compare(column: String, ComparisonOperator, Value)
    case isIn(column: String, AscendingValues)
    case hasPrefix(column: String, SQLText)
    case isNull(column: String)
    case isNotNull(column: String)
    case all([ColumnPredicate])
    case any([ColumnPredicate])

    /// The columns that it looks at.
    package var columns: Set<String> {
        switch self {
        case .anything, .nothing: []
        case .compare(let column, _, _), .isIn(let column, _), .hasPrefix(let column, _), .isNull(let column), .isNotNull(let column):
            [column]
        case .all(let parts), .any(let parts): parts.reduce(into: Set()) { $0.formUnion($1.columns) }
        }
    }

    /// Whether some row may satisfy it, given what is known of each column (nil: nothing is).
    ///
    /// SQL's logic: a comparison with NULL is not satisfied, so a column that is all NULL satisfies only `isNull`.
    /// - Parameter mayHold: whether a column may hold one of some values that statistics leave in, by other knowledge: a Bloom filter.
    package func mayMatch(
        _ statistics: (String) -> ColumnStatistics?, mayHold: (_ column: String, _ values: ArraySlice<Value>) -> Bool = { _, _ in true }
    ) -> Bool {
        switch self {
        case .anything: return true
        case .nothing: return false
        case .all(let parts): return parts.allSatisfy { $0.mayMatch(statistics, mayHold: mayHold) }
        case .any(let parts): return parts.contains { $0.mayMatch(statistics, mayHold: mayHold) }
        case .isNull(let column):
            guard let known = statistics(column), let nulls = known.nullCount else { return true }
            return nulls > 0
        case .isNotNull(let column):
            return !(statistics(column)?.isAllNull ?? false)
        // Where NULL is a value like others, bounds of the others don't decide.
        case .compare(_, .isDistinct, _), .compare(_, .isNotDistinct, _): return true
        case .compare(let column, let comparison, let value):
            if value.isNull { return false }
            if let known = statistics(column), !Self.mayCompare(known, comparison, value) { return false }
            return comparison != .equal || mayHold(column, [value])
        case .isIn(let column, let values):
            let known = statistics(column)
            if known?.isAllNull == true { return false }
            let possible = values.between(known?.minimum, known?.maximum)
            return !possible.isEmpty && mayHold(column, possible)
        case .hasPrefix(let column, let prefix):
            guard let known = statistics(column) else { return true }
            return Self.mayStart(known, prefix)
        }
    }

    /// The values of which a column must have one; nil if it may have others.
    package func possibleValues(of column: String) -> Set<Value>? {
        switch self {
        case .nothing: return []
        case .compare(column, .equal, let value): return [value]
        case .isIn(column, let values): return Set(values.values)
        case .all(let parts): return parts.lazy.compactMap { $0.possibleValues(of: column) }.first
        case .any(let parts):
            var values: Set<Value> = []
            for part in parts {
                guard let some = part.possibleValues(of: column) else { return nil }
                values.formUnion(some)
            }
            return values
        default: return nil
        }
    }

    /// The same with the columns called by other names; a column without one is a column of which nothing is known.
    package func renamed(_ name: (String) -> String?) -> ColumnPredicate {
        switch self {
        case .anything, .nothing: self
        case .compare(let column, let comparison, let value): name(column).map { .compare(column: $0, comparison, value) } ?? .anything
        case .isIn(let column, let values): name(column).map { .isIn(column: $0, values) } ?? .anything
        case .hasPrefix(let column, let prefix): name(column).map { .hasPrefix(column: $0, prefix) } ?? .anything
        case .isNull(let column): name(column).map { .isNull(column: $0) } ?? .anything
        case .isNotNull(let column): name(column).map { .isNotNull(column: $0) } ?? .anything
        case .all(let parts): .conjunction(parts.map { $0.renamed(name) })
        case .any(let parts): .disjunction(parts.map { $0.renamed(name) })
        }
    }

    /// All of several, without what says nothing.
    package static func conjunction(_ parts: [ColumnPredicate]) -> ColumnPredicate {
        let kept = parts.filter { $0 != .anything }
        return kept.isEmpty ? .anything : kept.contains(.nothing) ? .nothing : kept.count == 1 ? kept[0] : .all(kept)
    }

    /// At least one of several; says nothing as soon as one of them does.
    package static func disjunction(_ parts: [ColumnPredicate]) -> ColumnPredicate {
        let kept = parts.filter { $0 != .nothing }
        return kept.isEmpty ? .nothing : kept.contains(.anything) ? .anything : kept.count == 1 ? kept[0] : .any(kept)
    }

    private static func mayCompare(_ known: ColumnStatistics, _ comparison: ComparisonOperator, _ value: Value) -> Bool {
        if value.isNull || known.isAllNull { return false }
        // A NaN bound says nothing, and NaN is greater than every bound: both must keep the rows.
        if case .double(let number) = value, number.isNaN { return true }
        let low = order(known.minimum, value), high = order(known.maximum, value)
        let mayHoldNaN = if case .double = value { true } else { false }
        switch comparison {
        case .isDistinct, .isNotDistinct: return true
        case .equal: return (low ?? 0) <= 0 && (high ?? 0) >= 0
        case .notEqual: return !(low == 0 && high == 0) || mayHoldNaN || !known.boundsAreExact
        case .less: return (low ?? -1) < 0
        case .lessOrEqual: return (low ?? -1) <= 0
        case .greater: return mayHoldNaN || (high ?? 1) > 0
        case .greaterOrEqual: return mayHoldNaN || (high ?? 1) >= 0
        }
    }

    /// The order of a bound and a value; nil when the bound says nothing.
    private static func order(_ bound: Value?, _ value: Value) -> Int? {
        guard let bound else { return nil }
        if case .double(let number) = bound, number.isNaN { return nil }
        return Value.compare(bound, value)
    }

    private static func mayStart(_ known: ColumnStatistics, _ prefix: SQLText) -> Bool {
        if known.isAllNull { return false }
        let wanted = Array(prefix.utf8)
        if case .text(let low)? = known.minimum {
            // Every value is at least `low`; none starts with the prefix if even the start of `low` is above it.
            if Array(low.utf8.prefix(wanted.count)).lexicographicallyPrecedes(wanted) == false,
                Array(low.utf8.prefix(wanted.count)) != wanted
            {
                return false
            }
        }
        if case .text(let high)? = known.maximum, Array(high.utf8).lexicographicallyPrecedes(wanted) { return false }
        return true
    }
}
