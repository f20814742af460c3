/// An Iceberg table as its catalog hands it out: pointer, metadata, and what its files are read with.

import LodeCloud
import LodeCore
import LodeObjectStore

/// What `loadTable` gives.
/// - Source: Iceberg REST Catalog API, "LoadTableResult", "StorageCredential".
package struct IcebergTable: Sendable {
    package let name: TableName
    /// Where the metadata document lies; nil for a table that is being made.
    package let metadataLocation: String?
    package let metadata: IcebergMetadata
    /// Settings for this table alone; any of them may be a secret.
    package let config: [String: Secret]
    /// Vended credentials, each for the places of its scope.
    package var credentials: VendedCredentials

    /// - Throws: `08P01` for an answer without metadata, `XX001` for metadata that is none.
    init(_ name: TableName, _ json: CloudJSON) throws(SQLError) {
        guard let document = json["metadata"] else {
            throw SQLError(.protocolViolation, "the Iceberg server gives no metadata of table \"\(name)\"")
        }
        self.name = name
        metadataLocation = json["metadata-location"]?.string
        do throws(SQLError) {
            metadata = try IcebergMetadata(document)
        } catch {
            throw error.within("table \(name)")
        }
        config = (json["config"]?.texts ?? [:]).mapValues { Secret($0) }
        credentials = VendedCredentials(json)
    }

    package func glueTable() throws(SQLError) -> GlueTable { try metadata.table(name, pointer: metadataLocation) }
}
