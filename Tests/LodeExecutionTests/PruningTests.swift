// What predicates and running queries tell a scan about statistics.

import LodeCore
import LodeFunctions
import LodePlan
import Testing

@testable import LodeExecution

@Suite struct PruningTests {
    let functions = FunctionContext(transactionMicros: 0)
    let id = ColumnID(1)

    private func constant(_ value: Value, _ type: SQLType) -> BoundExpression { .constant(value, type) }

    private func call(_ name: String, _ arguments: [BoundExpression]) throws -> BoundExpression {
        let function = try #require(FunctionRegistry.scalars[name])
        let types = arguments.map(\.type), fitting = function.overloads.compactMap { try? $0.bind(types) }
        let bound = try #require(fitting.first { $0.parameters == types } ?? fitting.first)
        let cast = zip(arguments, bound.parameters).map { argument, type in
            argument.type == type ? argument : BoundExpression.cast(argument, to: type, isTry: false, nil)
        }
        return .call(ScalarCall(name: name, function: bound, volatility: .immutable, isStrict: true, arguments: cast, span: nil))
    }

    private func bounds(_ op: ComparisonOperator, _ left: BoundExpression, _ right: BoundExpression) -> ColumnPredicate {
        PredicateBounds.predicate(.comparison(op, left, right, nil), [id: "x"], functions)
    }

