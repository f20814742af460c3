/// The way in: SQL text to statements.
import LodeCore

/// Lexer, machine and transform in a row, with errors that say what was expected.
package enum Parser {
    /// The statements of a script, in order. Empty statements between semicolons are dropped.
    ///
    /// - Throws: `42601` at the first statement that is wrong, `54001` if something is nested more than 1,000 deep, `54000` if
    ///   the text has more than 1 GiB, `22021` if it is not UTF-8.
    package static func parse(_ sql: String) throws(SQLError) -> [ParsedStatement] { try parse(utf8: Array(sql.utf8)) }

    package static func parse(_ sql: [UInt8]) throws(SQLError) -> [ParsedStatement] {
        guard String(validating: sql, as: UTF8.self) != nil else {
            throw SQLError(.characterNotInRepertoire, "the SQL text is not valid UTF-8")
        }
        return try parse(utf8: sql)
    }

    private static func parse(utf8 text: [UInt8]) throws(SQLError) -> [ParsedStatement] {
        let input = try ParserInput(text)
        var statements: [ParsedStatement] = []
        var start = 0
        while start < input.tokens.count {
            let end = input.statementEnd(from: start)
            if end > start { statements.append(try statement(input, start, end)) }
            start = end + 1
        }
        return statements
    }

    private static func statement(_ input: ParserInput, _ start: Int, _ end: Int) throws(SQLError) -> ParsedStatement {
        let tree = try input.tree(of: input.statementRule, from: start, to: end)
        let transform = Transform(text: input.text, tokens: input.tokens, tree: tree, grammar: input.grammar)
        let statement = try transform.statement(tree.root)
        let span = input.tokens.span(start).union(input.tokens.span(end - 1))
        return ParsedStatement(statement: statement, span: span, parameterCount: transform.parameterCount)
    }

    /// One expression that is the whole text.
    package static func parseExpression(_ sql: String) throws(SQLError) -> Expression {
        let input = try ParserInput(Array(sql.utf8))
        let end = input.tokens.count - 1
        let tree = try input.tree(of: input.expressionRule, from: 0, to: end)
        let transform = Transform(text: input.text, tokens: input.tokens, tree: tree, grammar: input.grammar)
        return try transform.expression(tree.root)
    }

    /// One type that is the whole text: `decimal(10, 2)`, `array<struct<a:int>>`.
    package static func parseType(_ sql: String) throws(SQLError) -> TypeName {
        let input = try ParserInput(Array(sql.utf8))
        let end = input.tokens.count - 1
        let tree = try input.tree(of: input.typeRule, from: 0, to: end)
        let transform = Transform(text: input.text, tokens: input.tokens, tree: tree, grammar: input.grammar)
        return try transform.type(tree.root)
    }

    static func tooDeep(at span: SourceSpan) -> SQLError {
        SQLError(
            .statementTooComplex, "nested too deeply (limit \(Machine.depthLimit))", at: span,
            hint: "Split the statement, for example with WITH.")
    }
}
