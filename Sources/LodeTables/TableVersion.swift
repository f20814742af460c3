/// What identifies a table and a state of it.

/// A table of the catalog, whatever it is called: another one that takes its name has another id.
package struct TableID: Hashable, Sendable, CustomStringConvertible {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }

    package var description: String { String(number) }
}

/// A state of a table within its catalog.
package struct TableVersion: Hashable, Sendable {
    package var table: TableID
    /// Counts commits; 0 for tables that the catalog keeps no versions of.
    package var version: Int64
    /// Counts changes of columns and properties.
    package var definitionVersion: Int64

    package init(table: TableID, version: Int64, definitionVersion: Int64) {
        self.table = table
        self.version = version
        self.definitionVersion = definitionVersion
    }
}

/// Which version of a table is asked for.
package enum TableTime: Hashable, Sendable {
    case version(Int64)
    /// The one that was current then: microseconds since 1970-01-01 UTC.
    case timestamp(Int64)
    /// A branch or a tag.
    case reference(String)
}
