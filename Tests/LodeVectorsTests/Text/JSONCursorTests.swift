/// Stepping over JSON: what is a value, and that no byte behind the end is looked at.

import Testing

@testable import LodeVectors

@Suite("JSON cursor")
struct JSONCursorTests {
    /// A copy of the text at the end of an allocation of its own, with other text right behind `end`.
    private func isValid(_ text: String, before rest: String = "") -> Bool {
        let bytes = Array((text + rest).utf8)
        return bytes.withUnsafeBytes { JSONCursor.isValid(UnsafeRawBufferPointer(rebasing: $0.prefix(text.utf8.count))) }
    }

    @Test(
        "one value with white space around it is valid",
        arguments: [
            "null", " true ", "\t-0.5e+10\n", "\"\"", "\"a long string that fills more than sixteen bytes\"", "[]", "{}",
            #"{"a":[1,{"b":"\u00e9\n"}],"c":null}"#, "[[[[]]]]", #""0123456789abcdef""#,
        ])
    func valid(_ text: String) { #expect(isValid(text)) }

    @Test(
        "anything else is not",
        arguments: [
            "", " ", "nul", "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "1e", "+1", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"", "[1,]", "[1 2]",
            "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "1 2", "\u{0b}1", "\"a\tb\"", "[", "]", "{\"a\":1]",
        ])
    func invalid(_ text: String) { #expect(!isValid(text)) }

    @Test("what stands behind the end does not complete a value")
    func endIsTheEnd() {
        let whole = #"{"key of some length":["a string of more than sixteen bytes \"quoted\"",-12.5e3,true,null]}"#
        for length in 0..<whole.utf8.count {
            let cut = String(decoding: Array(whole.utf8)[..<length], as: UTF8.self)
            let rest = String(decoding: Array(whole.utf8)[length...], as: UTF8.self)
            #expect(!isValid(cut, before: rest), "\(cut)")
        }
        #expect(isValid("1", before: "2"))
    }

    @Test("nesting ends at a thousand levels")
    func depth() {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(isValid(nested(JSONCursor.maximumDepth)))
        #expect(!isValid(nested(JSONCursor.maximumDepth + 1)))
    }

    @Test("a key is what is between its quotes")
    func key() {
        let bytes = Array(#""a key" : 1"#.utf8)
        bytes.withUnsafeBytes { bytes in
            var cursor = JSONCursor(strict: bytes)
            #expect(cursor?.key() == 1..<6)
            #expect(cursor?.kind() == .number)
        }
    }
}
