/// The table that rows are written to, as far as binding needs it.

import LodeCore
import LodeSyntax
import LodeTables

/// A table's columns and what is declared of them. Positions are those of `schema`.
package struct InsertTarget {
    package var name: String
    /// The name that may qualify columns in its expressions.
    package var relation: String { String(name.split(separator: ".").last ?? "") }
    package var schema: Schema
    /// What a column gets that is not given; others get NULL.
    package var defaults: [Int: Expression]
    /// Columns that are computed from the others.
    package var generated: [Int: Expression]
    /// Columns whose values the table counts.
    package var identities: [Int: IdentityColumn] = [:]
    /// The n of `varchar(n)`.
    package var maximumLengths: [Int: Int]
    /// Columns that no row goes without a value for: rows would land in a partition that nobody named.
    package var partitionColumns: Set<Int>

    package init(
        name: String, schema: Schema, defaults: [Int: Expression] = [:], generated: [Int: Expression] = [:],
        maximumLengths: [Int: Int] = [:], partitionColumns: Set<Int> = []
    ) {
        self.name = name
        self.schema = schema
        self.defaults = defaults
        self.generated = generated
        self.maximumLengths = maximumLengths
        self.partitionColumns = partitionColumns
    }

    /// Whether rows may bring values of generated columns, which are then compared with what is computed, as Delta's own writers do.
    package var takesGenerated = false

    /// Whether what rows bring of the column is compared with what is computed.
    func isChecked(_ position: Int) -> Bool { takesGenerated && generated[position] != nil }

    /// Whether no statement gives the column a value.
    func isComputed(_ position: Int) -> Bool { generated[position] != nil || identities[position]?.takesValues == false }
}