    @Test func `a shift moves the bound, a negative factor turns it over`() throws {
        let x = BoundExpression.column(id, .integer), five = constant(.integer(5), .integer), two = constant(.integer(-2), .integer)
        #expect(
            bounds(.greater, try call("+", [x, constant(.integer(1), .integer)]), five) == .compare(column: "x", .greater, .integer(4)))
        #expect(bounds(.less, try call("*", [x, two]), five) == .compare(column: "x", .greater, .integer(-3)))
        #expect(bounds(.equal, try call("-", [five, x]), constant(.integer(2), .integer)) == .compare(column: "x", .equal, .integer(3)))
        #expect(bounds(.equal, try call("*", [x, two]), five) == .nothing)
        #expect(bounds(.notEqual, try call("+", [x, five]), five) == .anything)
    }

    @Test func `the early form of a condition rules out what the condition does`() throws {
        let x = BoundExpression.column(id, .integer), five = constant(.integer(5), .integer)
        let condition = BoundExpression.comparison(.greater, try call("+", [x, constant(.integer(1), .integer)]), five, nil)
        #expect(condition.canFail && !condition.earlyForm.canFail)
        #expect(PredicateBounds.predicate(condition.earlyForm, [id: "x"], functions) == .compare(column: "x", .greater, .integer(4)))
    }

    @Test func `the span of a date is a range of moments`() throws {
        let x = BoundExpression.column(id, .timestamp)
        let day = try call("date_trunc", [constant(.text("day"), .varchar), x])
        let micros: Int64 = 86_400_000_000
        #expect(
            bounds(.equal, day, constant(.timestamp(10 * micros), .timestamp))
                == .all([
                    .compare(column: "x", .greater, .timestamp(10 * micros - 1)), .compare(column: "x", .less, .timestamp(11 * micros)),
                ]))
        // No day begins in the middle of one.
        #expect(bounds(.equal, day, constant(.timestamp(10 * micros + 1), .timestamp)) == .nothing)
        let cast = BoundExpression.cast(.column(id, .date), to: .timestamp, isTry: false, nil)
        #expect(bounds(.less, cast, constant(.timestamp(micros + 5), .timestamp)) == .compare(column: "x", .less, .date(2)))
    }

    @Test func `a year is a range of dates`() throws {
        let year = try call("year", [.column(id, .date)])
        let wanted = constant(.integer(1971), year.type)
        #expect(
            bounds(.equal, year, wanted) == .all([.compare(column: "x", .greater, .date(364)), .compare(column: "x", .less, .date(730))]))
        let list = PredicateBounds.predicate(.isIn(year, [wanted]), [id: "x"], functions)
        #expect(list == bounds(.equal, year, wanted))
    }

    @Test func `casts to wider numbers leave values as they are`() {
        let wide = BoundExpression.cast(.column(id, .integer), to: .bigint, isTry: false, nil)
        #expect(bounds(.equal, wide, constant(.integer(7), .bigint)) == .compare(column: "x", .equal, .integer(7)))
        #expect(PredicateBounds.keepsValues(.decimal(precision: 9, scale: 2), .decimal(precision: 12, scale: 4)))
        #expect(!PredicateBounds.keepsValues(.decimal(precision: 9, scale: 2), .decimal(precision: 12, scale: 1)))
        #expect(!PredicateBounds.keepsValues(.timestamp, .timestamptz))
        #expect(!PredicateBounds.keepsValues(.bigint, .double))
    }

    @Test func `months move moments past each other, so they are not looked through`() throws {
        let month = constant(.interval(Interval(months: 1)), .interval)
        let x = try call("+", [.column(id, .timestamp), month])
        #expect(bounds(.less, x, constant(.timestamp(5), .timestamp)) == .anything)
        let zoned = try call("date_trunc", [constant(.text("day"), .varchar), .column(id, .timestamptz)])
        #expect(bounds(.less, zoned, constant(.timestamp(5), .timestamptz)) == .anything)
    }

    @Test func `negations go to the parts`() {
        let x = BoundExpression.column(id, .bigint), one = constant(.integer(1), .bigint)
        let both = BoundExpression.or([.comparison(.less, x, one, nil), .isNull(x)])
        #expect(
            PredicateBounds.predicate(.not(both), [id: "x"], functions)
                == .all([.compare(column: "x", .greaterOrEqual, .integer(1)), .isNotNull(column: "x")]))
    }

    @Test func `the start of a text is a prefix, a pattern without wildcards a value`() throws {
        let x = BoundExpression.column(id, .varchar)
        let left = try call("left", [x, constant(.integer(2), .bigint)])
        #expect(bounds(.equal, left, constant(.text("ab"), .varchar)) == .hasPrefix(column: "x", "ab"))
        let like = try call("like", [x, constant(.text("ab"), .varchar)])
        #expect(PredicateBounds.predicate(like, [id: "x"], functions) == .compare(column: "x", .equal, .text("ab")))
    }

    // MARK: Top-N

    private func threshold(descending: Bool = false, nullsFirst: Bool = false, isOnlyKey: Bool = false) -> Threshold {
        Threshold(SortKey(.column(id, .bigint), descending: descending, nullsFirst: nullsFirst), isOnlyKey: isOnlyKey)
    }

    private func asked(_ threshold: Threshold) -> ColumnPredicate { ThresholdFilter.bounds(threshold, "x", functions) }

    @Test func `a threshold only ever becomes tighter, until the run is over`() {
        let rising = threshold(), falling = threshold(descending: true)
        for offer in [5, 9, 3] as [Int64] {
            rising.offer(.integer(offer))
            falling.offer(.integer(offer))
        }
        #expect(rising.current?.value == .integer(3))
        #expect(falling.current?.value == .integer(9))
        rising.reset()
        #expect(rising.current == nil && asked(rising) == .anything)
    }

    @Test func `rows that equal the last one stay in as long as another key decides`() {
        let first = threshold(), only = threshold(isOnlyKey: true), falling = threshold(descending: true, isOnlyKey: true)
        for each in [first, only, falling] { each.offer(.integer(5)) }
        #expect(asked(first) == .compare(column: "x", .lessOrEqual, .integer(5)))
        #expect(asked(only) == .compare(column: "x", .less, .integer(5)))
        #expect(asked(falling) == .compare(column: "x", .greater, .integer(5)))
    }

    @Test func `NULLs stay in where they come first`() {
        let first = threshold(nullsFirst: true)
        first.offer(.integer(5))
        #expect(asked(first) == .any([.isNull(column: "x"), .compare(column: "x", .lessOrEqual, .integer(5))]))
    }

    @Test func `a NULL as last row rules out all values if NULLs come first, and nothing but NULLs if they come last`() {
        let last = threshold(), first = threshold(nullsFirst: true)
        let onlyLast = threshold(isOnlyKey: true), onlyFirst = threshold(nullsFirst: true, isOnlyKey: true)
        first.offer(.integer(5))
        for each in [last, first, onlyLast, onlyFirst] { each.offer(.null) }
        #expect(asked(last) == .anything)
        #expect(asked(first) == .isNull(column: "x"))
        #expect(asked(onlyLast) == .isNotNull(column: "x"))
        #expect(asked(onlyFirst) == .nothing)
        last.offer(.integer(2))
        #expect(last.current?.value == .integer(2))
    }
}
