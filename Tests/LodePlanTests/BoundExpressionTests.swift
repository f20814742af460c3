// Expressions as rules see them: conjunctions, substitution, equality.

import LodeCore
import LodePlan
import Testing

@Suite struct BoundExpressionTests {
    private let a = PlanColumn(ColumnID(1), "a", .boolean), b = PlanColumn(ColumnID(2), "b", .boolean)
    private let n = PlanColumn(ColumnID(3), "n", .integer)

    private func isGreater(_ column: PlanColumn, _ number: Int64) -> BoundExpression {
        .comparison(.greater, column.reference, .constant(.integer(number), .integer), nil)
    }

    @Test func `a conjunction is flat, and true adds nothing`() {
        let nested = BoundExpression.and([a.reference, .and([b.reference, .true])])
        #expect(nested.conjuncts == [a.reference, b.reference])
        #expect(BoundExpression.conjunction([nested, isGreater(n, 1)]).conjuncts.count == 3)
        #expect(BoundExpression.conjunction([]) == .true)
        #expect(BoundExpression.conjunction([a.reference]) == a.reference)
        #expect(BoundExpression.true.conjuncts.isEmpty)
    }

    @Test func `equality does not look at places in the text`() {
        let here = BoundExpression.comparison(.equal, n.reference, n.reference, SourceSpan(0, 5))
        let there = BoundExpression.comparison(.equal, n.reference, n.reference, nil)
        #expect(here == there && here.hashValue == there.hashValue)
        #expect(here != .comparison(.notEqual, n.reference, n.reference, nil))
    }

    @Test func `columns are replaced wherever they occur`() {
        let replaced = BoundExpression.and([isGreater(n, 1), .isNull(n.reference)]).substituting([n.id: .constant(.integer(7), .integer)])
        #expect(replaced.columns.isEmpty)
        #expect(replaced.text(naming: []) == "(7 > 1) and (7 is null)")
    }

    @Test func `a lambda's parameters are not columns that it reads`() {
        let lambda = BoundExpression.lambda([n], body: .and([isGreater(n, 1), a.reference]))
        #expect(lambda.columns == [a.id])
    }

    @Test func `what can fail has an early form that keeps the rows that it cannot decide`() {
        let cast = BoundExpression.cast(.constant(.text("x"), .varchar), to: .boolean, isTry: false, nil)
        #expect(cast.canFail && !cast.earlyForm.canFail)
        #expect(isGreater(n, 1).earlyForm == isGreater(n, 1))
        #expect(!BoundExpression.cast(.constant(.text("x"), .varchar), to: .boolean, isTry: true, nil).canFail)
        let guarded = cast.guarded(by: a.reference)
        #expect(guarded.columns == [a.id] && guarded != cast)
        #expect(isGreater(n, 1).guarded(by: a.reference) == isGreater(n, 1))
    }
}
