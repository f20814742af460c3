/// The metadata document of a table, as it is written.

import LodeCore

/// A document that is read, changed in part and written again: what Lode does not know of stays as it is.
/// - Source: Iceberg spec, "Table Metadata Fields"; Appendix C "Table Metadata and Snapshots".
struct IcebergDocument {
    private(set) var tree: JSONTree

    init(_ bytes: [UInt8]) throws(SQLError) { tree = try JSONTree(String(decoding: bytes, as: UTF8.self)) }

    /// A table without rows.
    init(
        version: Int, location: String, _ schema: IcebergSchema, lastColumnID: Int, _ spec: IcebergPartitionSpec,
        sortedBy: [JSONTree] = [], properties: [String: String], millis: Int64
    ) {
        var orders = [Self.order(0, [])]
        if !sortedBy.isEmpty { orders.append(Self.order(1, sortedBy)) }
        tree = .object([
            .init("format-version", .integer(version)), .init("table-uuid", .string(DeltaText.uuid())),
            .init("location", .string(location)),
            .init("last-sequence-number", .integer(0)), .init("last-updated-ms", .integer(millis)),
            .init("last-column-id", .integer(lastColumnID)), .init("current-schema-id", .integer(schema.id)),
            .init("schemas", .array([schema.tree])), .init("default-spec-id", .integer(spec.id)),
            .init("partition-specs", .array([spec.tree])),
            .init("last-partition-id", .integer(spec.fields.map(\.fieldID).max() ?? 999)),
            .init("default-sort-order-id", .integer(orders.count - 1)),
            .init("sort-orders", .array(orders)), .init("properties", .texts(properties)), .init("current-snapshot-id", .integer(-1)),
            .init("refs", .object([])), .init("snapshots", .array([])), .init("statistics", .array([])),
            .init("partition-statistics", .array([])), .init("snapshot-log", .array([])), .init("metadata-log", .array([])),
        ])
        if version >= 3 { tree["next-row-id"] = .integer(0) }
    }

    private static func order(_ id: Int, _ fields: [JSONTree]) -> JSONTree {
        .object([.init("order-id", .integer(id)), .init("fields", .array(fields))])
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

    /// Puts another value in the place of a member's.
    mutating func replace(_ name: String, _ value: JSONTree) { tree[name] = value }

    private mutating func append(_ item: JSONTree, to name: String) { tree[name] = .array((tree[name]?.items ?? []) + [item]) }

    /// Makes a snapshot the head of a branch.
    mutating func add(_ snapshot: IcebergMetadata.Snapshot, to branch: String = Self.main) {
        var members: [JSONTree.Member] = [.init("snapshot-id", .integer(snapshot.id))]
        if let parent = snapshot.parent { members.append(.init("parent-snapshot-id", .integer(parent))) }
        members += [
            .init("sequence-number", .integer(snapshot.sequenceNumber)), .init("timestamp-ms", .integer(snapshot.timestampMillis)),
            .init("manifest-list", .string(snapshot.manifestList ?? "")), .init("summary", .texts(snapshot.summary)),
        ]
        if let schemaID = snapshot.schemaID { members.append(.init("schema-id", .integer(schemaID))) }
        if let first = snapshot.firstRowID, let added = snapshot.addedRows {
            members += [.init("first-row-id", .integer(first)), .init("added-rows", .integer(added))]
            tree["next-row-id"] = .integer(first &+ added)
        }
        append(.object(members), to: "snapshots")
        move(branch, to: snapshot.id, at: snapshot.timestampMillis)
        tree["last-sequence-number"] = .integer(snapshot.sequenceNumber)
    }

    /// Makes a snapshot that is there the current one of the main branch.
    mutating func restore(_ id: Int64, at millis: Int64) { move(Self.main, to: id, at: millis) }

    /// The branch that the table itself is.
    static let main = "main"

    private mutating func move(_ branch: String, to id: Int64, at millis: Int64) {
        var references = tree["refs"] ?? .object([])
        var head = references[branch] ?? .object([.init("snapshot-id", .integer(0)), .init("type", .string("branch"))])
        head["snapshot-id"] = .integer(id)
        references[branch] = head
        tree["refs"] = references
        if branch != Self.main { return }
        tree["current-snapshot-id"] = .integer(id)
        append(.object([.init("snapshot-id", .integer(id)), .init("timestamp-ms", .integer(millis))]), to: "snapshot-log")
    }

    /// Sets a branch or a tag; nil takes it away.
    mutating func set(reference name: String, _ reference: IcebergMetadata.Reference?) {
        var references = tree["refs"] ?? .object([])
        guard let reference else {
            references[name] = nil
            tree["refs"] = references
            return
        }
        let isMoved = references[name]?["snapshot-id"] != .integer(reference.snapshotID)
        var members: [JSONTree.Member] = [
            .init("snapshot-id", .integer(reference.snapshotID)), .init("type", .string(reference.isBranch ? "branch" : "tag")),
        ]
        if let count = reference.minSnapshotsToKeep { members.append(.init("min-snapshots-to-keep", .integer(count))) }
        if let millis = reference.maxSnapshotAgeMillis { members.append(.init("max-snapshot-age-ms", .integer(millis))) }
        if let millis = reference.maxReferenceAgeMillis { members.append(.init("max-ref-age-ms", .integer(millis))) }
        references[name] = .object(members)
        tree["refs"] = references
        if name == Self.main, isMoved, case .number(let text)? = tree["last-updated-ms"], let millis = Int64(text) {
            move(name, to: reference.snapshotID, at: millis)
        }
    }

    /// Makes a schema the current one.
    mutating func add(_ schema: JSONTree, id: Int, lastColumnID: Int) {
        append(schema, to: "schemas")
        tree["current-schema-id"] = .integer(id)
        tree["last-column-id"] = .integer(lastColumnID)
    }

    /// Makes a partition spec the one by which files are written.
    mutating func set(_ spec: IcebergPartitionSpec, isNew: Bool, lastFieldID: Int) {
        if isNew { append(spec.tree, to: "partition-specs") }
        tree["default-spec-id"] = .integer(spec.id)
        tree["last-partition-id"] = .integer(lastFieldID)
    }

    /// Makes an order that of the files that are written: one that is there already if it is the same.
    mutating func set(order fields: [JSONTree]) {
        let orders = tree["sort-orders"]?.items ?? []
        if let known = orders.first(where: { $0["fields"]?.items == fields }), let id = known["order-id"] {
            return tree["default-sort-order-id"] = id
        }
        let numbers = orders.compactMap { order in order["order-id"].flatMap { if case .number(let text) = $0 { Int(text) } else { nil } } }
        // The order of no fields is number 0.
        let id = fields.isEmpty ? 0 : max(0, numbers.max() ?? 0) &+ 1
        append(Self.order(id, fields), to: "sort-orders")
        tree["default-sort-order-id"] = .integer(id)
    }

    mutating func set(_ name: String, _ value: JSONTree?) { tree[name] = value }

    mutating func set(properties: [String: String]) { tree["properties"] = .texts(properties) }

    /// Notes the document that this one follows.
    mutating func follow(_ path: String, of millis: Int64, at now: Int64) {
        let kept = IcebergDocumentLog.length(tree["properties"]?[IcebergDocumentLog.lengthProperty]?.text)
        let entry = JSONTree.object([.init("metadata-file", .string(path)), .init("timestamp-ms", .integer(millis))])
        tree["metadata-log"] = .array(((tree["metadata-log"]?.items ?? []) + [entry]).suffix(kept))
        tree["last-updated-ms"] = .integer(now)
    }
}
