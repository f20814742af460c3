/// What a set of files holds, for the readers of its files.

import LodeCore

/// The columns that files of one set were found to have. A format whose types are sniffed goes by them, so that one column has one
/// type in all files; formats with a schema in each file don't look at it.
package struct SettledColumns: Sendable {
    /// The files' own columns, without those that paths give.
    package var schema: Schema
    /// The file whose columns these are.
    package var origin: String
    /// Whether a file may lack some of the columns.
    package var mayLack: Bool
    /// Whether the types hold for the rest of the files; otherwise more files are yet to widen them.
    package var isFinal: Bool
    /// Whether a column of the first type can be read as the second.
    package var holds: @Sendable (SQLType, SQLType) -> Bool

    package init(
        schema: Schema, origin: String, mayLack: Bool, isFinal: Bool, holds: @escaping @Sendable (SQLType, SQLType) -> Bool
    ) {
        self.schema = schema
        self.origin = origin
        self.mayLack = mayLack
        self.isFinal = isFinal
        self.holds = holds
    }
}
