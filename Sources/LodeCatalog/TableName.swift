/// The full name of a table.

/// Database and table, in the spelling that the statement resolved to (lower case unless it was quoted).
package struct TableName: Hashable, Sendable, CustomStringConvertible {
    package var database: String
    package var name: String

    package init(_ database: String, _ name: String) {
        self.database = database
        self.name = name
    }

    package var description: String { "\(database).\(name)" }
}
