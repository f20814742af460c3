/// What an optimizer rule is.

import LodeCore
import LodePlan

/// Rewrites a whole plan into one that gives the same rows, faster.
package protocol OptimizerRule: Sendable {
    /// As EXPLAIN and the plan tests call it: `push_filter_down`.
    static var name: String { get }
    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan
}

extension OptimizerRule {
    var name: String { Self.name }
}

/// A rule that looks at one node at a time. The driver walks bottom-up; the rule never recurses.
protocol NodeRule: OptimizerRule {
    /// The node's replacement; nil leaves it as it is. Its inputs have been rewritten already.
    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan?
}

extension NodeRule {
    package func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        try plan.mapped { (node) throws(SQLError) in
            guard let replacement = try rewrite(node, context) else { return node }
            try PlanVerifier.verify(replacement, gives: node.columns, after: name)
            return replacement
        }
    }
}

/// What rules share during the optimization of one statement.
package final class RuleContext {
    package let columnIDs: ColumnIDs
    package let relations: Relations
    /// Computes an expression without columns; the executor's business, handed in.
    package let evaluateConstant: (BoundExpression) throws(SQLError) -> Value
    private var nextCTE: Int
    private var nextDynamicFilter = 0

    package init(
        columnIDs: ColumnIDs, relations: Relations, firstFreeCTE: Int = 1_000_000,
        evaluateConstant: @escaping (BoundExpression) throws(SQLError) -> Value
    ) {
        self.columnIDs = columnIDs
        self.relations = relations
        self.evaluateConstant = evaluateConstant
        self.nextCTE = firstFreeCTE
    }

    func freshCTE() -> Int {
        defer { nextCTE += 1 }
        return nextCTE
    }

    func freshDynamicFilter() -> Int {
        defer { nextDynamicFilter += 1 }
        return nextDynamicFilter
    }

    /// A new column like `column`, under a number of its own.
    func copy(_ column: PlanColumn, nullable: Bool? = nil) -> PlanColumn {
        PlanColumn(columnIDs.fresh(), column.name, column.type, nullable: nullable ?? column.nullable)
    }
}
