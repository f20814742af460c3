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

extension WriteTarget {
    /// The table as it was when the transaction began.
    init(_ transaction: any TableTransaction) {
        self.init(
            location: transaction.table.storageDescriptor.location ?? "", schema: transaction.snapshot.schema,
            partitionColumns: transaction.snapshot.partitionColumns, properties: transaction.table.parameters)
    }
}

/// Files that are written and durable, but not yet part of any table.
struct WrittenRows {
    var files: [DataFile]
    var receipt: Receipt
}
