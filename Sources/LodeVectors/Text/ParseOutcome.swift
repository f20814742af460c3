/// What became of a string that was to be a value.

/// Parsers write their value only when they say `parsed`; the caller words the error, since it knows the place.
///
/// The parsers are `public` so that the loops of other modules can inline them.
@frozen public enum ParseOutcome: UInt8, Sendable {
    case parsed
    /// Not of the form (SQLSTATE 22P02, or 22007 for dates and times).
    case malformed
    /// Of the form, but the type cannot hold it (22003, or 22008 for dates and times).
    case outOfRange
}
