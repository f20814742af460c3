/// The text of a statement as others may read it: without passwords, or without any value.

/// Works on any text, also one that is no SQL: what fails to be parsed is written down, too.
package enum StatementText {
    private static let hidden = "'<hidden>'"

    /// The text with `'<hidden>'` for each literal that is a password or another secret, and for passwords in addresses
    /// (`postgres://user:password@host`).
    /// - Returns: nil for a text without secrets, which may be shown as it is.
    package static func withoutSecrets(_ text: String) -> String? { replacingSecrets(text) { _ in Array(hidden.utf8) } }

    /// The same with stars for each byte of such a literal: what stands behind it stays in its place.
    package static func masked(_ text: String) -> String? {
        replacingSecrets(text) { literal in Array(repeating: UInt8(ascii: "*"), count: literal.count) }
    }

    private static func replacingSecrets(_ text: String, _ replacement: (ArraySlice<UInt8>) -> [UInt8]) -> String? {
        let bytes = Array(text.utf8)
        guard mayHoldSecret(bytes) else { return nil }
        var result: [UInt8] = [], isSecret = false, hasHidden = false, role = RoleWords(), store = SecretWords()
        var scanner = LiteralScanner(bytes)
        while let piece = scanner.next() {
            let part = bytes[piece.range]
            switch piece.kind {
            case .string where isSecret || store.hides || holdsPassword(part), .word where role.isPassword(part),
                .number where role.isPassword(part):
                result += replacement(part)
                hasHidden = true
                role.isExpected = false
            case .string, .number:
                isSecret = false
                result += part
            case .word:
                // PASSWORD 'x', secret = 'x', "password" => 'x'; between name and value there are words of the grammar at most.
                isSecret = namesSecret(part) || (isSecret && isConnective(part))
                role.note(part)
                store.note(part)
                result += part
            case .sign:
                if part.first == UInt8(ascii: ";") { (role, store) = (RoleWords(), SecretWords()) }
                isSecret = isSecret && [UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: ":")].contains(part.first ?? 0)
                result += part
            case .space: result += part
            }
        }
        return hasHidden ? String(decoding: result, as: UTF8.self) : nil
    }

    /// CREATE and ALTER of roles, where even a word behind PASSWORD is one: somebody forgot its quotes.
    private struct RoleWords {
        private var previous = ""
        private var isRole = false
        var isExpected = false

        mutating func note(_ word: ArraySlice<UInt8>) {
            let text = String(decoding: word, as: UTF8.self).lowercased()
            if ["create", "alter"].contains(previous), ["role", "user", "group"].contains(text) { isRole = true }
            isExpected = isRole && text == "password"
            previous = text
        }

        func isPassword(_ word: ArraySlice<UInt8>) -> Bool {
            isExpected && String(decoding: word, as: UTF8.self).lowercased() != "null"
        }
    }

    /// CREATE SECRET and CREATE CATALOG, where every literal is one but for those of options that are none.
    private struct SecretWords {
        private static let open: Set<String> = [
            "type", "provider", "scope", "key_id", "region", "endpoint", "url_style", "use_ssl", "requester_pays", "kms_key_id",
            "server_side_encryption", "profile", "assume_role_arn", "warehouse", "catalog", "catalog_id", "role_arn",
            "uri", "prefix", "oauth2_server_uri", "sigv4", "signing_name", "signing_region", "access_delegation", "nested_namespaces",
            "page_size",
        ]
        private static let between: Set<String> = ["or", "replace", "persistent", "temporary", "temp"]
        private var isCreate = false, isSecret = false, option = ""

        mutating func note(_ word: ArraySlice<UInt8>) {
            option = String(decoding: word, as: UTF8.self).lowercased()
            if isSecret { return }
            isSecret = isCreate && (option == "secret" || option == "catalog")
            isCreate = option == "create" || (isCreate && Self.between.contains(option))
        }

        var hides: Bool { isSecret && !Self.open.contains(option) }
    }

    /// The text with `?` for every literal, and one space for what lies between words: equal for statements that differ in values only.
    package static func shape(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var scanner = LiteralScanner(bytes)
        while let piece = scanner.next() {
            switch piece.kind {
            case .string, .number: result.append(UInt8(ascii: "?"))
            case .space: if !result.isEmpty { result.append(UInt8(ascii: " ")) }
            case .word, .sign: result += bytes[piece.range]
            }
        }
        while result.last == UInt8(ascii: " ") || result.last == UInt8(ascii: ";") { result.removeLast() }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text in pieces, one for each `:name` and one for what lies between; `end` is where in the text a piece ends, in bytes.
    package static func variables(in text: String) -> [(text: String, variable: String?, end: Int)] {
        let bytes = Array(text.utf8)
        var pieces: [(text: String, variable: String?, end: Int)] = [], start = 0, colons = 0
        var scanner = LiteralScanner(bytes)
        while let piece = scanner.next() {
            let isColon = piece.kind == .sign && bytes[piece.range.lowerBound] == UInt8(ascii: ":")
            // Two colons are a cast.
            if piece.kind == .word, colons == 1, bytes[piece.range.lowerBound] != UInt8(ascii: "\"") {
                let colon = piece.range.lowerBound - 1
                pieces.append((String(decoding: bytes[start..<colon], as: UTF8.self), nil, colon))
                let name = String(decoding: bytes[piece.range], as: UTF8.self)
                pieces.append((":" + name, name, piece.range.upperBound))
                start = piece.range.upperBound
            }
            colons = isColon ? colons + 1 : 0
        }
        pieces.append((String(decoding: bytes[start...], as: UTF8.self), nil, bytes.count))
        return pieces
    }

    /// Where the word, literal or sign ends that begins at, or holds, a byte.
    package static func end(ofPieceAt offset: Int, in text: String) -> Int {
        var scanner = LiteralScanner(Array(text.utf8))
        while let piece = scanner.next() { if piece.range.upperBound > offset { return piece.range.upperBound } }
        return offset
    }

    /// A quick look: most texts have nothing to hide.
    private static func mayHoldSecret(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            switch bytes[index] | 0x20 {
            case UInt8(ascii: "p") where begins("pass", bytes, index): return true
            case UInt8(ascii: "s") where begins("secret", bytes, index): return true
            case UInt8(ascii: "c") where begins("catalog", bytes, index): return true
            case UInt8(ascii: ":") where begins("://", bytes, index): return true
            default: index += 1
            }
        }
        return false
    }

    private static func begins(_ word: StaticString, _ bytes: [UInt8], _ start: Int) -> Bool {
        let wanted = Array(word.description.utf8)
        guard bytes.count - start >= wanted.count else { return false }
        return zip(bytes[start...], wanted).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
    }

    private static func namesSecret(_ word: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: word, as: UTF8.self).lowercased()
        return text.contains("password") || text.contains("passwd") || text.contains("secret") || text.contains("passphrase")
    }

    private static func isConnective(_ word: ArraySlice<UInt8>) -> Bool {
        ["to", "is", "as", "encrypted"].contains(String(decoding: word, as: UTF8.self).lowercased())
    }

    /// Whether a literal is an address with a password, or `key=value` text with one.
    private static func holdsPassword(_ literal: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: literal, as: UTF8.self)
        // Signed URLs give what they name to whoever has them.
        let names = ["password=", "signature=", "security-token=", "?sig=", "&sig="], folded = text.lowercased()
        if names.contains(where: { folded.contains($0) }) { return true }
        let authorities = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.contains(UInt8(ascii: "@")), authorities.count > 2 else { return false }
        return authorities[2].split(separator: "@").first.map { $0.contains(":") } ?? false && authorities[2].contains("@")
    }
}

