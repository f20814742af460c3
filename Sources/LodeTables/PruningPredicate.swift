/// The part of a filter that decides which partitions, files and row groups are opened at all.

import LodeCore

/// A conjunction of disjunctions of column conditions: `(a OR b) AND (c) AND …`.
///
/// It says *could a row here pass?* and errs only towards yes. It need not be the whole filter: rows are filtered again.
package struct PruningPredicate: Hashable, Sendable, CustomStringConvertible {
    /// Every clause must be able to hold; a clause can if one of its conditions can. An empty clause never holds.
    package var clauses: [[ColumnPredicate]]

    package init(_ clauses: [[ColumnPredicate]]) { self.clauses = clauses }

    /// The conditions joined by AND.
    package init(all conditions: [ColumnPredicate]) { clauses = conditions.map { [$0] } }

    package var isEmpty: Bool { clauses.isEmpty }

    package var columns: Set<String> { Set(clauses.joined().map(\.column)) }

    /// The clauses that speak only of columns in `names` (compared without regard to case): what those can decide.
    package func restricted(to names: [String]) -> PruningPredicate {
        let known = Set(names.map { $0.lowercased() })
        return PruningPredicate(clauses.filter { $0.allSatisfy { known.contains($0.column.lowercased()) } })
    }

    /// Whether rows could pass whose columns are described by `facts`; nil facts are unknown.
    package func couldMatch(_ facts: (_ column: String) -> ColumnFacts?) -> Bool {
        firstRuledOut(facts) == nil
    }

    /// The clause that no row can pass, for reasons in EXPLAIN (WHY); nil if rows could pass them all.
    package func firstRuledOut(_ facts: (_ column: String) -> ColumnFacts?) -> [ColumnPredicate]? {
        clauses.first { clause in
            !clause.contains { condition in
                guard let known = facts(condition.column) else { return true }
                return known.couldPass(condition.test)
            }
        }
    }

    package var description: String {
        clauses.map { clause in
            let text = clause.map(\.description).joined(separator: " OR ")
            return clause.count > 1 ? "(\(text))" : text
        }.joined(separator: " AND ")
    }
}
