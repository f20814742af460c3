/// Resolves the escapes of string and binary literals.
import LodeCore

enum StringLiteral {
    /// The text of `'…'`, `E'…'` or `$tag$…$tag$`.
    ///
    /// - Source: PostgreSQL, "String Constants", "String Constants With C-Style Escapes", "Dollar-Quoted String Constants".
    static func decode(_ bytes: ArraySlice<UInt8>, at span: SourceSpan) throws(SQLError) -> String {
        let start = bytes.startIndex
        switch bytes.first {
        case UInt8(ascii: "$"):
            guard let tagEnd = bytes.dropFirst().firstIndex(of: UInt8(ascii: "$")) else { break }
            let length = tagEnd + 1 - start
            return String(decoding: bytes.dropFirst(length).dropLast(length), as: UTF8.self)
        case UInt8(ascii: "u"), UInt8(ascii: "U"): return try UnicodeLiteral.decode(bytes, at: span)
        case UInt8(ascii: "e"), UInt8(ascii: "E"): return try escaped(bytes.dropFirst(2).dropLast(), at: span)
        default: break
        }
        let inner = bytes.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "'")) else { return String(decoding: inner, as: UTF8.self) }
        var output: [UInt8] = []
        var index = inner.startIndex
        while index < inner.endIndex {
            output.append(inner[index])
            index += inner[index] == UInt8(ascii: "'") ? 2 : 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func escaped(_ inner: ArraySlice<UInt8>, at span: SourceSpan) throws(SQLError) -> String {
        var output: [UInt8] = []
        var index = inner.startIndex
        while index < inner.endIndex {
            let byte = inner[index]
            index += 1
            if byte == UInt8(ascii: "'") {
                output.append(byte)
                index += 1
            } else if byte != UInt8(ascii: "\\") || index >= inner.endIndex {
                output.append(byte)
            } else {
                try escape(inner, &index, into: &output, at: span)
            }
        }
        guard let text = String(validating: output, as: UTF8.self) else {
            throw SQLError(.characterNotInRepertoire, "the escapes of this string do not make valid UTF-8", at: span)
        }
        return text
    }

    private static func escape(
        _ inner: ArraySlice<UInt8>, _ index: inout Int, into output: inout [UInt8], at span: SourceSpan
    ) throws(SQLError) {
        let letter = inner[index]
        index += 1
        switch letter {
        case UInt8(ascii: "b"): output.append(8)
        case UInt8(ascii: "f"): output.append(12)
        case UInt8(ascii: "n"): output.append(10)
        case UInt8(ascii: "r"): output.append(13)
        case UInt8(ascii: "t"): output.append(9)
        case UInt8(ascii: "x"):
            guard let value = digits(inner, &index, radix: 16, atMost: 2) else { return output.append(letter) }
            output.append(UInt8(truncatingIfNeeded: value))
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            index -= 1
            output.append(UInt8(truncatingIfNeeded: digits(inner, &index, radix: 8, atMost: 3) ?? 0))
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let length = letter == UInt8(ascii: "u") ? 4 : 8
            let from = index
            guard let value = digits(inner, &index, radix: 16, atMost: length), index - from == length,
                let scalar = Unicode.Scalar(UInt32(value)), value != 0
            else {
                throw SQLError(.invalidEscapeSequence, "invalid Unicode escape", at: span, hint: "Write \\uXXXX or \\UXXXXXXXX.")
            }
            output.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: output.append(letter)
        }
    }

    private static func digits(_ inner: ArraySlice<UInt8>, _ index: inout Int, radix: Int, atMost limit: Int) -> Int? {
        var value = 0
        var count = 0
        while count < limit, index < inner.endIndex, let digit = HexDigit.value(inner[index]).map(Int.init), digit < radix {
            value = value * radix + digit
            index += 1
            count += 1
        }
        return count == 0 ? nil : value
    }

    /// The bytes of `X'0aff'`; blanks between the digits are allowed.
    static func blob(_ bytes: ArraySlice<UInt8>, at span: SourceSpan) throws(SQLError) -> [UInt8] {
        var output: [UInt8] = []
        var high: Int?
        for byte in bytes.dropFirst(2).dropLast() where byte != UInt8(ascii: " ") {
            guard let digit = HexDigit.value(byte).map(Int.init) else {
                throw SQLError(.invalidTextRepresentation, "a binary literal has hexadecimal digits only", at: span)
            }
            if let first = high {
                output.append(UInt8(first * 16 + digit))
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else {
            throw SQLError(.invalidTextRepresentation, "a binary literal has an even number of digits", at: span)
        }
        return output
    }
}