/// Cuts a text into literals and what lies between them. Whatever does not end goes to the end of the text.
private struct LiteralScanner {
    enum Kind { case string, number, word, sign, space }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> (kind: Kind, range: Range<Int>)? {
        guard position < bytes.count else { return nil }
        let start = position, kind = scan()
        position = min(max(position, start + 1), bytes.count)
        return (kind, start..<position)
    }

    private func byte(_ offset: Int) -> UInt8 { position + offset < bytes.count ? bytes[position + offset] : 0 }

    private mutating func scan() -> Kind {
        switch byte(0) {
        case UInt8(ascii: " "), 9...13: return space()
        case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"), UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): return space()
        case UInt8(ascii: "'"): return quoted(UInt8(ascii: "'"), escapes: false, .string)
        case UInt8(ascii: "\""): return quoted(UInt8(ascii: "\""), escapes: false, .word)
        case UInt8(ascii: "`"): return quoted(UInt8(ascii: "`"), escapes: false, .word)
        case UInt8(ascii: "$"): return dollar()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            skip { Self.isWordByte($0) || $0 == UInt8(ascii: ".") }
            return .number
        case let first where Self.isWordByte(first): return word()
        default:
            position += 1
            return .sign
        }
    }

    /// White space and comments.
    private mutating func space() -> Kind {
        while position < bytes.count {
            if byte(0) == UInt8(ascii: " ") || (9...13).contains(byte(0)) {
                position += 1
            } else if byte(0) == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                skip { $0 != 10 }
            } else if byte(0) == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                comment()
            } else {
                break
            }
        }
        return .space
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if byte(0) == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte(0) == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    /// A word; with a quote right behind it, the beginning of a literal: `E'…'`, `U&'…'`, `X'…'`.
    private mutating func word() -> Kind {
        let start = position
        skip(Self.isWordByte)
        let length = position - start
        if byte(0) == UInt8(ascii: "'"), length == 1 {
            return quoted(UInt8(ascii: "'"), escapes: bytes[start] | 0x20 == UInt8(ascii: "e"), .string)
        }
        if byte(0) == UInt8(ascii: "&"), byte(1) == UInt8(ascii: "'"), length == 1 {
            position += 1
            return quoted(UInt8(ascii: "'"), escapes: false, .string)
        }
        return .word
    }

    private mutating func quoted(_ quote: UInt8, escapes: Bool, _ kind: Kind) -> Kind {
        position += 1
        while position < bytes.count {
            if escapes, byte(0) == UInt8(ascii: "\\") {
                position += 2
            } else if byte(0) != quote {
                position += 1
            } else if byte(1) == quote {
                position += 2
            } else {
                position += 1
                break
            }
        }
        return kind
    }

    /// `$$…$$`, `$tag$…$tag$`, or the sign of a parameter.
    private mutating func dollar() -> Kind {
        guard let tagEnd = Lexer.dollarTag(bytes, position) else {
            position += 1
            let isParameter = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte(0))
            skip(Self.isWordByte)
            return isParameter ? .word : .sign
        }
        let tag = bytes[position..<tagEnd]
        position = tagEnd
        while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
        position += tag.count
        return .string
    }

    private mutating func skip(_ belongs: (UInt8) -> Bool) {
        while position < bytes.count, belongs(bytes[position]) { position += 1 }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
