/// EXPLAIN.
import LodeCore

/// `EXPLAIN [ANALYZE] [(option value, …)] statement`.
package struct Explain: Sendable {
    /// Options as written: `analyze`, `why`, `format` …; a flag without value has none. A bare ANALYZE is an option too.
    package var options: [Property]
    package var statement: Statement
    /// The text of the statement that is explained.
    package var span: SourceSpan
}
