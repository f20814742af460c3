/// How a path into structs is written where a column's name is expected.

package enum FieldPath {
    /// A character that no sane name has.
    private static let separator: Character = "\u{1f}"

    /// The name of the field that `path` leads to; that of a column is the column's own.
    package static func name(_ path: [String]) -> String { path.joined(separator: String(separator)) }

    /// The path that a name stands for.
    package static func path(_ name: String) -> [String] {
        name.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether no column is called like a path.
    package static func isUsable(_ schema: Schema) -> Bool { !schema.fields.contains { $0.name.contains(separator) } }
}
