/// The metadata document of a table, as it is written.

import LodeCore

/// A document that is read, changed in part and written again: what Lode does not know of stays as it is.
/// - Source: Iceberg spec, "Table Metadata Fields"; Appendix C "Table Metadata and Snapshots".
struct IcebergDocument {
    private(set) var tree: JSONTree

    init(_ bytes: [UInt8]) throws(SQLError) { tree = try JSONTree(String(decoding: bytes, as: UTF8.self)) }

    /// A table without rows, of version 2.
    init(
        location: String, _ schema: IcebergSchema, lastColumnID: Int, _ spec: IcebergPartitionSpec, properties: [String: String],
        millis: Int64
    ) {
        let order = JSONTree.object([.init("order-id", .integer(0)), .init("fields", .array([]))])
        tree = .object([
            .init("format-version", .integer(2)), .init("table-uuid", .string(DeltaText.uuid())), .init("location", .string(location)),
            .init("last-sequence-number", .integer(0)), .init("last-updated-ms", .integer(millis)),
            .init("last-column-id", .integer(lastColumnID)), .init("current-schema-id", .integer(schema.id)),
            .init("schemas", .array([schema.tree])), .init("default-spec-id", .integer(spec.id)),
            .init("partition-specs", .array([spec.tree])),
            .init("last-partition-id", .integer(spec.fields.map(\.fieldID).max() ?? 999)), .init("default-sort-order-id", .integer(0)),
            .init("sort-orders", .array([order])), .init("properties", .texts(properties)), .init("current-snapshot-id", .integer(-1)),
            .init("refs", .object([])), .init("snapshots", .array([])), .init("statistics", .array([])),
            .init("partition-statistics", .array([])), .init("snapshot-log", .array([])), .init("metadata-log", .array([])),
        ])
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        tree.write(to: &bytes)
        return bytes
    }

    /// The current schema, as it is written.
    var schema: JSONTree? {
        guard let id = tree["current-schema-id"] else { return nil }
        return tree["schemas"]?.items.first { $0["schema-id"] == id }
    }

    // MARK: Changes

    private mutating func append(_ item: JSONTree, to name: String) { tree[name] = .array((tree[name]?.items ?? []) + [item]) }

    /// Makes a snapshot the current one of the main branch.
    mutating func add(_ snapshot: IcebergMetadata.Snapshot) {
        var members: [JSONTree.Member] = [.init("snapshot-id", .integer(snapshot.id))]
        if let parent = snapshot.parent { members.append(.init("parent-snapshot-id", .integer(parent))) }
        members += [
            .init("sequence-number", .integer(snapshot.sequenceNumber)), .init("timestamp-ms", .integer(snapshot.timestampMillis)),
            .init("manifest-list", .string(snapshot.manifestList ?? "")), .init("summary", .texts(snapshot.summary)),
        ]
        if let schemaID = snapshot.schemaID { members.append(.init("schema-id", .integer(schemaID))) }
        append(.object(members), to: "snapshots")
        append(
            .object([.init("snapshot-id", .integer(snapshot.id)), .init("timestamp-ms", .integer(snapshot.timestampMillis))]),
            to: "snapshot-log")
        var references = tree["refs"] ?? .object([])
        var main = references["main"] ?? .object([.init("snapshot-id", .integer(0)), .init("type", .string("branch"))])
        main["snapshot-id"] = .integer(snapshot.id)
        references["main"] = main
        tree["refs"] = references
        tree["current-snapshot-id"] = .integer(snapshot.id)
        tree["last-sequence-number"] = .integer(snapshot.sequenceNumber)
    }

    /// Makes a schema the current one.
    mutating func add(_ schema: JSONTree, id: Int, lastColumnID: Int) {
        append(schema, to: "schemas")
        tree["current-schema-id"] = .integer(id)
        tree["last-column-id"] = .integer(lastColumnID)
    }

    mutating func set(properties: [String: String]) { tree["properties"] = .texts(properties) }

    /// Entries of the log of earlier documents that are kept, if no property says otherwise.
    /// - Source: Iceberg's table property `write.metadata.previous-versions-max`.
    private static let keptDocuments = 100

    /// Notes the document that this one follows.
    mutating func follow(_ path: String, of millis: Int64, at now: Int64) {
        let kept = tree["properties"]?["write.metadata.previous-versions-max"]?.text.flatMap { Int($0) } ?? Self.keptDocuments
        let entry = JSONTree.object([.init("metadata-file", .string(path)), .init("timestamp-ms", .integer(millis))])
        tree["metadata-log"] = .array(((tree["metadata-log"]?.items ?? []) + [entry]).suffix(max(1, kept)))
        tree["last-updated-ms"] = .integer(now)
    }
}
