/// The inner joins of one region as a graph: relations and what connects them.

import LodeCore
import LodePlan

/// A maximal tree of inner joins, flattened.
struct JoinGraph {
    /// At most 64; each optimized by itself already.
    var relations: [LogicalPlan] = []
    var conditions: [Condition] = []

    struct Condition {
        var expression: BoundExpression
        /// The relations whose columns it reads, a bit each.
        var relations: UInt64
        var isEquality: Bool
    }

    static let maximumRelations = 64

    /// Takes the inner joins at the top of `plan` apart; `optimize` is applied to whatever is below them.
    init(_ plan: LogicalPlan, optimize: (LogicalPlan) throws(SQLError) -> LogicalPlan) throws(SQLError) {
        var conjuncts: [BoundExpression] = []
        try collect(plan, &conjuncts, optimize)
        let owners = relations.map(\.columnIDs)
        for conjunct in conjuncts {
            var mask: UInt64 = 0
            for (index, owned) in owners.enumerated() where !conjunct.columns.isDisjoint(with: owned) { mask |= 1 << UInt64(index) }
            let isEquality: Bool = if case .comparison(.equal, _, _, _) = conjunct { mask.nonzeroBitCount == 2 } else { false }
            conditions.append(Condition(expression: conjunct, relations: mask, isEquality: isEquality))
        }
    }

    private mutating func collect(
        _ plan: LogicalPlan, _ conjuncts: inout [BoundExpression], _ optimize: (LogicalPlan) throws(SQLError) -> LogicalPlan
    ) throws(SQLError) {
        switch plan {
        case .join(let node) where node.kind == .inner && relations.count < Self.maximumRelations - 2:
            try collect(node.left, &conjuncts, optimize)
            try collect(node.right, &conjuncts, optimize)
            conjuncts += node.conditions
        case .filter(let node):
            // A filter over an inner join is one more condition of it.
            if case .join(let join) = node.input, join.kind == .inner {
                try collect(node.input, &conjuncts, optimize)
                conjuncts += node.predicate.conjuncts
            } else {
                relations.append(try optimize(plan))
            }
        default: relations.append(try optimize(plan))
        }
    }
}
