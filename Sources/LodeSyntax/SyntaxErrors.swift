/// What a syntax error says: the token, what was expected, and what was probably meant.
import LodeCore

struct SyntaxErrors {
    let input: ParserInput
    let start: Int
    let end: Int
    let rule: Int

    func error(at place: Int) -> SQLError {
        let span = input.tokens.span(place)
        return SQLError(.syntaxError, "syntax error", at: span)
    }
}
