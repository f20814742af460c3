/// Names as they were written: one part, or several with dots.
import LodeCore

/// A name. Text without quotes is folded to lower case, as PostgreSQL does; text in double quotes is kept.
package struct Identifier: Sendable {
    /// The folded or quoted text, without the quotes.
    package var text: String
    package var isQuoted: Bool
    package var span: SourceSpan

    package init(_ text: String, isQuoted: Bool = false, span: SourceSpan) {
        self.text = text
        self.isQuoted = isQuoted
        self.span = span
    }
}

/// A name of one or more parts: `orders`, `sales.orders`, `o.amount`. Never empty.
package struct QualifiedName: Sendable {
    package var parts: [Identifier]

    package init(_ parts: [Identifier]) { self.parts = parts }

    /// A table by the folder in which it lies, in a schema that nobody calls so by accident.
    package init(folder: String, span: SourceSpan) {
        parts = [Identifier(Self.folderSchema, isQuoted: true, span: span), Identifier(folder, isQuoted: true, span: span)]
    }

    private static let folderSchema = "$folder"

    /// The folder that it names; nil for a table of a catalog.
    package var folder: String? { parts.count == 2 && parts[0].text == Self.folderSchema ? parts[1].text : nil }

    /// The last part: the table of `sales.orders`, the column of `o.amount`.
    package var last: Identifier { parts[parts.count - 1] }
    /// The parts before the last.
    package var qualifiers: ArraySlice<Identifier> { parts.dropLast() }
    package var span: SourceSpan { parts[0].span.union(last.span) }
    /// The parts with dots, without quotes: for messages.
    package var text: String { parts.map(\.text).joined(separator: ".") }
}
