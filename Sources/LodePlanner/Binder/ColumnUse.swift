/// A column where it was written.

import LodeCore
import LodePlan

/// A column that was written in the query, by name.
struct ColumnUse {
    var id: ColumnID
    var name: String
    var span: SourceSpan
}
