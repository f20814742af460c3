/// SQL text to an optimized plan, over tables that exist in memory only.

import LodeCore
import LodePlan
import LodePlanner
import LodeSyntax

/// A query before and after the optimizer, and which rules changed it.
struct Planned {
    let bound: LogicalPlan
    let optimized: LogicalPlan
    let rules: Set<String>
    let relations: Relations

    init(_ sql: String, over tables: MemoryResolver = .shop) throws(SQLError) {
        let statements = try Parser.parse(sql)
        guard statements.count == 1, case .query(let query) = statements[0].statement else { throw .unsupported("no query: \(sql)") }
        let ids = ColumnIDs()
        relations = Relations()
        let evaluate: (BoundExpression) throws(SQLError) -> Value = { (expression) throws(SQLError) in
            try ConstantEvaluation.evaluate(expression)
        }
        let plan = try Binder(resolver: tables, columnIDs: ids, relations: relations, evaluateConstant: evaluate).bind(query: query).plan
        bound = plan
        var before = Self.look(plan)
        var changed: Set<String> = []
        let optimizer = Optimizer { rule, plan in
            let after = Self.look(plan)
            if after != before { changed.insert(rule) }
            before = after
        }
        optimized = try optimizer.optimize(plan, RuleContext(columnIDs: ids, relations: relations, evaluateConstant: evaluate))
        rules = changed
    }

    /// What a rule may change: the tree, and how many expressions in it can fail.
    private static func look(_ plan: LogicalPlan) -> String {
        var failing = 0
        plan.visit { node in failing += node.expressions.count(where: \.canFail) }
        return PlanPrinter.text(plan) + "\n\(failing)"
    }
}
