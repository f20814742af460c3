/// The table that an INSERT writes to, as far as binding needs it.

import LodeCore
import LodeSyntax

/// The table that is written to.
package struct InsertTarget {
    package var name: String
    package var schema: Schema
    /// What a column gets that is not given, by its position; others get NULL.
    package var defaults: [Int: Expression]

    package init(name: String, schema: Schema, defaults: [Int: Expression] = [:]) {
        self.name = name
        self.schema = schema
        self.defaults = defaults
    }
}
