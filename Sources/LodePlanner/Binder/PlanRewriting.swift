/// Rewriting plans together with the subqueries inside their expressions.

import LodeCore
import LodePlan

extension LogicalPlan {
    /// Rewrites every node bottom-up, those of subqueries in expressions too.
    func rewritingNodes(_ transform: (LogicalPlan) throws(SQLError) -> LogicalPlan) throws(SQLError) -> LogicalPlan {
        try mapped { (plan) throws(SQLError) in
            guard plan.expressions.contains(where: \.hasSubquery) else { return try transform(plan) }
            let rewritten = try plan.mappingExpressions { (expression) throws(SQLError) in
                try expression.mapped { (part) throws(SQLError) in
                    guard case .subquery(var query) = part else { return part }
                    query.plan = try query.plan.rewritingNodes(transform)
                    return .subquery(query)
                }
            }
            return try transform(rewritten)
        }
    }

    /// Calls `visit` for every node, those of subqueries in expressions too. `isRepeated` tells that the node runs again
    /// and again, in the step of a recursive CTE.
    func visitNodes(isRepeated: Bool = false, _ visit: (_ plan: LogicalPlan, _ isRepeated: Bool) -> Void) {
        visit(self, isRepeated)
        for expression in expressions { expression.visitSubqueries(isRepeated, visit) }
        for (index, child) in children.enumerated() {
            var inner = isRepeated
            if case .recursive = self, index == 1 { inner = true }
            child.visitNodes(isRepeated: inner, visit)
        }
    }

    /// Whether some expression of the tree gives another result each time.
    var isVolatile: Bool {
        var found = false
        visitNodes { plan, _ in if !found, plan.expressions.contains(where: \.isVolatile) { found = true } }
        return found
    }
}

extension BoundExpression {
    fileprivate func visitSubqueries(_ isRepeated: Bool, _ visit: (LogicalPlan, Bool) -> Void) {
        if case .subquery(let query) = self { query.plan.visitNodes(isRepeated: isRepeated, visit) }
        for child in children { child.visitSubqueries(isRepeated, visit) }
    }
}
