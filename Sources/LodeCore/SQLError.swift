/// The one error type, from lexer to server.

/// What went wrong, PostgreSQL-shaped: code, message, detail, hint and the place.
///
/// A class, so that a typed throw costs one pointer; immutable, so that it can cross threads. Primary messages are lower
/// case without a period and quote names; `detail` holds facts, `hint` an action.
package final class SQLError: Error, Sendable, CustomStringConvertible {
    package let state: SQLState
    package let message: String
    package let detail: String?
    package let hint: String?
    /// Where in the SQL text, if the statement is to blame.
    package let span: SourceSpan?
    /// Where in the data ("orders.csv, line 12, column amount"), if a file is to blame.
    package let place: String?

    package init(
        _ state: SQLState, _ message: String, at span: SourceSpan? = nil, in place: String? = nil, detail: String? = nil,
        hint: String? = nil
    ) {
        self.state = state
        self.message = SignedURL.hidden(in: message)
        self.span = span
        self.place = place.map { SignedURL.hidden(in: $0) }
        self.detail = detail.map { SignedURL.hidden(in: $0) }
        self.hint = hint.map { SignedURL.hidden(in: $0) }
    }

    /// The same error at `span`, unless it already knows its place in the SQL.
    package func at(_ span: SourceSpan?) -> SQLError {
        guard self.span == nil, let span else { return self }
        return SQLError(state, message, at: span, in: place, detail: detail, hint: hint)
    }

    /// The same error in `place`, which is put before what it already names.
    package func within(_ place: String) -> SQLError {
        SQLError(
            state, message, at: span, in: self.place.map { "\(place), \($0)" } ?? place, detail: detail, hint: hint)
    }

    /// An error of Lode itself: it ends the statement, never the process.
    package static func internalFault(_ what: String, at span: SourceSpan? = nil) -> SQLError {
        SQLError(
            .internalError, "internal error: \(what)", at: span,
            hint: "This is a bug in Lode. Please report the statement and this message.")
    }

    /// A feature that is understood but not there yet, refused by its name.
    package static func unsupported(_ what: String, at span: SourceSpan? = nil, hint: String? = nil) -> SQLError {
        SQLError(.featureNotSupported, "\(what) is not supported", at: span, hint: hint)
    }

    package var description: String {
        var text = "ERROR \(state.rawValue): \(message)"
        if let place { text += "\nIN: \(place)" }
        if let detail { text += "\nDETAIL: \(detail)" }
        if let hint { text += "\nHINT: \(hint)" }
        return text
    }
}
