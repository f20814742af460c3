/// What commands a terminal is made visible.

import Testing

@testable import LodeShell

@Suite struct ControlCharacterTests {
    @Test(arguments: [
        ("\u{1b}[2J", "\\x1b[2J"), ("a\u{7}b", "a\\x07b"), ("\u{9b}31m", "\\x9b31m"), ("x\u{202e}y", "x\\u202ey"),
        ("\u{7f}", "\\x7f"), ("a\rb", "a\\rb"),
        ("Käse 🧀", "Käse 🧀"),
    ])
    func `a control character becomes an escape`(text: String, visible: String) {
        #expect(ControlCharacters.visible(text, keepsLines: true) == visible)
        #expect(DisplayWidth.singleLine(text) == visible)
    }

    @Test func `lines and tabs stay where they lay out the text`() {
        #expect(ControlCharacters.visible("a\n\tb\u{1b}", keepsLines: true) == "a\n\tb\\x1b")
        #expect(ControlCharacters.visible("a\n\tb", keepsLines: false) == "a\\n\\tb")
    }
}
