/// What a syntax error says: the token, what was expected, and what was probably meant.
import LodeCore

/// Explains a failed parse by running it again with eyes on the place where it failed.
struct SyntaxErrors {
    let input: ParserInput
    let start: Int
    let end: Int
    let rule: Int

    /// How many expected things a message lists.
    private static let listLimit = 5

    func error(at place: Int) -> SQLError {
        if input.tokens.kinds[place] == Terminal.bad { return BadToken.error(input.text, input.tokens.span(place)) }
        if let earlier = misspeltBefore(place) { return earlier }
        let expected = expectations(at: place)
        return SQLError(
            .syntaxError, message(at: place), at: input.tokens.span(place), detail: detail(expected),
            hint: hint(expected, at: place))
    }

    /// What could stand at `place` instead of what does: the token there is made one that matches nothing.
    private func expectations(at place: Int) -> Expectations {
        var kinds = input.tokens.kinds
        kinds[place] = Terminal.cursor
        for memoized in [false, true] {
            var machine = Machine(
                input.grammar, tokens: kinds, from: start, to: end, memoized: memoized, explaining: place)
            if machine.run(rule: rule) != .tooManyFailures { return machine.expected }
        }
        return Expectations()
    }

    private func message(at place: Int) -> String {
        place == input.tokens.count - 1
            ? "syntax error at end of input" : "syntax error at or near \"\(excerpt(place))\""
    }

    /// The token's text, cut if it is long.
    private func excerpt(_ token: Int) -> String {
        let span = input.tokens.span(token)
        let text = String(decoding: input.text[span.start..<span.end], as: UTF8.self)
        return text.count > 40 ? text.prefix(40) + "…" : text
    }

    // MARK: Did you mean

    /// `select a form t`: the misspelt keyword was read as an alias, and the next word is the first that cannot be.
    private func misspeltBefore(_ place: Int) -> SQLError? {
        let before = place - 1
        guard before >= start, input.tokens.kinds[before] == Terminal.identifier,
            let meant = meant(expectations(at: before), at: before)
        else { return nil }
        return SQLError(
            .syntaxError, message(at: before), at: input.tokens.span(before), hint: "Did you mean \(meant)?")
    }

    /// The expected keyword that the word at `place` is a misspelling of.
    private func meant(_ expected: Expectations, at place: Int) -> String? {
        let kind = input.tokens.kinds[place]
        let isOther = input.grammar.vocabulary.isKeyword(kind) && !input.grammar.usedTerminals.contains(kind)
        guard kind == Terminal.identifier || isOther else { return nil }
        let word = excerpt(place)
        guard word.count > 2 else { return nil }
        let keywords = expected.items.compactMap { item -> String? in
            guard case .token(let kind) = item, input.grammar.vocabulary.isKeyword(kind) else { return nil }
            return input.grammar.vocabulary.text(of: kind)
        }
        guard let near = NearestName.find(word, among: keywords), near != word.uppercased() else { return nil }
        return near
    }

    private func hint(_ expected: Expectations, at place: Int) -> String? {
        if let meant = meant(expected, at: place) { return "Did you mean \(meant)?" }
        let kind = input.tokens.kinds[place]
        let vocabulary = input.grammar.vocabulary
        if ["=", "<>", "!=", "<", "<=", ">", ">="].contains(vocabulary.text(of: kind)), expects(expected, "and"),
            !expected.items.contains(.token(kind))
        {
            return "Comparisons do not chain: write a < b AND b < c."
        }
        if WordClass(rawValue: input.grammar.classes[Int(kind)]) == .reserved, expectsName(expected) {
            return "\"\(excerpt(place))\" is a reserved word; put it in double quotes to use it as a name."
        }
        return nil
    }

    private func expects(_ expected: Expectations, _ keyword: String) -> Bool {
        guard let kind = input.grammar.vocabulary.keyword(keyword) else { return false }
        return expected.items.contains(.token(kind))
    }

    /// Whether a name by itself is expected, not only as a part of an expression or a query.
    private func expectsName(_ expected: Expectations) -> Bool {
        zip(expected.items, expected.labels).contains { item, label in
            guard case .name(let name) = item else { return false }
            return label == nil || label == "name" || label == input.grammar.names[Int(name)].label
        }
    }

    // MARK: Expected

    private func detail(_ expected: Expectations) -> String? {
        var words: [(text: String, rank: Int)] = []
        for (item, label) in zip(expected.items, expected.labels) {
            let word = described(item, label)
            if !words.contains(where: { $0.text == word.text }) { words.append(word) }
        }
        guard !words.isEmpty else { return nil }
        // The sort is stable: within a rank the grammar's order stays.
        let sorted = words.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        var list = sorted.prefix(Self.listLimit).map(\.element.text)
        if sorted.count > Self.listLimit { return "expected " + list.joined(separator: ", ") + ", …" }
        guard list.count > 1 else { return "expected " + list[0] }
        let last = list.removeLast()
        return "expected " + list.joined(separator: ", ") + " or " + last
    }

    /// How an expected thing is called, and how much it helps to say it.
    private func described(_ item: Expectations.Item, _ label: String?) -> (text: String, rank: Int) {
        if let label {
            // A label in upper case names an optional clause by its first words.
            return (label, label == "operator" ? 6 : label == "alias" ? 5 : label == label.uppercased() ? 3 : 0)
        }
        switch item {
        case .name(let name):
            let label = input.grammar.names[Int(name)].label
            return (label, label == "alias" ? 5 : 0)
        case .token(let kind):
            let vocabulary = input.grammar.vocabulary
            let text = vocabulary.text(of: kind)
            if vocabulary.isKeyword(kind) {
                return (text, ["UNION", "EXCEPT", "INTERSECT", "AS"].contains(text) ? 4 : 2)
            }
            // After a name, a string would make it a type's: true, but no help.
            if kind < Terminal.firstKeyword { return (text, 5) }
            return ("\"\(text)\"", text == ")" || text == "," ? 1 : 4)
        }
    }
}
