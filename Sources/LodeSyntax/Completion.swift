/// What could be typed at the cursor, by the grammar.
import LodeCore

/// Keywords and kinds of names that may follow. The catalog knows the names themselves.
package struct Completion: Sendable {
    /// Keywords that may stand here, upper case, in the grammar's order, narrowed to those that begin with `partial`.
    package var keywords: [String] = []
    /// Kinds of names that may stand here, as `names.gram` calls them: `column`, `table`, `function`, `type`, `schema`,
    /// `setting`, `format`, `view`, … `member` is a name after a dot, which `qualifiers` tell more of.
    package var nameKinds: [String] = []
    /// What was typed of the word so far, as it was typed.
    package var partial = ""
    /// Where the word begins: byte offset in the text.
    package var start = 0
    /// The names before the dots in front of the word: `["sales", "orders"]` for `sales.orders.am`.
    package var qualifiers: [String] = []
    /// The tables that the statement mentions, with their aliases: where columns come from.
    package var tables: [Table] = []
    /// Whether the cursor is inside a string (a file name, maybe): then nothing else is known but `partial`.
    package var isInString = false

    package struct Table: Equatable, Sendable {
        package var name: [String]
        package var alias: String?
    }

    /// The completions at byte offset `cursor` of the text.
    package static func candidates(_ sql: String, cursor: Int) -> Completion {
        let text = Array(sql.utf8)
        let cursor = max(0, min(cursor, text.count))
        guard let input = try? ParserInput(Array(text[..<cursor])), let whole = try? ParserInput(text) else { return Completion() }
        var completion = Completion()
        var count = input.tokens.count - 1
        completion.start = cursor
        if count > 0, input.isPartialWord(count - 1) {
            count -= 1
            completion.start = Int(input.tokens.starts[count])
            completion.partial = String(decoding: text[completion.start..<cursor], as: UTF8.self)
            if completion.partial.first == "'" {
                completion.isInString = true
                return completion
            }
        }
        let start = input.statementStart(before: count)
        completion.qualifiers = input.qualifiers(before: count, from: start)
        completion.tables = whole.mentionedTables(from: start)
        completion.collect(input, from: start, to: count)
        return completion
    }

    /// Asks the machine what could be at token `end`, where it is given a token that matches nothing.
    private mutating func collect(_ input: ParserInput, from start: Int, to end: Int) {
        var kinds = Array(input.tokens.kinds[..<end])
        kinds.append(Terminal.cursor)
        kinds.append(Terminal.end)
        var machine = Machine(input.grammar, tokens: kinds, from: start, to: end, explaining: end)
        if machine.run(rule: input.statementRule) == .tooManyFailures {
            machine = Machine(input.grammar, tokens: kinds, from: start, to: end, memoized: true, explaining: end)
            _ = machine.run(rule: input.statementRule)
        }
        let prefix = partial.uppercased()
        for item in machine.expected.items {
            switch item {
            case .token(let kind):
                guard input.grammar.vocabulary.isKeyword(kind) else { continue }
                let word = input.grammar.vocabulary.text(of: kind)
                if word.hasPrefix(prefix) { keywords.append(word) }
            case .name(let name):
                let kind = input.grammar.names[Int(name)].name
                // A type before a string is a literal: rare, and its types are words that complete elsewhere.
                if kind != "prefix_type", !nameKinds.contains(kind) { nameKinds.append(kind) }
            }
        }
    }
}

extension ParserInput {
    /// Whether the last token before the cursor is a word that may go on.
    fileprivate func isPartialWord(_ token: Int) -> Bool {
        guard Int(tokens.ends[token]) == text.count else { return false }
        let kind = tokens.kinds[token]
        if kind == Terminal.identifier || grammar.vocabulary.isKeyword(kind) { return true }
        let first = text[Int(tokens.starts[token])]
        return kind == Terminal.bad && (first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"))
    }

    fileprivate func statementStart(before token: Int) -> Int {
        var start = token
        while start > 0, tokens.kinds[start - 1] != grammar.semicolon { start -= 1 }
        return start
    }

    private func isDot(_ token: Int) -> Bool { tokenText(token) == "." }

    private func tokenText(_ token: Int) -> String {
        String(decoding: text[Int(tokens.starts[token])..<Int(tokens.ends[token])], as: UTF8.self)
    }

    private func isName(_ token: Int) -> Bool {
        !WordClass(rawValue: grammar.classes[Int(tokens.kinds[token])]).isDisjoint(with: [.ident, .unreserved, .columnName])
    }

    private func nameText(_ token: Int) -> String {
        let text = tokenText(token)
        guard tokens.kinds[token] == Terminal.quoted else { return text.lowercased() }
        var name = ""
        var wasQuote = false
        for character in text.dropFirst().dropLast() {
            wasQuote = character == "\"" && !wasQuote
            if !wasQuote || character != "\"" { name.append(character) }
        }
        return name
    }

    fileprivate func qualifiers(before token: Int, from start: Int) -> [String] {
        var names: [String] = []
        var dot = token - 1
        while dot > start, isDot(dot), tokens.kinds[dot - 1] == Terminal.quoted || isName(dot - 1) {
            names.insert(nameText(dot - 1), at: 0)
            dot -= 2
        }
        return names
    }

    /// What stands after FROM, JOIN, INTO, UPDATE and commas in FROM: there is no tree yet that could tell.
    fileprivate func mentionedTables(from start: Int) -> [Completion.Table] {
        var tables: [Completion.Table] = []
        var token = start
        // How many parentheses are open, and how many were where FROM stands: its commas are there.
        var depth = 0
        var fromDepth = -1
        let end = statementEnd(from: start)
        while token < end {
            let word = grammar.vocabulary.isKeyword(tokens.kinds[token]) ? tokenText(token).lowercased() : ""
            let begins = ["from", "join", "into", "update", "table"].contains(word)
            if begins { fromDepth = depth } else if ["where", "group", "order", "select", "set"].contains(word) { fromDepth = -1 }
            switch tokenText(token) {
            case "(": depth += 1
            case ")": depth -= 1
            default: break
            }
            let isTable = begins || (fromDepth == depth && tokenText(token) == ",")
            token += 1
            guard isTable, token < end, isName(token) else { continue }
            var table = Completion.Table(name: [nameText(token)])
            token += 1
            while token + 1 < end, isDot(token) {
                table.name.append(nameText(token + 1))
                token += 2
            }
            if token < end, tokenText(token).lowercased() == "as" { token += 1 }
            if token < end, tokens.kinds[token] == Terminal.identifier || tokens.kinds[token] == Terminal.quoted {
                table.alias = nameText(token)
            }
            tables.append(table)
        }
        return tables
    }
}
