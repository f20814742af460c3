/// Where a statement's rows go, and what came of it.

import LodeCatalog
import LodeCore
import LodeTables

/// A folder of data files of a table.
struct WriteTarget {
    var location: String
    /// All columns, in the order of the rows.
    var schema: Schema
    var partitionColumns: [Field]
    /// Table properties, some of which are options of the writer.
    var properties: [String: String]
}

/// Files that are written and durable, but not yet part of any table.
struct WrittenRows {
    var files: [DataFile]
    var receipt: Receipt
}
