/// A file of an Iceberg table, as it is shown.

import LodeCore

package struct IcebergFile: Sendable {
    package let manifest: IcebergManifest
    package let status: String
    package let content: String
    package let path: String
    package let format: String
    package let rowCount: Int
    package let size: Int
    package let sequenceNumber: Int64
    package let snapshotID: Int64?
    package let specID: Int
    /// `name=value` of each partition field.
    package let partition: String

    init(_ entry: IcebergEntry, _ path: String, _ spec: IcebergPartitionSpec, _ manifest: IcebergManifest) {
        self.manifest = manifest
        self.path = path
        status =
            switch entry.status {
            case .existing: "EXISTING"
            case .added: "ADDED"
            case .deleted: "DELETED"
            }
        content =
            switch entry.content {
            case .data: "DATA"
            case .positionDeletes: "POSITION_DELETES"
            case .equalityDeletes: "EQUALITY_DELETES"
            }
        format = entry.format
        rowCount = entry.rowCount
        size = entry.size
        sequenceNumber = entry.sequenceNumber
        snapshotID = entry.snapshotID
        specID = spec.id
        partition = zip(spec.fields, entry.partition).map { field, value in
            "\(field.name)=\(value.isNull ? "null" : PartitionText.write(value))"
        }.joined(separator: "/")
    }
}
