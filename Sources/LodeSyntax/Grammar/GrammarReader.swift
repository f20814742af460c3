/// Reads `.gram` text into a `GrammarDefinition`. The notation is described in `grammar/names.gram`.

/// A hand-written reader: it runs at every start, so it works on bytes and an arena.
struct GrammarReader {
    private var definition: GrammarDefinition
    private var ruleIndex: [UInt64: Int] = [:]
    private var nameIndex: [UInt64: Int] = [:]
    private var text: [UInt8] = []
    private var position = 0
    private var line = 1
    private var file = 0

    private init(vocabulary: Vocabulary) {
        definition = GrammarDefinition(vocabulary: vocabulary)
        definition.patterns.reserveCapacity(6000)
        definition.rules.reserveCapacity(400)
        ruleIndex.reserveCapacity(400)
    }

    /// - Throws: a fault that names file and line.
    static func read(_ files: [GrammarFile], keywords: [UInt8]) throws(GrammarFault) -> GrammarDefinition {
        var reader = GrammarReader(vocabulary: try Vocabulary(csv: keywords))
        reader.definition.semicolon = try reader.definition.vocabulary.intern(sign: [UInt8(ascii: ";")])
        for (index, file) in files.enumerated() {
            reader.definition.files.append(file.name)
            reader.file = index
            reader.text = file.text
            reader.position = 0
            reader.line = 1
            try reader.readFile()
        }
        for rule in reader.definition.rules where rule.pattern < 0 && rule.table < 0 {
            throw GrammarFault("rule \(rule.name) is used but not defined")
        }
        return reader.definition
    }

    private func fault(_ what: String) -> GrammarFault { GrammarFault("\(definition.files[file]).gram:\(line): \(what)") }

    // MARK: Lines and words

    private var byte: UInt8 { position < text.count ? text[position] : 0 }

