/// Why some bytes are no token.
import LodeCore

enum BadToken {
    /// - Parameter span: of a token of kind `bad`.
    static func error(_ text: [UInt8], _ span: SourceSpan) -> SQLError {
        let bytes = text[span.start..<span.end]
        let word = String(decoding: bytes.prefix(40), as: UTF8.self)
        let first = SourceSpan(span.start, min(span.start + 1, span.end))
        switch bytes.first ?? 0 {
        case UInt8(ascii: "'"), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "x"), UInt8(ascii: "X"):
            return SQLError(.syntaxError, "unterminated string", at: first, hint: "Close it with a quote (').")
        case UInt8(ascii: "\"") where bytes.count == 2:
            return SQLError(.syntaxError, "a name in quotes cannot be empty", at: span)
        case UInt8(ascii: "\""):
            return SQLError(.syntaxError, "unterminated quoted name", at: first, hint: "Close it with a double quote (\").")
        case UInt8(ascii: "/"):
            return SQLError(.syntaxError, "unterminated comment", at: first, hint: "Close it with */.")
        case UInt8(ascii: "$") where bytes.count > 1:
            return SQLError(
                .syntaxError, "unterminated dollar-quoted string", at: first, hint: "Close it with the tag that opens it.")
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
            return SQLError(
                .syntaxError, "trailing junk after number at or near \"\(word)\"", at: span,
                hint: "Names cannot begin with a digit, unless they are in double quotes.")
        case UInt8(ascii: "`"):
            return SQLError(
                .syntaxError, "unexpected character \"`\"", at: span, hint: "Names are quoted with double quotes (\").")
        default:
            return SQLError(.syntaxError, "unexpected character \"\(printable(bytes))\"", at: span)
        }
    }

    private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
        guard let byte = bytes.first, byte < 32 || byte == 127 else { return String(decoding: bytes, as: UTF8.self) }
        return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
