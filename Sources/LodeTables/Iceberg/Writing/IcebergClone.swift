/// Making an Iceberg table that has the files of another one.

import LodeCore

/// The first document of a clone is that of its source, with the one snapshot that is cloned: manifests and data files stay where they lie,
/// and what is written from then on lies with the clone.
///
/// `gc.enabled` is false, so that no engine takes the clone's snapshots for a reason to delete the source's files.
/// - Source: Iceberg's documentation, "Spark Procedures": `snapshot`; "Configuration": `gc.enabled`.
struct IcebergClone {
    let snapshot: IcebergSnapshot
    /// Of the clone.
    let location: String
    let io: any TableIO

    /// Properties that say where the source has its files.
    private static let places = ["write.data.path", "write.metadata.path", "write.object-storage.path", "write.folder-storage.path"]

    /// - Throws: `42P07` if there is a table already, `0A000` for a table that could not be written.
    func publish() throws(SQLError) {
        guard snapshot.metadata.formatVersion >= 2 else {
            throw SQLError.unsupported("cloning a table of version 1 of the Iceberg format")
        }
        let bytes = try IcebergFormat.plain(try io.read(snapshot.document), io)
        var tree = try JSONTree(String(decoding: bytes, as: UTF8.self))
        let now = max(WallClock.micros() / 1000, snapshot.metadata.lastUpdatedMillis)
        tree["table-uuid"] = .string(DeltaText.uuid())
        tree["location"] = .string(location)
        tree["last-updated-ms"] = .integer(now)
        tree["metadata-log"] = .array([])
        try setLayout(&tree)
        setSnapshot(&tree)
        var properties = snapshot.metadata.properties.filter { !Self.places.contains($0.key) }
        properties["gc.enabled"] = "false"
        tree["properties"] = .texts(properties)
        var document: [UInt8] = []
        tree.write(to: &document)
        guard try IcebergFormat.publish(document, as: 1, in: location, io: io) else {
            throw SQLError(.duplicateTable, "there is an Iceberg table in the folder already", in: location)
        }
    }

    /// The columns as they were, and how rows are divided and sorted.
    /// - Throws: `0A000` if that is by columns that the table had not then.
    private func setLayout(_ tree: inout JSONTree) throws(SQLError) {
        let metadata = snapshot.metadata, schema = snapshot.icebergSchema
        tree["current-schema-id"] = .integer(schema.id)
        let spec = metadata.spec(metadata.defaultSpecID)?.fields.filter { $0.transform != .void }.flatMap(\.sourceIDs) ?? []
        let order = metadata.sortOrders.first { $0.id == metadata.defaultSortOrderID }?.fields.flatMap(\.sourceIDs) ?? []
        guard (spec + order).allSatisfy({ schema.find($0) != nil }) else {
            throw SQLError.unsupported("cloning a version of an Iceberg table that is now partitioned or sorted by columns that it had not")
        }
    }

    private func setSnapshot(_ tree: inout JSONTree) {
        let id = snapshot.snapshot?.id
        func isCloned(_ item: JSONTree) -> Bool { item["snapshot-id"]?.integer == id }
        for list in ["snapshots", "statistics", "partition-statistics"] {
            if let items = tree[list]?.items { tree[list] = .array(id == nil ? [] : items.filter(isCloned)) }
        }
        tree["snapshot-log"] = .array([])
        tree["refs"] = .object([])
        tree["current-snapshot-id"] = .integer(id ?? -1)
        guard let id, let own = snapshot.snapshot else { return }
        tree["snapshot-log"] = .array([
            .object([.init("snapshot-id", .integer(id)), .init("timestamp-ms", .integer(own.timestampMillis))])
        ])
        tree["refs"] = .object([
            .init(IcebergDocument.main, .object([.init("snapshot-id", .integer(id)), .init("type", .string("branch"))]))
        ])
    }
}