    /// Skips blanks, comments and line breaks inside a definition; a line that begins in the first column ends it.
    private mutating func skipBlanks() {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "): position += 1
            case UInt8(ascii: "#"): while position < text.count, text[position] != 10 { position += 1 }
            case 10:
                guard position + 1 < text.count, text[position + 1] == UInt8(ascii: " ") else { return }
                position += 1
                line += 1
            default: return
            }
        }
    }

    private var atEndOfDefinition: Bool { position >= text.count || text[position] == 10 }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte &- 97 < 26 || byte &- 65 < 26 || byte &- 48 < 10 || byte == UInt8(ascii: "_")
    }

    private mutating func word() throws(GrammarFault) -> ArraySlice<UInt8> {
        let start = position
        while position < text.count, Self.isWord(text[position]) { position += 1 }
        guard position > start else { throw fault("expected a word") }
        return text[start..<position]
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: sign) else { return false }
        position += 1
        skipBlanks()
        return true
    }

    /// Whether `word` stands here whole.
    private func stands(_ word: String) -> Bool {
        let end = position + word.utf8.count
        guard end <= text.count, end == text.count || !Self.isWord(text[end]) else { return false }
        var index = position
        for byte in word.utf8 {
            if text[index] != byte { return false }
            index += 1
        }
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard stands(word) else { return false }
        position += word.utf8.count
        skipBlanks()
        return true
    }

    private static func hash(_ word: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in word { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        return hash
    }

    // MARK: Definitions

    private mutating func readFile() throws(GrammarFault) {
        var doc: [String] = []
        while position < text.count {
            switch text[position] {
            case 10:
                position += 1
                line += 1
            case UInt8(ascii: "#"):
                let start = position
                while position < text.count, text[position] != 10 { position += 1 }
                if start + 1 < position, text[start + 1] == UInt8(ascii: "#") {
                    doc.append(String(decoding: text[min(start + 3, position)..<position], as: UTF8.self))
                }
            default:
                try readDefinition(doc: doc)
                doc = []
            }
        }
    }

    private mutating func readDefinition(doc: [String]) throws(GrammarFault) {
        if take(word: "name") { return try readNameKind() }
        if take(word: "operators") { return try readOperators(doc: doc) }
        let memoizes = take(word: "memo")
        let lifts = take(word: "lift")
        let rule = try define(doc: doc)
        definition.rules[rule].memoizes = memoizes
        let root = try readBody()
        definition.rules[rule].pattern = root
        definition.rules[rule].lifts = lifts || isChoiceOfSingles(root)
    }

    /// Reads a rule's name and label.
    private mutating func define(doc: [String]) throws(GrammarFault) -> Int {
        let rule = reference(try word())
        guard definition.rules[rule].pattern < 0, definition.rules[rule].table < 0 else {
            throw fault("rule \(definition.rules[rule].name) is defined twice")
        }
        skipBlanks()
        definition.rules[rule].label = try readLabel()
        definition.rules[rule].doc = doc
        return rule
    }

    private mutating func readBody() throws(GrammarFault) -> Int32 {
        guard take("=") else { throw fault("expected =") }
        let root = try readChoice()
        guard atEndOfDefinition else { throw fault("unexpected \(Unicode.Scalar(byte))") }
        markKept(root, informative: false)
        return root
    }

    private mutating func readLabel() throws(GrammarFault) -> String? {
        guard byte == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        position += 1
        while byte != UInt8(ascii: "\""), !atEndOfDefinition { position += 1 }
        let label = String(decoding: text[start..<position], as: UTF8.self)
        guard take("\"") else { throw fault("a label without its end") }
        return label
    }

    private mutating func readNameKind() throws(GrammarFault) {
        guard take("@") else { throw fault("expected @") }
        let name = try word()
        skipBlanks()
        let label = try readLabel()
        guard take("=") else { throw fault("expected =") }
        var classes: WordClass = []
        while !atEndOfDefinition {
            let word = try word()
            guard let known = WordClass.byName.first(where: { $0.name.utf8.elementsEqual(word) }) else {
                throw fault("unknown class of words")
            }
            classes.formUnion(known.class)
            skipBlanks()
        }
        let text = String(decoding: name, as: UTF8.self)
        guard nameIndex.updateValue(definition.names.count, forKey: Self.hash(name)) == nil else {
            throw fault("@\(text) is defined twice")
        }
        definition.names.append(NameKind(name: text, label: label ?? text, classes: classes))
    }

    private mutating func readOperators(doc: [String]) throws(GrammarFault) {
        let rule = try define(doc: doc)
        guard take(word: "over") else { throw fault("expected over") }
        let atom = reference(try word())
        let index = definition.tables.count
        definition.tables.append(OperatorTable(rule: rule, atom: atom))
        definition.rules[rule].table = Int32(index)
        var level = 0
        skipBlanks()
        while !atEndOfDefinition {
            var fix = OperatorDefinition.Fix.none
            if take(word: "left") { fix = .left } else if take(word: "right") { fix = .right } else if take(word: "prefix") {
                fix = .prefix
            } else if take(word: "same") {
                guard let last = definition.tables[index].operators.last else { throw fault("same as what?") }
                fix = last.fix
                level -= 1
            } else if !take(word: "none") {
                throw fault("expected left, right, none, same or prefix")
            }
            level += 1
            let wrap = try define(doc: [])
            // The next operator's line begins with one of the five words, which no pattern contains.
            guard take("=") else { throw fault("expected =") }
            let root = try readChoice()
            markKept(root, informative: false)
            definition.rules[wrap].pattern = root
            definition.tables[index].operators.append(
                OperatorDefinition(rule: wrap, fix: fix, level: level, pattern: root))
        }
    }

    /// The index of a rule by name; made on first sight.
    private mutating func reference(_ name: ArraySlice<UInt8>) -> Int {
        let hash = Self.hash(name)
        if let known = ruleIndex[hash] { return known }
        definition.rules.append(RuleDefinition(name: String(decoding: name, as: UTF8.self)))
        ruleIndex[hash] = definition.rules.count - 1
        return definition.rules.count - 1
    }

    // MARK: Patterns

    private mutating func add(_ kind: PatternNode.Kind, value: Int32 = 0, children: [Int32] = []) -> Int32 {
        definition.patterns.append(PatternNode(kind: kind, value: value, child: children.first ?? -1))
        for i in 0..<max(0, children.count - 1) { definition.patterns[Int(children[i])].next = children[i + 1] }
        return Int32(definition.patterns.count - 1)
    }

    private mutating func readChoice() throws(GrammarFault) -> Int32 {
        let first = try readSequence()
        guard byte == UInt8(ascii: "|") else { return first }
        var alternatives = [first]
        while take("|") { alternatives.append(try readSequence()) }
        return add(.choice, children: alternatives)
    }

    private mutating func readSequence() throws(GrammarFault) -> Int32 {
        let first = try readRepeated()
        var items = [first]
        while !atEndOfDefinition, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")"), !atOperatorLine {
            items.append(try readRepeated())
        }
        return items.count == 1 ? first : add(.sequence, children: items)
    }

    /// Whether one of the words that begin an operator's line stands here.
    private var atOperatorLine: Bool {
        switch byte {
        case UInt8(ascii: "l"): stands("left")
        case UInt8(ascii: "r"): stands("right")
        case UInt8(ascii: "n"): stands("none")
        case UInt8(ascii: "s"): stands("same")
        case UInt8(ascii: "p"): stands("prefix")
        default: false
        }
    }

    private mutating func readRepeated() throws(GrammarFault) -> Int32 {
        var item = try readItem()
        while true {
            if take("?") {
                item = add(.optional, children: [item])
            } else if take("*") {
                item = add(.many, children: [item])
            } else if take("+") {
                item = add(.some, children: [item])
            } else if take("%") {
                item = add(.separated, children: [item, try readItem()])
            } else {
                return item
            }
        }
    }

    private mutating func readItem() throws(GrammarFault) -> Int32 {
        switch byte {
        case UInt8(ascii: "("):
            _ = take("(")
            let inner = try readChoice()
            guard take(")") else { throw fault("expected )") }
            return inner
        case UInt8(ascii: "!"):
            _ = take("!")
            return add(.not, children: [try readItem()])
        case UInt8(ascii: "&"):
            _ = take("&")
            return add(.and, children: [try readItem()])
        case UInt8(ascii: "$"):
            _ = take("$")
            let token = try readItem()
            definition.patterns[Int(token)].keeps = true
            return token
        case UInt8(ascii: "'"): return try readSign()
        case UInt8(ascii: "@"):
            position += 1
            let name = try word()
            guard let index = nameIndex[Self.hash(name)] else { throw fault("@\(String(decoding: name, as: UTF8.self)) is unknown") }
            skipBlanks()
            return add(.name, value: Int32(index))
        default: return try readWord()
        }
    }

    private mutating func readSign() throws(GrammarFault) -> Int32 {
        let start = position + 1
        position += 1
        while byte != UInt8(ascii: "'"), !atEndOfDefinition { position += 1 }
        let sign = text[start..<position]
        guard take("'") else { throw fault("a sign without its end") }
        let kind: UInt16
        do { kind = try definition.vocabulary.intern(sign: sign) } catch { throw fault(error.description) }
        definition.usedTerminals.insert(kind)
        return add(.token, value: Int32(kind))
    }

    /// A keyword in upper case, a fixed kind of token, `_`, or a rule with an optional `above`.
    private mutating func readWord() throws(GrammarFault) -> Int32 {
        let name = try word()
        let first = name[name.startIndex]
        skipBlanks()
        if first &- 65 < 26 {
            guard let kind = definition.vocabulary.keyword(in: text, name.startIndex, name.endIndex) else {
                throw fault("\(String(decoding: name, as: UTF8.self)) is not in keywords.csv")
            }
            definition.usedTerminals.insert(kind)
            return add(.token, value: Int32(kind))
        }
        if first == UInt8(ascii: "_") { return add(.operand, value: name.count > 1 ? 1 : 0) }
        if let fixed = Terminal.named.first(where: { $0.name.utf8.elementsEqual(name) }) {
            let token = add(.token, value: Int32(fixed.kind))
            definition.patterns[Int(token)].keeps = true
            return token
        }
        let node = add(.rule, value: Int32(reference(name)))
        if take(word: "above") {
            // Which level this is, is looked up when all is read: the rule's index stands in for it.
            definition.patterns[Int(node)].extra = Int32(reference(try word())) + 1
            skipBlanks()
        }
        return node
    }

    private func isChoiceOfSingles(_ root: Int32) -> Bool {
        guard definition.patterns[Int(root)].kind == .choice else { return false }
        return definition.children(of: root).allSatisfy { alternative in
            switch definition.patterns[Int(alternative)].kind {
            case .rule, .name: true
            case .token: definition.patterns[Int(alternative)].keeps
            default: false
            }
        }
    }

    /// Keywords under `?`, `|` and loops carry information and stay in the tree; so does a sign that is a whole
    /// alternative. Other signs and fixed keywords vanish.
    private mutating func markKept(_ node: Int32, informative: Bool) {
        let pattern = definition.patterns[Int(node)]
        switch pattern.kind {
        case .token:
            if informative, definition.vocabulary.isKeyword(UInt16(pattern.value)) {
                definition.patterns[Int(node)].keeps = true
            }
        case .choice:
            for child in definition.children(of: node) {
                if definition.patterns[Int(child)].kind == .token { definition.patterns[Int(child)].keeps = true }
                markKept(child, informative: true)
            }
        case .optional, .many, .some: markKept(pattern.child, informative: true)
        case .separated: markKept(pattern.child, informative: informative)
        case .sequence: for child in definition.children(of: node) { markKept(child, informative: informative) }
        case .name, .rule, .operand, .not, .and: break
        }
    }
}
