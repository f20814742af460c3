/// What queries have in common that differ in the values they compare with.
import LodeCore

/// A query's text with `$1`, `$2`, … for literals, and those literals.
///
///     select name from t where id = 17 and kind = 'a'        select name from t where id = $1 and kind = $2        17, 'a'
///
/// Only literals right behind a comparison operator, from WHERE on, are taken out: anywhere else a literal may mean something to the
/// query itself (a position in ORDER BY, a name, a type's length). All else of the text stays as it is, comments and blanks included.
package struct LiteralTemplate: Sendable {
    package enum Literal: Sendable, Hashable {
        case integer(Int64)
        case text(String)
    }

    package let text: String
    package let literals: [Literal]

    /// Longer texts are seldom asked twice, and cost more to look at.
    package static let sizeLimit = 8 << 10

    /// - Returns: nil for a text that is no single query, has parameters of its own, or is too long.
    package init?(_ source: String) {
        guard source.utf8.count <= Self.sizeLimit, case .success(let grammar) = Grammar.loaded else { return nil }
        let bytes = Array(source.utf8)
        guard let tokens = try? Lexer.tokens(of: bytes, grammar.vocabulary) else { return nil }
        var last = tokens.count - 1
        while last > 0, tokens.kinds[last - 1] == grammar.semicolon { last -= 1 }
        guard last > 0, Self.beginsQuery(bytes, tokens) else { return nil }
        var template: [UInt8] = [], found: [Literal] = [], copied = 0, isBehindWhere = false
        for index in 0..<last {
            let kind = tokens.kinds[index]
            if kind == grammar.semicolon || kind == Terminal.parameter || kind == Terminal.bad { return nil }
            let start = Int(tokens.starts[index]), end = Int(tokens.ends[index])
            if !isBehindWhere {
                isBehindWhere = Self.isWord(bytes[start..<end], "where")
            } else if Self.isComparison(bytes, tokens, index - 1), let literal = Self.literal(bytes[start..<end], kind) {
                // 'a' 'b' on two lines is one literal.
                if tokens.kinds[index + 1] == Terminal.string { return nil }
                template += bytes[copied..<start]
                found.append(literal)
                template += Array("$\(found.count)".utf8)
                copied = end
            }
        }
        template += bytes[copied..<Int(tokens.ends[last - 1])]
        text = String(decoding: template, as: UTF8.self)
        literals = found
    }

    /// The query with parameters; nil if it can't be parsed.
    package var parsed: ParsedStatement? {
        guard let statements = try? Parser.parse(text), statements.count == 1 else { return nil }
        return statements[0]
    }

    private static func beginsQuery(_ bytes: [UInt8], _ tokens: Tokens) -> Bool {
        let first = bytes[Int(tokens.starts[0])..<Int(tokens.ends[0])]
        return isWord(first, "select") || isWord(first, "from") || isWord(first, "with")
    }

    private static func isWord(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in zip(bytes, word).allSatisfy { $0 | 32 == $1 } }
    }

    private static func isComparison(_ bytes: [UInt8], _ tokens: Tokens, _ index: Int) -> Bool {
        let text = bytes[Int(tokens.starts[index])..<Int(tokens.ends[index])]
        let first = text.first, second = text.dropFirst().first
        switch (first, second, text.count) {
        case (UInt8(ascii: "="), nil, 1), (UInt8(ascii: "<"), nil, 1), (UInt8(ascii: ">"), nil, 1): return true
        case (UInt8(ascii: "<"), UInt8(ascii: "="), 2), (UInt8(ascii: ">"), UInt8(ascii: "="), 2): return true
        case (UInt8(ascii: "<"), UInt8(ascii: ">"), 2), (UInt8(ascii: "!"), UInt8(ascii: "="), 2): return true
        default: return false
        }
    }

    /// Whole numbers of up to 18 plain digits, and plain quoted strings.
    private static func literal(_ bytes: ArraySlice<UInt8>, _ kind: UInt16) -> Literal? {
        switch kind {
        case Terminal.number:
            guard bytes.count <= 18 else { return nil }
            var value: Int64 = 0
            for byte in bytes {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            // 0x10 and its kin have letters; 007 is 7.
            return .integer(value)
        case Terminal.string:
            guard bytes.count >= 2, bytes.first == UInt8(ascii: "'"), bytes.last == UInt8(ascii: "'") else { return nil }
            var content: [UInt8] = [], wasQuote = false
            for byte in bytes.dropFirst().dropLast() {
                let isQuote = byte == UInt8(ascii: "'")
                if !(isQuote && wasQuote) { content.append(byte) }
                wasQuote = isQuote && !wasQuote
            }
            return .text(String(decoding: content, as: UTF8.self))
        default: return nil
        }
    }
}
