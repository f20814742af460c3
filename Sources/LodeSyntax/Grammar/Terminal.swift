/// The kinds of tokens: a few fixed ones, then the keywords, then the signs of the grammar.

/// A dense number for each kind of token. Keywords and then signs follow the fixed kinds.
enum Terminal {
    static let end: UInt16 = 0
    /// Bytes that are no token: an unterminated string, a stray character.
    static let bad: UInt16 = 1
    static let identifier: UInt16 = 2
    static let quoted: UInt16 = 3
    static let string: UInt16 = 4
    static let number: UInt16 = 5
    static let blob: UInt16 = 6
    static let parameter: UInt16 = 7
    /// The cursor, when completions are asked for; it matches nothing.
    static let cursor: UInt16 = 8
    static let firstKeyword: UInt16 = 9

    /// How the grammar's text calls the fixed kinds that it may use.
    static let named: [(name: String, kind: UInt16)] = [
        ("string", string), ("number", number), ("blob", blob), ("parameter", parameter),
    ]
}

/// What a word may be used as besides its own meaning.
///
/// - Source: PostgreSQL, appendix "SQL Key Words".
struct WordClass: OptionSet {
    var rawValue: UInt8

    /// Words that are no keywords, and quoted names.
    static let ident = WordClass(rawValue: 1)
    static let unreserved = WordClass(rawValue: 2)
    static let columnName = WordClass(rawValue: 4)
    static let typeOrFunction = WordClass(rawValue: 8)
    static let reserved = WordClass(rawValue: 16)

    static let byName: [(name: String, class: WordClass)] = [
        ("ident", .ident), ("unreserved", .unreserved), ("column_name", .columnName),
        ("type_or_function", .typeOrFunction), ("reserved", .reserved),
    ]
}

/// A set of terminals, kept in place: first sets are made and merged by the thousand when the grammar is loaded.
struct TerminalSet {
    static let wordCount = 12
    static let capacity = 64 * wordCount
    private(set) var words = InlineArray<12, UInt64>(repeating: 0)

    func contains(_ kind: UInt16) -> Bool { words[Int(kind >> 6)] & (1 << UInt64(kind & 63)) != 0 }

    mutating func insert(_ kind: UInt16) { words[Int(kind >> 6)] |= 1 << UInt64(kind & 63) }

    mutating func formUnion(_ other: TerminalSet) {
        for i in 0..<12 { words[i] |= other.words[i] }
    }

    func intersects(_ other: TerminalSet) -> Bool {
        for i in 0..<12 where words[i] & other.words[i] != 0 { return true }
        return false
    }

    /// Calls `body` with each member in ascending order.
    func forEach(_ body: (UInt16) -> Void) {
        for i in 0..<12 {
            var rest = words[i]
            while rest != 0 {
                body(UInt16(i * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
    }
}
