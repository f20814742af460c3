/// Names in texts.

import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct SQLNameTests {
    @Test(arguments: [
        ("a", ["a"]), ("A.B", ["a", "b"]), (" a . b ", ["a", "b"]), ("\"A\".b", ["A", "b"]), ("\"a\"\"b.c\"", ["a\"b.c"]),
    ])
    func `parts are in lower case unless they are quoted`(text: String, parts: [String]) throws {
        #expect(try SQLName.parts(of: text) == parts)
    }

    @Test(arguments: ["", ".", "a.", ".a", "a b", "\"a", "\"a\"b", "a..b"])
    func `what is no name is refused`(text: String) {
        let error = #expect(throws: SQLError.self) { try SQLName.parts(of: text) }
        #expect(error?.state == .invalidName)
    }

    @Test(arguments: [
        ("a", "a"), ("a_1", "a_1"), ("A", "\"A\""), ("1a", "\"1a\""), ("a b", "\"a b\""), ("a\"b", "\"a\"\"b\""), ("order", "\"order\""),
        ("", "\"\""),
    ])
    func `names are quoted where they have to be`(name: String, text: String) { #expect(SQLName.quoted(name) == text) }
}
