/// Cuts SQL text into tokens by PostgreSQL's lexical rules.
import LodeCore

/// - Source: PostgreSQL, chapter "SQL Syntax", section "Lexical Structure".
struct Lexer {
    private let text: [UInt8]
    private let vocabulary: Vocabulary
    private var position = 0
    private var tokens = Tokens()

    /// The largest text that spans and edges can address.
    static let sizeLimit = 1 << 30

    /// - Throws: `54000` for a string of more than 1 GiB, `22021` for a zero byte. Other faults become `bad` tokens, so that the
    ///   parser may report an earlier error first.
    static func tokens(of text: [UInt8], _ vocabulary: Vocabulary) throws(SQLError) -> Tokens {
        guard text.count <= sizeLimit else {
            throw SQLError(.programLimitExceeded, "the statement is longer than 1 GiB", hint: "Split it, or use COPY.")
        }
        var lexer = Lexer(text: text, vocabulary: vocabulary)
        lexer.tokens.kinds.reserveCapacity(text.count / 4 + 16)
        lexer.tokens.starts.reserveCapacity(text.count / 4 + 16)
        lexer.tokens.ends.reserveCapacity(text.count / 4 + 16)
        lexer.run()
        return lexer.tokens
    }

    private init(text: [UInt8], vocabulary: Vocabulary) {
        self.text = text
        self.vocabulary = vocabulary
    }

    @inline(__always)
    private func byte(_ offset: Int) -> UInt8 { position + offset < text.count ? text[position + offset] : 0 }

    private mutating func run() {
        while position < text.count {
            let start = position
            switch CharacterKind.table[Int(text[position])] {
            case .blank: position += 1
            case .word: word(start)
            case .digit: number(start)
            case .quote:
                position += 1
                string(start, escapes: false)
            case .doubleQuote: quotedName(start)
            case .dollar: dollar(start)
            case .sign: sign(start)
            case .bad:
                position += 1
                tokens.append(Terminal.bad, start, position)
            }
        }
        tokens.append(Terminal.end, text.count, text.count)
    }

    private mutating func word(_ start: Int) {
        if byte(1) == UInt8(ascii: "&"), text[position] | 32 == UInt8(ascii: "u") {
            if byte(2) == UInt8(ascii: "'") || byte(2) == UInt8(ascii: "\"") { return unicode(start) }
        } else if byte(1) == UInt8(ascii: "'") {
            switch text[position] | 32 {
            case UInt8(ascii: "e"):
                position += 2
                return string(start, escapes: true)
            case UInt8(ascii: "x"):
                position += 2
                return string(start, escapes: false, kind: Terminal.blob)
            default: break
            }
        }
        position += 1
        while position < text.count, CharacterKind.continuesWord(text[position]) { position += 1 }
        tokens.append(vocabulary.keyword(in: text, start, position) ?? Terminal.identifier, start, position)
    }

    /// A number: digits with underscores, a point, an exponent; `0x`, `0o`, `0b`. Letters after it are an error.
    private mutating func number(_ start: Int) {
        if text[position] == UInt8(ascii: "0"), let radix = Self.radixDigits(byte(1)), radix(byte(2)) {
            position += 2
            while radix(byte(0)) || (byte(0) == UInt8(ascii: "_") && radix(byte(1))) { position += 1 }
        } else {
            digits()
            if byte(0) == UInt8(ascii: "."), byte(1) != UInt8(ascii: ".") {
                position += 1
                digits()
            }
            exponent()
        }
        var kind = Terminal.number
        while position < text.count, CharacterKind.continuesWord(text[position]) {
            position += 1
            kind = Terminal.bad
        }
        tokens.append(kind, start, position)
    }

    private mutating func digits() {
        while byte(0) &- 48 < 10 || (byte(0) == UInt8(ascii: "_") && byte(1) &- 48 < 10) { position += 1 }
    }

    private mutating func exponent() {
        guard byte(0) | 32 == UInt8(ascii: "e") else { return }
        let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
        guard byte(signed ? 2 : 1) &- 48 < 10 else { return }
        position += signed ? 2 : 1
        digits()
    }

