// Values outside of columns: equality as SQL groups, order as SQL compares.

import LodeCore
import Testing

@Suite struct ValueTests {
    /// The same letter, composed and as a letter with a combining accent: equal as Swift strings, different as SQL text.
    private let composed = "caf\u{e9}", decomposed = "cafe\u{301}"

    @Test func `text is equal only when its bytes are`() {
        #expect(composed == decomposed)
        #expect(Value.text(composed) != .text(decomposed))
        #expect(Set([Value.text(composed), .text(decomposed)]).count == 2)
        #expect(Value.compare(.text(composed), .text(decomposed)) != 0)
    }

    @Test func `text is ordered by its bytes`() {
        let sorted = ["Z", "a", "\u{e9}", "\u{20ac}", "\u{1f600}"]
        for (low, high) in zip(sorted, sorted.dropFirst()) { #expect(Value.compare(.text(low), .text(high)) == -1, "\(low), \(high)") }
        #expect(Value.compare(.text("ab"), .text("a")) == 1)
    }

    @Test func `NaN equals itself and is above every number`() {
        #expect(Value.double(.nan) == .double(.nan))
        #expect(Set([Value.double(.nan), .double(-.nan)]).count == 1)
        #expect(Value.compare(.double(.nan), .double(.nan)) == 0)
        #expect(Value.compare(.double(.nan), .double(.infinity)) == 1)
    }

    @Test func `NULL and values of different kinds have no order`() {
        #expect(Value.compare(.null, .integer(1)) == nil)
        #expect(Value.compare(.null, .null) == nil)
        #expect(Value.compare(.text("1"), .integer(1)) == nil)
    }

    @Test func `integers and decimals compare by what they stand for`() {
        #expect(Value.compare(.integer(1), .decimal(100, scale: 2)) == 0)
        #expect(Value.compare(.decimal(-1, scale: 38), .integer(0)) == -1)
        #expect(Value.compare(.integer(.max), .decimal(1, scale: 38)) == 1)
    }

    @Test func `a literal is quoted, its quotes doubled`() {
        #expect(SQLText("it's").literal == "'it''s'")
        #expect(SQLText.enclosed("a\"b", in: UInt8(ascii: "\"")) == "\"a\"\"b\"")
    }
}
