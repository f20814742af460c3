/// Builds the AST from the parse tree: what all the transforms of the rules share.
import LodeCore

/// One pass over one statement's tree. There is one extension a `.gram` file, and one function a rule.
///
/// Children are found by rule or by kept token, not by place, so that a rule may gain an optional part.
///
/// A class, so that a level of nesting costs little native stack: the limit of 1,000 levels must fit a thread of 8 MiB with
/// room to spare.
final class Transform {
    let text: [UInt8]
    let tokens: Tokens
    let tree: ParseTree
    let grammar: CompiledGrammar
    /// How deep the AST is here.
    var depth = 0
    /// How many `?` were seen, or the highest `$n`.
    var parameterCount = 0

    init(text: [UInt8], tokens: Tokens, tree: ParseTree, grammar: CompiledGrammar) {
        self.text = text
        self.tokens = tokens
        self.tree = tree
        self.grammar = grammar
    }

    /// Runs `body` one level deeper, or `levels` for what becomes a chain that leans to the left.
    @inline(__always)
    func nested<T>(
        _ levels: Int = 1, at edge: Edge, _ body: () throws(SQLError) -> T
    ) throws(SQLError) -> T {
        depth += levels
        defer { depth -= levels }
        guard depth <= Machine.depthLimit else { throw Parser.tooDeep(at: span(edge)) }
        return try body()
    }

    // MARK: The tree

    /// The children of a node; a token has none.
    func kids(_ edge: Edge) -> ArraySlice<Edge> {
        guard !edge.isToken else { return [] }
        let node = tree.nodes[edge.index]
        return tree.kids[Int(node.kid)..<Int(node.kid + node.count)]
    }

    func rule(_ edge: Edge) -> Rule { edge.isToken ? .untagged : grammar.rules[Int(tree.nodes[edge.index].rule)].tag }

    /// The keyword or sign that a kept token is; names are none.
    func word(_ edge: Edge) -> Word {
        edge.isToken && !edge.isName ? grammar.words[Int(tokens.kinds[edge.index])] : .absent
    }

    func kind(_ edge: Edge) -> UInt16 { edge.isToken ? tokens.kinds[edge.index] : Terminal.end }

    func isString(_ edge: Edge) -> Bool { kind(edge) == Terminal.string }

    func has(_ edge: Edge, _ word: Word) -> Bool { kids(edge).contains { self.word($0) == word } }

    /// The first child that is a node of `rule`.
    func find(_ edge: Edge, _ rule: Rule) -> Edge? { kids(edge).first { self.rule($0) == rule } }

    /// The only child of the first child that is a node of `rule`: the expression of a WHERE.
    func content(_ edge: Edge, _ rule: Rule) -> Edge? { find(edge, rule).flatMap { kids($0).first } }

    /// Children that are no tokens kept for what they say: names, literals and nodes.
    func operands(_ edge: Edge) -> [Edge] {
        kids(edge).filter { !$0.isToken || $0.isName || isValue($0) }
    }

    /// Whether a token is an expression of its own.
    func isValue(_ edge: Edge) -> Bool {
        switch tokens.kinds[edge.index] {
        case Terminal.number, Terminal.string, Terminal.blob, Terminal.parameter: true
        default: isConstant(word(edge)) || grammar.bareFunctions.contains(tokens.kinds[edge.index])
        }
    }

    private func isConstant(_ word: Word) -> Bool { word == .true || word == .false || word == .null }

    func span(_ edge: Edge) -> SourceSpan {
        guard !edge.isToken else { return tokens.span(edge.index) }
        let node = tree.nodes[edge.index]
        guard node.end > node.start else { return tokens.span(Int(node.start)) }
        return SourceSpan(Int(tokens.starts[Int(node.start)]), Int(tokens.ends[Int(node.end) - 1]))
    }

    /// The words of a node as they are known: in capitals, with one blank between them.
    func written(_ edge: Edge) -> String {
        let words = edge.isToken ? edge.index..<(edge.index + 1) : Int(tree.nodes[edge.index].start)..<Int(tree.nodes[edge.index].end)
        return words.map { rawText($0).uppercased() }.joined(separator: " ")
    }

    /// A node without the child that it must have: the transform and the grammar disagree.
    func mismatch(_ edge: Edge) -> SQLError {
        .internalFault("the tree of rule \(rule(edge).rawValue) is not what was expected", at: span(edge))
    }

    /// The `index`-th child that must be there.
    func kid(_ edge: Edge, _ index: Int) throws(SQLError) -> Edge {
        let kids = kids(edge)
        guard index < kids.count else { throw mismatch(edge) }
        return kids[kids.startIndex + index]
    }

    func lastKid(_ edge: Edge) throws(SQLError) -> Edge {
        guard let last = kids(edge).last else { throw mismatch(edge) }
        return last
    }

    /// Transforms each element with a typed error, which `map` loses in places.
    func each<T>(
        _ edges: some Sequence<Edge>, _ body: (Edge) throws(SQLError) -> T
    ) throws(SQLError) -> [T] {
        var list: [T] = []
        list.reserveCapacity(edges.underestimatedCount)
        for edge in edges { list.append(try body(edge)) }
        return list
    }

    // MARK: Strings of tokens

    func rawText(_ token: Int) -> String {
        String(decoding: text[Int(tokens.starts[token])..<Int(tokens.ends[token])], as: UTF8.self)
    }

    /// A keyword or name as it counts: folded unless quoted.
    func foldedText(_ token: Int) -> String {
        let bytes = text[Int(tokens.starts[token])..<Int(tokens.ends[token])]
        return String(decoding: bytes.lazy.map(Vocabulary.fold), as: UTF8.self)
    }

    func number(_ token: Int) -> String {
        let bytes = text[Int(tokens.starts[token])..<Int(tokens.ends[token])]
        guard bytes.contains(UInt8(ascii: "_")) else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes.lazy.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    func string(_ edge: Edge) throws(SQLError) -> String {
        guard isString(edge) else { throw mismatch(edge) }
        return try StringLiteral.decode(text[Int(tokens.starts[edge.index])..<Int(tokens.ends[edge.index])], at: span(edge))
    }

    /// A number that must be a small integer: the precision of a type.
    func integer(_ edge: Edge) throws(SQLError) -> Int {
        guard kind(edge) == Terminal.number, let value = Int(number(edge.index)) else {
            throw SQLError(.syntaxError, "an integer is needed here", at: span(edge))
        }
        return value
    }
}
