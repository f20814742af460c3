/// Characters that command a terminal, made visible.

/// Escape sequences in data could move the cursor, change the title or hide text: none of them reaches a terminal as it is.
enum ControlCharacters {
    /// The text with its control characters as escapes: `\x1b`, `\u202e`. Line feeds and tabs stay if they lay out the text.
    static func visible(_ text: String, keepsLines: Bool) -> String {
        if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 || (keepsLines && ($0 == 10 || $0 == 9)) }) { return text }
        guard text.unicodeScalars.contains(where: { commands($0) && !(keepsLines && ($0 == "\n" || $0 == "\t")) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if !commands(scalar) || (keepsLines && (scalar == "\n" || scalar == "\t")) {
                result.unicodeScalars.append(scalar)
            } else {
                result += escape(scalar)
            }
        }
        return result
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(scalar.value, radix: 16)
            if scalar.value < 256 { return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits }
            return "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        }
    }

    /// Control characters of ASCII and Latin-1, and those that turn the direction of what follows.
    private static func commands(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<32, 127..<160, 0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
