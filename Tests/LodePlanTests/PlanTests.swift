// Plans as data: how they print, and what the verifier refuses.

import LodeCore
import LodePlan
import Testing

@Suite struct PlanTests {
    private let a = PlanColumn(ColumnID(1), "a", .integer), b = PlanColumn(ColumnID(2), "b", .integer)

    private func values(_ columns: [PlanColumn], rows: Int = 2) -> LogicalPlan {
        let row = columns.map { BoundExpression.constant(.integer(1), $0.type) }
        return .values(ValuesNode(columns: columns, rows: Array(repeating: row, count: rows)))
    }

    private func isOne(_ column: PlanColumn) -> BoundExpression {
        .comparison(.equal, column.reference, .constant(.integer(1), .integer), nil)
    }

    private func fault(of plan: LogicalPlan) -> String? {
        do throws(SQLError) { try PlanVerifier.verify(plan, after: "rule") } catch { return error.message }
        return nil
    }

    @Test func `a plan prints as a tree, the inputs below`() {
        let plan = LogicalPlan.filter(FilterNode(input: values([a]), predicate: isOne(a)))
        #expect(PlanPrinter.text(plan) == "Filter  a = 1\n└─ Values  2 rows")
        #expect(PlanPrinter.text(plan, annotate: { _ in "(x)" }).hasSuffix("└─ Values  2 rows  (x)"))
    }

    @Test func `a plan that reads what no input gives is a fault of the rule`() {
        #expect(fault(of: .filter(FilterNode(input: values([a]), predicate: isOne(a)))) == nil)
        let wrong = LogicalPlan.filter(FilterNode(input: values([a]), predicate: isOne(b)))
        #expect(fault(of: wrong)?.contains("after rule, the node \"Filter\" reads column #2") == true)
        #expect(throws: Never.self) { try PlanVerifier.verify(wrong, after: "rule", outer: [b.id]) }
    }

    @Test func `a filter by what is not true or false is a fault`() {
        #expect(fault(of: .filter(FilterNode(input: values([a]), predicate: a.reference)))?.contains("filters by a integer") == true)
    }

    @Test func `a column that is produced twice is a fault`() {
        let twice = LogicalPlan.project(ProjectNode(input: values([a]), items: [.init(a, a.reference), .init(a, a.reference)]))
        #expect(fault(of: twice)?.contains("produces a column twice") == true)
    }

    @Test func `the columns that were promised are held to`() {
        #expect(throws: Never.self) { try PlanVerifier.verify(values([a, b]), gives: [a, b], after: "rule") }
        let error = #expect(throws: SQLError.self) { try PlanVerifier.verify(values([a]), gives: [a, b], after: "rule") }
        #expect(error?.state == .internalError)
    }

    @Test func `row bounds are known without statistics`() {
        let filtered = LogicalPlan.filter(FilterNode(input: values([a], rows: 5), predicate: isOne(a)))
        #expect(filtered.maxRows == 5 && LogicalPlan.empty([a]).isEmpty && !filtered.isEmpty)
    }
}
