/// A string with its tokens, ready to be parsed statement by statement.
import LodeCore

struct ParserInput {
    let text: [UInt8]
    let tokens: Tokens
    let grammar: CompiledGrammar
    let statementRule: Int
    let expressionRule: Int
    let typeRule: Int
    private let semicolon: UInt16

    init(_ text: [UInt8]) throws(SQLError) {
        let grammar: CompiledGrammar
        switch Grammar.loaded {
        case .success(let loaded): grammar = loaded
        case .failure(let fault): throw .internalFault("the grammar is wrong: \(fault)")
        }
        self.grammar = grammar
        self.text = text
        tokens = try Lexer.tokens(of: text, grammar.vocabulary)
        statementRule = grammar.statementRule
        expressionRule = grammar.expressionRule
        typeRule = grammar.typeRule
        semicolon = grammar.semicolon
    }

    /// The semicolon or the end of the text that ends the statement at token `start`.
    func statementEnd(from start: Int) -> Int {
        var end = start
        while tokens.kinds[end] != semicolon, tokens.kinds[end] != Terminal.end { end += 1 }
        return end
    }

    /// The tree of `rule` over all tokens from `start` to `end`.
    func tree(of rule: Int, from start: Int, to end: Int) throws(SQLError) -> ParseTree {
        var machine = Machine(grammar, tokens: tokens.kinds, from: start, to: end)
        var outcome = machine.run(rule: rule)
        if outcome == .tooManyFailures {
            machine = Machine(grammar, tokens: tokens.kinds, from: start, to: end, memoized: true)
            outcome = machine.run(rule: rule)
        }
        if outcome == .matched, machine.position == end { return machine.tree }
        if outcome == .tooDeep { throw Parser.tooDeep(at: tokens.span(machine.position)) }
        let place = max(machine.furthest, machine.position)
        throw SyntaxErrors(input: self, start: start, end: end, rule: rule).error(at: place)
    }
}
