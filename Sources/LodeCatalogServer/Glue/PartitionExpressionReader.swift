/// The text of a partition expression -> its tree.

import LodeCore
import LodeTables

struct PartitionExpressionReader {
    enum Token: Equatable {
        /// A name, a keyword or a number.
        case word(String)
        case text(String)
        case sign(String)
    }

    private static let deepest = 50

    private let tokens: [Token]
    private let columns: [Field]
    private var at = 0

    init(_ tokens: [Token], _ columns: [Field]) {
        self.tokens = tokens
        self.columns = columns
    }

    var isAtEnd: Bool { at == tokens.count }

    // MARK: Tokens

    static func tokens(_ text: String) throws(SQLError) -> [Token] {
        var found: [Token] = [], rest = text[...]
        while let letter = rest.first {
            if letter.isWhitespace {
                rest = rest.dropFirst()
            } else if letter == "'" || letter == "\"" || letter == "`" {
                let (inner, after) = try quoted(rest, by: letter)
                found.append(letter == "'" ? .text(inner) : .word(inner))
                rest = after
            } else if "<>=!".contains(letter) {
                let sign = rest.prefix { "<>=!".contains($0) }
                guard ["=", "<>", "!=", "<", "<=", ">", ">="].contains(String(sign)) else {
                    throw PartitionExpression.wrong("there is no operator \(sign.prefix(20))")
                }
                found.append(.sign(String(sign)))
                rest = rest.dropFirst(sign.count)
            } else if "(),".contains(letter) {
                found.append(.sign(String(letter)))
                rest = rest.dropFirst()
            } else {
                let word = rest.prefix { !$0.isWhitespace && !"<>=!(),'\"`".contains($0) }
                found.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return found
    }

    /// A quote within is doubled.
    private static func quoted(_ text: Substring, by quote: Character) throws(SQLError) -> (String, Substring) {
        var inner = "", rest = text.dropFirst()
        while let letter = rest.first {
            rest = rest.dropFirst()
            if letter != quote {
                inner.append(letter)
            } else if rest.first == quote {
                inner.append(letter)
                rest = rest.dropFirst()
            } else {
                return (inner, rest)
            }
        }
        throw PartitionExpression.wrong("a quote is not closed")
    }

    private mutating func next() throws(SQLError) -> Token {
        guard at < tokens.count else { throw PartitionExpression.wrong("it ends too soon") }
        at += 1
        return tokens[at - 1]
    }

    private mutating func take(_ word: String) -> Bool {
        guard at < tokens.count, case .word(let text) = tokens[at], text.uppercased() == word else { return false }
        at += 1
        return true
    }

    private mutating func take(sign: String) -> Bool {
        guard at < tokens.count, tokens[at] == .sign(sign) else { return false }
        at += 1
        return true
    }

    private mutating func expect(sign: String) throws(SQLError) {
        guard take(sign: sign) else { throw PartitionExpression.wrong("\"\(sign)\" is missing") }
    }

    // MARK: Expressions

    mutating func disjunction(depth: Int) throws(SQLError) -> PartitionExpression.Node {
        guard depth < Self.deepest else { throw PartitionExpression.wrong("it is nested too deeply") }
        var nodes = [try conjunction(depth)]
        while take("OR") { nodes.append(try conjunction(depth)) }
        return nodes.count == 1 ? nodes[0] : .any(nodes)
    }

    private mutating func conjunction(_ depth: Int) throws(SQLError) -> PartitionExpression.Node {
        var nodes = [try term(depth)]
        while take("AND") { nodes.append(try term(depth)) }
        return nodes.count == 1 ? nodes[0] : .all(nodes)
    }

    private mutating func term(_ depth: Int) throws(SQLError) -> PartitionExpression.Node {
        guard depth < Self.deepest else { throw PartitionExpression.wrong("it is nested too deeply") }
        if take("NOT") { return .not(try term(depth + 1)) }
        if take(sign: "(") {
            let inner = try disjunction(depth: depth + 1)
            try expect(sign: ")")
            return inner
        }
        return try predicate()
    }

    private mutating func predicate() throws(SQLError) -> PartitionExpression.Node {
        guard case .word(let name) = try next(),
            let column = columns.firstIndex(where: { $0.name.lowercased() == name.lowercased() })
        else {
            throw PartitionExpression.wrong("it names no partition column")
        }
        if take("IS") {
            let isNot = take("NOT")
            guard take("NULL") else { throw PartitionExpression.wrong("NULL is missing") }
            return isNot ? .not(.isNull(column: column)) : .isNull(column: column)
        }
        let isNot = take("NOT")
        let found = try comparison(column)
        return isNot ? .not(found) : found
    }

    private mutating func comparison(_ column: Int) throws(SQLError) -> PartitionExpression.Node {
        if take("IN") {
            try expect(sign: "(")
            var values = [try literal(column)]
            while take(sign: ",") { values.append(try literal(column)) }
            try expect(sign: ")")
            return .isIn(column: column, values)
        }
        if take("BETWEEN") {
            let low = try literal(column)
            guard take("AND") else { throw PartitionExpression.wrong("AND is missing") }
            return .all([.compare(column: column, ">=", low), .compare(column: column, "<=", try literal(column))])
        }
        if take("LIKE") {
            guard case .text(let pattern) = try next() else { throw PartitionExpression.wrong("LIKE takes a text") }
            return .like(column: column, pattern)
        }
        guard case .sign(let sign) = try next(), !["(", ")", ","].contains(sign) else {
            throw PartitionExpression.wrong("an operator is missing")
        }
        return .compare(column: column, sign, try literal(column))
    }

    private mutating func literal(_ column: Int) throws(SQLError) -> Value {
        let text: String
        switch try next() {
        case .text(let inner): text = inner
        case .word(let word):
            // `date '2026-01-01'`.
            if ["DATE", "TIMESTAMP"].contains(word.uppercased()), at < tokens.count, case .text(let inner) = tokens[at] {
                at += 1
                text = inner
            } else {
                text = word
            }
        case .sign: throw PartitionExpression.wrong("a value is missing")
        }
        guard let value = PartitionText.read(text, as: columns[column].type) else {
            throw PartitionExpression.wrong("\"\(text.prefix(100))\" is no \(columns[column].type)")
        }
        return value
    }
}
