/// The values of `--var` and `\set`.

import LodeCore
import Testing

@testable import LodeShell

@Suite struct VariableTests {
    @Test(arguments: ["01234", "+5", "007.5", "1e5", "1_000", "-0", "", "a", "2024-01-01"])
    func `what is no number as it is written is text`(text: String) {
        #expect(Variables.value(text) == .text(SQLText(text)))
    }

    @Test func `numbers and truth values are what they are`() {
        #expect(Variables.value("1234") == .integer(1234))
        #expect(Variables.value("-5") == .integer(-5))
        #expect(Variables.value("0.50") == .decimal(50, scale: 2))
        #expect(Variables.value("true") == .boolean(true))
    }
}
