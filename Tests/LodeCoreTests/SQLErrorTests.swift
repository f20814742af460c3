// Errors, and the operators and spans that they are made from.

import LodeCore
import Testing

@Suite struct SQLErrorTests {
    @Test func `an error keeps the place in the statement that it knew first`() {
        let error = SQLError(.divisionByZero, "division by zero")
        #expect(error.at(SourceSpan(3, 5)).span == SourceSpan(3, 5))
        #expect(error.at(SourceSpan(3, 5)).at(SourceSpan(0, 9)).span == SourceSpan(3, 5))
    }

    @Test func `places in data nest from the outside in`() {
        let error = SQLError(.dataCorrupted, "bad", in: "column a").within("line 7").within("orders.csv")
        #expect(error.place == "orders.csv, line 7, column a")
    }

    @Test func `the text has a line for each part`() {
        let error = SQLError(.undefinedColumn, "column \"x\" does not exist", detail: "Visible columns: y.", hint: "Did you mean \"y\"?")
        #expect(
            error.description == """
                ERROR 42703: column "x" does not exist
                DETAIL: Visible columns: y.
                HINT: Did you mean "y"?
                """)
    }

    @Test func `an operator and its mirror agree, its negation does not`() {
        for comparison in ComparisonOperator.allCases {
            for order in [-1, 0, 1] {
                #expect(comparison.holds(order) == comparison.mirrored.holds(-order))
                #expect(comparison.holds(order) != comparison.negated.holds(order))
            }
        }
    }

    @Test func `a cancelled statement stops at its next check`() throws {
        let cancellation = Cancellation()
        try cancellation.check()
        cancellation.cancel()
        let error = #expect(throws: SQLError.self) { try cancellation.check() }
        #expect(error?.state == .queryCanceled)
    }
}
