/// Strings and names whose characters are written by their numbers: `U&'d\0061t\+000061'`.
import LodeCore

/// - Source: PostgreSQL, "String Constants With Unicode Escapes", "Identifiers and Key Words".
enum UnicodeLiteral {
    /// The text of `U&'…'` or `U&"…"`, which `UESCAPE 'c'` may follow.
    static func decode(_ bytes: ArraySlice<UInt8>, at span: SourceSpan) throws(SQLError) -> String {
        let quote = bytes[bytes.startIndex + 2]
        var escape = UInt8(ascii: "\\"), end = bytes.endIndex - 1
        if let (character, closing) = tail(bytes, quote) {
            (escape, end) = (character, closing)
            let isWrong = escape == UInt8(ascii: "+") || escape == UInt8(ascii: "'") || escape == UInt8(ascii: "\"")
            if isWrong || escape == UInt8(ascii: " ") || Character(Unicode.Scalar(escape)).isHexDigit {
                throw SQLError(.syntaxError, "invalid Unicode escape character", at: span)
            }
        }
        var output = String.UnicodeScalarView(), plain: [UInt8] = [], high: UInt32?
        var index = bytes.startIndex + 3
        func flush() throws(SQLError) {
            if high != nil { throw wrongPair(span) }
            output.append(contentsOf: String(decoding: plain, as: UTF8.self).unicodeScalars)
            plain = []
        }
        while index < end {
            let byte = bytes[index]
            let isDoubled = (byte == quote || byte == escape) && index + 1 < end && bytes[index + 1] == byte
            if byte != escape || isDoubled {
                if high != nil { throw wrongPair(span) }
                plain.append(byte)
                index += isDoubled ? 2 : 1
                continue
            }
            let isLong = index + 1 < end && bytes[index + 1] == UInt8(ascii: "+"), digits = isLong ? 6 : 4
            let start = index + (isLong ? 2 : 1)
            guard start + digits <= end, bytes[start] != UInt8(ascii: "+"),
                let code = UInt32(String(decoding: bytes[start..<start + digits], as: UTF8.self), radix: 16)
            else {
                throw SQLError(.syntaxError, "invalid Unicode escape", at: span, hint: "Unicode escapes must be \\XXXX or \\+XXXXXX.")
            }
            index = start + digits
            if high == nil { try flush() }
            if let first = high {
                guard (0xDC00...0xDFFF).contains(code) else { throw wrongPair(span) }
                high = nil
                try append(0x10000 + (first - 0xD800) << 10 + (code - 0xDC00), to: &output, span)
            } else if (0xD800...0xDBFF).contains(code) {
                high = code
            } else {
                try append(code, to: &output, span)
            }
        }
        try flush()
        return String(output)
    }

    private static func append(_ code: UInt32, to output: inout String.UnicodeScalarView, _ span: SourceSpan) throws(SQLError) {
        guard code != 0, let scalar = Unicode.Scalar(code) else {
            throw SQLError(.syntaxError, "invalid Unicode escape value", at: span)
        }
        output.append(scalar)
    }

    private static func wrongPair(_ span: SourceSpan) -> SQLError { SQLError(.syntaxError, "invalid Unicode surrogate pair", at: span) }

    /// The character of `UESCAPE 'c'`, and where the quote before it closes the literal.
    private static func tail(_ bytes: ArraySlice<UInt8>, _ quote: UInt8) -> (UInt8, Int)? {
        var index = bytes.startIndex + 3
        while index < bytes.endIndex {
            if bytes[index] == quote {
                guard index + 1 < bytes.endIndex, bytes[index + 1] == quote else { break }
                index += 1
            }
            index += 1
        }
        return index < bytes.endIndex - 1 ? (bytes[bytes.endIndex - 2], index) : nil
    }
}
