/// Filters that hide rows from what stands above them.

import LodeCore
import LodePlan
import LodePlanner
import Testing

@Suite struct FilterBarrierTests {
    /// The plan of a query whose filters right above scans are barriers.
    private func optimized(_ sql: String) throws -> String {
        let planned = try Planned(sql)
        let marked = planned.bound.mapped { (node: LogicalPlan) -> LogicalPlan in
            guard case .filter(var filter) = node, case .scan = filter.input else { return node }
            filter.isBarrier = true
            return .filter(filter)
        }
        let evaluate: (BoundExpression) throws(SQLError) -> Value = { (expression) throws(SQLError) in
            try ConstantEvaluation.evaluate(expression)
        }
        let context = RuleContext(
            columnIDs: ColumnIDs(startingAt: 100_000), relations: planned.relations, evaluateConstant: evaluate)
        return PlanPrinter.text(try Optimizer().optimize(marked, context))
    }

    @Test func `what can fail stays above in every form, what can't passes`() throws {
        let plan = try optimized(
            "SELECT order_id FROM (SELECT * FROM orders WHERE status = 'open') t WHERE order_id > 5 AND status::bigint > 1")
        let lines = plan.split(separator: "\n").map(String.init)
        let outer = try #require(lines.firstIndex { $0.contains("Filter  cast(status as bigint) > 1") }, "\(plan)")
        let barrier = try #require(lines.firstIndex { $0.contains("Filter Barrier") }, "\(plan)")
        #expect(outer < barrier)
        #expect(plan.contains("filter: (status = 'open') and (order_id > 5)"), "\(plan)")
        #expect(!plan.contains("try("), "\(plan)")
    }

    @Test func `a barrier of subqueries stays above their joins`() throws {
        let plan = try optimized(
            """
            SELECT o.order_id FROM (SELECT * FROM orders WHERE customer_id IN (SELECT customer_id FROM customers)) o
            JOIN items i ON i.order_id = o.order_id WHERE o.status::bigint > 1
            """)
        let lines = plan.split(separator: "\n").map(String.init)
        let barrier = try #require(lines.firstIndex { $0.contains("Filter Barrier  true") }, "\(plan)")
        let outer = try #require(lines.lastIndex { $0.contains("cast(status as bigint) > 1") }, "\(plan)")
        #expect(outer < barrier, "\(plan)")
    }
}
