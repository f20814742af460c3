/// A stretch of the SQL text that something was written in.

/// A half-open range of UTF-8 byte offsets into the text of one script or input.
///
/// Spans ride from the lexer to bound expressions, so that an error found at run time still points at the SQL.
package struct SourceSpan: Hashable, Sendable {
    package var start: Int
    package var end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// The smallest span that covers both.
    package func union(_ other: SourceSpan) -> SourceSpan {
        SourceSpan(min(start, other.start), max(end, other.end))
    }
}
