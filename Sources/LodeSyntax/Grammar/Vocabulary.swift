/// The words and signs of the language: what the lexer looks tokens up in.

/// Keywords with their classes, punctuation, and a hash table from spelling to kind.
struct Vocabulary {
    /// Keywords in alphabetical order with their classes.
    private(set) var keywords: [(word: String, class: WordClass)] = []
    private(set) var punctuation: [String] = []
    /// The class of each terminal; empty for signs and literals.
    private(set) var classes: [WordClass] = []

    private var keywordBytes: [UInt8] = []
    private var keywordOffsets: [UInt32] = [0]
    /// Open addressing: 0 is free, else index of a keyword + 1.
    private var slots: [UInt16] = []
    /// For each first byte, signs that begin with it, longest first.
    private var signs: [[(bytes: [UInt8], kind: UInt16)]] = Array(repeating: [], count: 128)
    private(set) var longestKeyword = 0

    private static let slotCount = 2048

    /// Every keyword (in lower case) and sign with its terminal.
    var spellings: [(String, UInt16)] {
        keywords.enumerated().map { ($1.word, Terminal.firstKeyword + UInt16($0)) }
            + punctuation.enumerated().map { ($1, firstSign + UInt16($0)) }
    }

    var terminalCount: Int { classes.count }
    private var firstSign: UInt16 { Terminal.firstKeyword + UInt16(keywords.count) }

    /// - Parameter csv: lines `word,class`; the first line is a heading.
    init(csv: [UInt8]) throws(GrammarFault) {
        slots = Array(repeating: 0, count: Self.slotCount)
        try readKeywords(csv)
        classes = Array(repeating: [], count: Int(Terminal.firstKeyword))
        classes[Int(Terminal.identifier)] = .ident
        classes[Int(Terminal.quoted)] = .ident
        classes.append(contentsOf: keywords.lazy.map(\.class))
    }

    /// The terminal of a sign that the grammar quotes; made on first sight.
    mutating func intern(sign: ArraySlice<UInt8>) throws(GrammarFault) -> UInt16 {
        guard let first = sign.first, first < 128, sign.count <= 4 else {
            throw GrammarFault("a sign has one to four ASCII characters")
        }
        if let known = signs[Int(first)].first(where: { sign.elementsEqual($0.bytes) }) { return known.kind }
        let kind = UInt16(classes.count)
        guard kind < TerminalSet.capacity else { throw GrammarFault("too many keywords and signs") }
        classes.append([])
        punctuation.append(String(decoding: sign, as: UTF8.self))
        signs[Int(first)].append((Array(sign), kind))
        signs[Int(first)].sort { $0.bytes.count > $1.bytes.count }
        return kind
    }

    private mutating func readKeywords(_ csv: [UInt8]) throws(GrammarFault) {
        var lines = csv.split(separator: UInt8(ascii: "\n"))
        if !lines.isEmpty { lines.removeFirst() }
        keywords.reserveCapacity(lines.count)
        for line in lines {
            guard let comma = line.firstIndex(of: UInt8(ascii: ",")), comma > line.startIndex else {
                throw GrammarFault("keywords.csv: a line without a comma")
            }
            let word = line[line.startIndex..<comma]
            let name = line[(comma + 1)...]
            guard let known = WordClass.byName.first(where: { $0.name.utf8.elementsEqual(name) }) else {
                throw GrammarFault("keywords.csv: unknown class \(String(decoding: name, as: UTF8.self))")
            }
            var slot = Int(Self.hash(word) % UInt32(Self.slotCount))
            while slots[slot] != 0 { slot = (slot + 1) % Self.slotCount }
            keywords.append((String(decoding: word, as: UTF8.self), known.class))
            slots[slot] = UInt16(keywords.count)
            keywordBytes.append(contentsOf: word)
            keywordOffsets.append(UInt32(keywordBytes.count))
            longestKeyword = max(longestKeyword, word.count)
        }
    }

    private static func hash(_ word: ArraySlice<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for byte in word { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash ^ (hash >> 15)
    }

    /// The keyword that `text[start..<end]` spells, without regard to case, or nil.
    @inline(__always)
    func keyword(in text: [UInt8], _ start: Int, _ end: Int) -> UInt16? {
        guard end - start <= longestKeyword else { return nil }
        var hash: UInt32 = 2_166_136_261
        for i in start..<end { hash = (hash ^ UInt32(Self.fold(text[i]))) &* 16_777_619 }
        hash ^= hash >> 15
        var slot = Int(hash % UInt32(Self.slotCount))
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            let from = Int(keywordOffsets[index])
            if Int(keywordOffsets[index + 1]) - from == end - start {
                var i = 0
                while i < end - start, keywordBytes[from + i] == Self.fold(text[start + i]) { i += 1 }
                if i == end - start { return Terminal.firstKeyword + UInt16(index) }
            }
            slot = (slot + 1) % Self.slotCount
        }
        return nil
    }

    /// The keyword of this spelling (lower case).
    func keyword(_ word: String) -> UInt16? {
        let bytes = Array(word.utf8)
        return keyword(in: bytes, 0, bytes.count)
    }

    /// The longest sign at `start`, and its length in bytes.
    @inline(__always)
    func sign(in text: [UInt8], _ start: Int) -> (kind: UInt16, length: Int)? {
        let first = text[start]
        guard first < 128 else { return nil }
        for sign in signs[Int(first)] {
            let length = sign.bytes.count
            guard start + length <= text.count else { continue }
            var same = 1
            while same < length, text[start + same] == sign.bytes[same] { same += 1 }
            if same == length { return (sign.kind, length) }
        }
        return nil
    }

    func isKeyword(_ kind: UInt16) -> Bool { kind >= Terminal.firstKeyword && kind < firstSign }

    /// How a terminal is named in messages: keywords in upper case, signs as they are.
    func text(of kind: UInt16) -> String {
        if kind >= firstSign { return punctuation[Int(kind - firstSign)] }
        if kind >= Terminal.firstKeyword { return keywords[Int(kind - Terminal.firstKeyword)].word.uppercased() }
        switch kind {
        case Terminal.string: return "string"
        case Terminal.number: return "number"
        case Terminal.blob: return "blob"
        case Terminal.parameter: return "parameter"
        case Terminal.identifier, Terminal.quoted: return "name"
        default: return "end of input"
        }
    }

    @inline(__always)
    static func fold(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 32 : byte }
}

/// A mistake in the grammar itself; a test keeps it from being shipped.
struct GrammarFault: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
