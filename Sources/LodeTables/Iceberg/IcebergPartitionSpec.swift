/// How an Iceberg table is divided into partitions.

import LodeCore

/// - Source: Iceberg Table Spec, "Partitioning", "Partition Evolution".
package struct IcebergPartitionSpec: Hashable, Sendable {
    package var id: Int
    package var fields: [IcebergPartitionField]

    package init(id: Int = 0, fields: [IcebergPartitionField]) {
        self.id = id
        self.fields = fields
    }
}

/// A value that all rows of a file have in common.
package struct IcebergPartitionField: Hashable, Sendable {
    /// The columns from which it is computed; one for every transform that the specification has.
    package var sourceIDs: [Int]
    /// Its number in manifests, from 1000 on.
    package var fieldID: Int
    package var name: String
    package var transform: IcebergTransform

    package init(sourceIDs: [Int], fieldID: Int, name: String, transform: IcebergTransform) {
        self.sourceIDs = sourceIDs
        self.fieldID = fieldID
        self.name = name
        self.transform = transform
    }
}
