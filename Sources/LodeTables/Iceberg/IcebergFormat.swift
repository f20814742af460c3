/// Apache Iceberg tables.

import LodeCore

/// Tables that are defined by a document in JSON, which names the snapshots and their manifests.
///
/// All that defines a table is in its metadata: columns that a catalog has are not looked at. A catalog that says which document is the
/// current one is obeyed; elsewhere it is the latest one in the table's folder.
/// - Source: Iceberg Table Spec, https://iceberg.apache.org/spec/.
package struct IcebergFormat: TableFormat {
    package init() {}

    package var name: String { "iceberg" }

    /// Where AWS Glue and others say which metadata document is the current one.
    package static let pointer = "metadata_location"

    package func snapshot(of table: TableDefinition, at time: TableTime?, io: any TableIO) throws(SQLError) -> any TableSnapshot {
        guard let document = table.properties[Self.pointer] else {
            return try Self.snapshot(of: table.location, at: time, identity: table.identity, io)
        }
        let (folder, metadata) = try IcebergFolder.open(document, mayHaveMoved: false, io)
        return try IcebergSnapshot(folder, metadata, at: time, identity: table.identity, io)
    }

    /// The table in a folder, or that a metadata document defines, whether or not a catalog knows it.
    /// - Parameters:
    ///   - version: of the metadata, by its number or the name of the document; the latest if not given.
    ///   - mayHaveMoved: whether the table may lie elsewhere than its metadata say.
    package static func snapshot(
        of location: String, version: String? = nil, at time: TableTime? = nil, mayHaveMoved: Bool = false,
        identity: TableVersion? = nil, _ io: any TableIO
    ) throws(SQLError) -> IcebergSnapshot {
        guard let document = try document(of: location, version: version, io) else {
            throw SQLError(.undefinedFile, "there is no Iceberg table", in: location,
                hint: "Its folder \"metadata\" has no *.metadata.json.")
        }
        let (folder, metadata) = try IcebergFolder.open(document, mayHaveMoved: mayHaveMoved, io)
        return try IcebergSnapshot(folder, metadata, at: time, identity: identity, io)
    }

    private static func document(of location: String, version: String?, _ io: any TableIO) throws(SQLError) -> String? {
        if let version { return try IcebergFolder.document(version, in: location, io) }
        return IcebergFolder.isDocument(location) ? location : try IcebergFolder.current(in: location, io)
    }

    /// The table in a folder; nil if it holds none.
    package static func table(in location: String, _ io: any TableIO) throws(SQLError) -> (any TableSnapshot)? {
        guard let document = try document(of: location, version: nil, io) else { return nil }
        let (folder, metadata) = try IcebergFolder.open(document, mayHaveMoved: false, io)
        return try IcebergSnapshot(folder, metadata, at: nil, identity: nil, io)
    }
}
