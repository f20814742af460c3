/// Moves what all readers of a CTE ask for into its definition.

import LodeCore
import LodePlan

/// A CTE that every reader filters is filtered by the disjunction of their conditions when it is computed.
///
///     CTE sales                            CTE sales
///     ├─ Scan sales                        ├─ Scan sales  filter: year in (2024, 2025)
///     └─ Join                       ──▶    └─ Join
///        ├─ Filter year = 2024                ├─ Filter year = 2024
///        │  └─ CTE Scan                       │  └─ CTE Scan
///        └─ Filter year = 2025                └─ Filter year = 2025
///           └─ CTE Scan                          └─ CTE Scan
///
/// - Sound because: a row that satisfies none of the conditions is dropped by every reader. The readers keep theirs.
/// - Order: after push-down has brought the conditions to the readers; another push-down follows.
struct PushIntoCommonTables: NodeRule {
    static let name = "push_into_common_tables"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .with(var with) = node else { return nil }
        var readers: [BoundExpression] = []
        guard collect(with.body, with, &readers), !readers.isEmpty else { return nil }
        let condition = SimplifyExpressions.simplified(.or(readers))
        if condition == .true { return nil }
        with.definition = .filter(FilterNode(input: with.definition, predicate: condition))
        return .with(with)
    }

    /// Adds the condition of every reader below `plan`, over the definition's columns; false if one takes all rows.
    private func collect(_ plan: LogicalPlan, _ with: WithNode, _ readers: inout [BoundExpression]) -> Bool {
        if case .filter(let filter) = plan, case .cteScan(let scan) = filter.input, scan.cte == with.cte {
            let own = Set(scan.columns.map(\.id))
            let parts = filter.predicate.conjuncts.filter { !$0.isVolatile && $0.columns.isSubset(of: own) }.map(\.earlyForm)
            if parts.isEmpty || filter.isBarrier { return false }
            let renamed = Dictionary(
                zip(scan.columns, with.definition.columns).map { ($0.id, $1.reference) }, uniquingKeysWith: { a, _ in a })
            readers.append(BoundExpression.conjunction(parts).substituting(renamed))
            return true
        }
        if case .cteScan(let scan) = plan, scan.cte == with.cte { return false }
        return plan.children.allSatisfy { collect($0, with, &readers) }
    }
}
