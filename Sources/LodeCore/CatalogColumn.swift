/// Where a column of a result comes from.

/// The column of a table or view of the catalog that a result shows as it is.
package struct CatalogColumn: Hashable, Sendable {
    /// The numbers of the table and, from 1, of the column: as pg_class and pg_attribute have them.
    package var table: UInt32
    package var attribute: Int16
    /// The type that the column was declared with: of text, it knows how long it may be.
    package var type: WireType
    /// The n of `varchar(n)`.
    package var maximumLength: Int?

    package init(table: UInt32, attribute: Int16, type: WireType, maximumLength: Int?) {
        self.table = table
        self.attribute = attribute
        self.type = type
        self.maximumLength = maximumLength
    }
}