    private static func radixDigits(_ letter: UInt8) -> ((UInt8) -> Bool)? {
        switch letter | 32 {
        case UInt8(ascii: "x"): { $0 &- 48 < 10 || ($0 | 32) &- 97 < 6 }
        case UInt8(ascii: "o"): { $0 &- 48 < 8 }
        case UInt8(ascii: "b"): { $0 &- 48 < 2 }
        default: nil
        }
    }

    /// After the opening quote. A doubled quote is one quote; with `escapes`, a backslash hides the next character.
    private mutating func string(_ start: Int, escapes: Bool, kind: UInt16 = Terminal.string) {
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "'") {
                guard position < text.count, text[position] == UInt8(ascii: "'") else {
                    return tokens.append(kind, start, position)
                }
                position += 1
            } else if byte == UInt8(ascii: "\\"), escapes {
                position = min(position + 1, text.count)
            }
        }
        tokens.append(Terminal.bad, start, position)
    }

    /// `U&'…'` or `U&"…"`, with the `UESCAPE 'c'` that may follow as a part of the token.
    private mutating func unicode(_ start: Int) {
        let isName = byte(2) == UInt8(ascii: "\"")
        position += isName ? 2 : 3
        if isName { quotedName(start) } else { string(start, escapes: false) }
        var next = position
        while next < text.count, CharacterKind.table[Int(text[next])] == .blank { next += 1 }
        let tail = Array("uescape".utf8)
        guard next + tail.count < text.count, tail.indices.allSatisfy({ text[next + $0] | 32 == tail[$0] }) else { return }
        next += tail.count
        while next < text.count, CharacterKind.table[Int(text[next])] == .blank { next += 1 }
        guard next + 2 < text.count, text[next] == UInt8(ascii: "'"), text[next + 2] == UInt8(ascii: "'") else { return }
        position = next + 3
        tokens.extendLast(to: position)
    }

    private mutating func quotedName(_ start: Int) {
        position += 1
        while position < text.count {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < text.count, text[position] == UInt8(ascii: "\"") else {
                    return tokens.append(position - start > (text[start] == byte ? 2 : 4) ? Terminal.quoted : Terminal.bad, start, position)
                }
                position += 1
            }
        }
        tokens.append(Terminal.bad, start, position)
    }

    /// `$1`, `$$text$$`, `$tag$text$tag$`.
    private mutating func dollar(_ start: Int) {
        if byte(1) &- 48 < 10 {
            position += 1
            while byte(0) &- 48 < 10 { position += 1 }
            return tokens.append(Terminal.parameter, start, position)
        }
        guard let tagEnd = Self.dollarTag(text, start) else {
            position += 1
            return tokens.append(Terminal.bad, start, position)
        }
        let length = tagEnd - start
        position = tagEnd
        while position + length <= text.count {
            if text[position] == UInt8(ascii: "$"), (0..<length).allSatisfy({ text[position + $0] == text[start + $0] }) {
                position += length
                return tokens.append(Terminal.string, start, position)
            }
            position += 1
        }
        position = text.count
        tokens.append(Terminal.bad, start, position)
    }

    /// Where the opening `$tag$` at `start` ends, or nil if there is none.
    static func dollarTag(_ text: [UInt8], _ start: Int) -> Int? {
        var end = start + 1
        while end < text.count, text[end] != UInt8(ascii: "$") {
            let kind = CharacterKind.table[Int(text[end])]
            guard kind == .word || (kind == .digit && end > start + 1) else { return nil }
            end += 1
        }
        return end < text.count ? end + 1 : nil
    }

    private mutating func sign(_ start: Int) {
        let first = text[position]
        if first == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
            while position < text.count, text[position] != 10 { position += 1 }
            return
        }
        if first == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") { return blockComment(start) }
        if first == UInt8(ascii: "."), byte(1) &- 48 < 10 { return number(start) }
        if let (kind, length) = vocabulary.sign(in: text, position) {
            position += length
            return tokens.append(kind, start, position)
        }
        position += 1
        tokens.append(Terminal.bad, start, position)
    }

    /// Block comments nest.
    private mutating func blockComment(_ start: Int) {
        var depth = 0
        while position < text.count {
            if byte(0) == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte(0) == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                position += 1
            }
        }
        tokens.append(Terminal.bad, start, position)
    }
}
