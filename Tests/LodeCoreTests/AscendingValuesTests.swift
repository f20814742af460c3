// Lists of values against bounds, by halving.

import LodeCore
import Testing

@Suite struct AscendingValuesTests {
    private func between(_ values: AscendingValues, _ low: Value?, _ high: Value?) -> [Value] { Array(values.between(low, high)) }

    @Test func `values come in order, each once, without NULL`() {
        #expect(AscendingValues([.integer(3), .null, .integer(1), .integer(3)]).values == [.integer(1), .integer(3)])
        #expect(AscendingValues([.decimal(100, scale: 2), .integer(1)]).values.count == 1)
    }

    @Test func `every pair of bounds leaves the values between them`() {
        let values: AscendingValues = [.integer(2), .integer(4), .integer(6)]
        for low in Int64(0)...8 {
            for high in Int64(0)...8 {
                #expect(between(values, .integer(low), .integer(high)) == [2, 4, 6].filter { $0 >= low && $0 <= high }.map { .integer($0) })
            }
            #expect(between(values, .integer(low), nil) == [2, 4, 6].filter { $0 >= low }.map { .integer($0) })
            #expect(between(values, nil, .integer(low)) == [2, 4, 6].filter { $0 <= low }.map { .integer($0) })
        }
    }

    @Test func `NaN is never ruled out, and a bound that is NaN rules nothing out`() {
        let values: AscendingValues = [.double(1), .double(.nan)]
        #expect(between(values, .double(5), .double(9)).count == 1)
        #expect(between(values, .double(-5), .double(0)).count == 2)
        #expect(between([.double(1), .double(2)], .double(.nan), .double(.nan)).count == 2)
    }

    @Test func `values or bounds of several kinds rule nothing out`() {
        #expect(between([.integer(1), .text("a")], .integer(5), .integer(6)).count == 2)
        #expect(between([.integer(1), .integer(2)], .text("a"), .text("b")).count == 2)
    }

    @Test func `a list is satisfied by statistics that leave one of its values in`() {
        let list = ColumnPredicate.isIn(column: "a", [.integer(1), .integer(9)])
        func mayMatch(_ low: Int64, _ high: Int64) -> Bool {
            list.mayMatch({ _ in ColumnStatistics(minimum: .integer(low), maximum: .integer(high), nullCount: 0, rowCount: 5) })
        }
        #expect(!mayMatch(2, 8) && mayMatch(1, 1) && mayMatch(0, 100) && !mayMatch(10, 20))
        #expect(!list.mayMatch({ _ in ColumnStatistics(nullCount: 5, rowCount: 5) }))
        #expect(!list.mayMatch({ _ in nil }, mayHold: { _, _ in false }))
    }

    @Test func `renaming keeps what has a name, and asks nothing of the rest`() {
        let one = ColumnPredicate.compare(column: "a", .equal, .integer(1)), other = ColumnPredicate.isNull(column: "b")
        let onlyA: (String) -> String? = { $0 == "a" ? "x" : nil }
        #expect(ColumnPredicate.all([one, other]).renamed(onlyA) == .compare(column: "x", .equal, .integer(1)))
        #expect(ColumnPredicate.any([one, other]).renamed(onlyA) == .anything)
    }
}
