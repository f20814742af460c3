/// How many terminal columns a string takes.

enum DisplayWidth {
    /// Columns of `text`: wide East Asian characters and emoji take two, combining marks none.
    static func of(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        let value = scalar.value
        if value < 0x300 { return 1 }
        let isWide =
            (0x1100...0x115f).contains(value) || (0x2e80...0xa4cf).contains(value) || (0xac00...0xd7a3).contains(value)
            || (0xf900...0xfaff).contains(value) || (0xfe30...0xfe6f).contains(value) || (0xff00...0xff60).contains(value)
            || (0xffe0...0xffe6).contains(value) || (0x1f300...0x1faff).contains(value) || (0x20000...0x3fffd).contains(value)
        if isWide || scalar.properties.isEmojiPresentation { return 2 }
        return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
    }

    /// The text cut to at most `width` columns, with an ellipsis if something is gone.
    static func cut(_ text: String, to width: Int) -> String {
        if of(text) <= width { return text }
        var result = "", used = 0
        for character in text {
            let more = of(character)
            if used + more > width - 1 { break }
            result.append(character)
            used += more
        }
        return result + "…"
    }

    /// The text on one line, with control characters made visible.
    static func singleLine(_ text: String) -> String { ControlCharacters.visible(text, keepsLines: false) }
}
