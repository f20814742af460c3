/// Manifests of which some files go.

import LodeCore
import LodeVectors

/// Writes a manifest anew: files that stay are existing ones, with all that they inherited; those that go are noted as deleted; those that
/// went before are left out. One of an earlier version of the format becomes one of the table's.
/// - Source: Iceberg spec, "Manifest Entry Fields", "Sequence Number Inheritance", "First Row ID Inheritance".
struct IcebergManifestRewriter {
    /// What is known of a file that goes.
    struct Removed {
        var path: String
        var content: IcebergSummary.Content
        var isVector: Bool
        var rowCount: Int64
        var size: Int64
    }

    private var container: AvroContainer
    private var manifest: IcebergManifest
    private let snapshot: Int64
    private var writer: IcebergManifestWriter
    private var nextRowID: Int64?
    private(set) var removed: [Removed] = []
    /// Data files that stay and of which rows go, with their partitions.
    private(set) var marked: [(path: String, partition: AvroTree)] = []

    init(_ bytes: [UInt8], _ manifest: IcebergManifest, _ metadata: IcebergMetadata, snapshot: Int64) throws(SQLError) {
        container = try AvroContainer(bytes)
        self.manifest = manifest
        self.snapshot = snapshot
        nextRowID = manifest.firstRowID
        var notes: [(key: String, value: String)] = []
        for key in container.metadata.keys.sorted() where !key.hasPrefix("avro.") {
            if let value = container.text(key) { notes.append((key, value)) }
        }
        guard let text = container.text("avro.schema") else {
            throw SQLError(.dataCorrupted, "the manifest has no schema", in: manifest.path)
        }
        let own = try Self.isOfVersion(metadata.formatVersion, container.schema) ? text : Self.text(manifest, metadata, &notes)
        writer = try IcebergManifestWriter(own, notes: notes, specID: manifest.specID, isOfDeletes: manifest.hasDeletes)
    }

    private static func isOfVersion(_ version: Int, _ schema: AvroSchema) -> Bool {
        schema.field(3) != nil && schema.field(4) != nil && (version < 3 || schema.field(2)?.field(142) != nil)
    }

    /// The schema of manifests of the table's version.
    private static func text(
        _ manifest: IcebergManifest, _ metadata: IcebergMetadata, _ notes: inout [(key: String, value: String)]
    ) throws(SQLError) -> String {
        guard let spec = metadata.spec(manifest.specID), let schema = metadata.schema(metadata.currentSchemaID) else {
            throw SQLError(.dataCorrupted, "the Iceberg table has no partition spec \(manifest.specID)", in: manifest.path)
        }
        var fields: [(field: IcebergPartitionField, type: IcebergType)] = []
        for (field, type) in zip(spec.fields, IcebergPartitionDeclaration.types(spec, metadata, schema)) {
            guard let type else { throw SQLError.unsupported("removing files of partitions by \(field.transform.text)") }
            fields.append((field, type))
        }
        notes.removeAll { $0.key == "format-version" || $0.key == "content" }
        notes += [("format-version", String(metadata.formatVersion)), ("content", manifest.hasDeletes ? "deletes" : "data")]
        return IcebergAvroText.manifest(version: metadata.formatVersion, fields)
    }

    /// Goes through the entries.
    /// - Returns: whether a file goes; else the manifest stays as it is.
    mutating func run(_ io: any TableIO, _ leaving: IcebergLeaving) throws(SQLError) -> Bool {
        let schema = writer.schema
        guard let fileSchema = schema.field(2) else { throw SQLError(.dataCorrupted, "entries of the manifest have no data_file") }
        for entry in try container.records(io) {
            try take(entry.fitted(from: container.schema, to: schema), schema, fileSchema, leaving)
        }
        return !removed.isEmpty
    }

    /// Takes in the files of another manifest of the same spec, as they are.
    mutating func absorb(_ bytes: [UInt8], _ other: IcebergManifest, _ io: any TableIO) throws(SQLError) {
        container = try AvroContainer(bytes)
        manifest = other
        nextRowID = other.firstRowID
        _ = try run(io, IcebergLeaving())
    }

    private mutating func take(
        _ entry: AvroTree, _ schema: AvroSchema, _ fileSchema: AvroSchema, _ leaving: IcebergLeaving
    ) throws(SQLError) {
        guard let status = entry.field(0, in: schema)?.number, let path = entry.field(2, 100, in: schema)?.text,
            let rowCount = entry.field(2, 103, in: schema)?.number, var file = entry.field(2, in: schema)
        else { throw SQLError(.dataCorrupted, "an entry of the manifest has no status, path or row count") }
        if status == IcebergManifestWriter.Status.deleted.rawValue { return }
        var own = entry
        let isAdded = status == IcebergManifestWriter.Status.added.rawValue
        let sequence = entry.field(3, in: schema)?.number ?? (isAdded ? manifest.sequenceNumber : 0)
        own.set(3, .number(sequence), in: schema)
        if entry.field(4, in: schema) == nil { own.set(4, .number(isAdded ? manifest.sequenceNumber : 0), in: schema) }
        if entry.field(1, in: schema) == nil { own.set(1, .number(manifest.snapshotID ?? 0), in: schema) }
        if file.field(134, in: fileSchema) == nil { file.set(134, .number(0), in: fileSchema) }
        if !manifest.hasDeletes, file.field(142, in: fileSchema) == nil, let first = nextRowID {
            file.set(142, .number(first), in: fileSchema)
            let (next, overflow) = first.addingReportingOverflow(max(0, rowCount))
            nextRowID = overflow ? nil : next
        }
        own.set(2, file, in: schema)
        // Delete files of nothing but files that go, go with them.
        let data = manifest.hasDeletes ? file.field(143, in: fileSchema)?.text : path
        if try leaving.takes(data, file.field(102, in: fileSchema), of: manifest) {
            let content = IcebergSummary.Content(rawValue: file.field(134, in: fileSchema)?.number ?? 0) ?? .data
            removed.append(
                Removed(
                    path: path, content: content, isVector: file.field(101, in: fileSchema)?.text?.lowercased() == "puffin",
                    rowCount: rowCount, size: (file.field(145, in: fileSchema) ?? file.field(104, in: fileSchema))?.number ?? 0))
            own.set(0, .number(IcebergManifestWriter.Status.deleted.rawValue), in: schema)
            own.set(1, .number(snapshot), in: schema)
            try writer.append(own, .deleted, rowCount: rowCount, sequence: sequence)
        } else {
            if !manifest.hasDeletes, leaving.isMarked(path) { marked.append((path, file.field(102, in: fileSchema) ?? .record([]))) }
            own.set(0, .number(IcebergManifestWriter.Status.existing.rawValue), in: schema)
            try writer.append(own, .existing, rowCount: rowCount, sequence: sequence)
        }
    }

    /// The schema of the partitions.
    var partitionSchema: AvroSchema? { writer.schema.field(2)?.field(102) }

    /// The new manifest, and its entry in a list. What is said of its partitions holds for fewer files too.
    mutating func finish(_ path: String, sequence: Int64, summaries: AvroTree) -> (bytes: [UInt8], entry: [Int: AvroTree]) {
        writer.finish(path, snapshot: snapshot, sequence: sequence, summaries: summaries)
    }
}

extension AvroContainer {
    /// All records, as trees.
    /// - Throws: `XX001` for a damaged file.
    func records(_ io: any TableIO) throws(SQLError) -> [AvroTree] {
        var records: [AvroTree] = []
        try forEachBlock { (block) throws(SQLError) in
            let plain = try io.decompress(codec, block.packed)
            // Records without a byte would be as many as a number says.
            guard block.count <= plain.count else { throw SQLError(.dataCorrupted, "a block of the Avro file has too few bytes") }
            var cursor = AvroCursor()
            for _ in 0..<block.count { records.append(try AvroTree(schema, &cursor, plain.span)) }
        }
        return records
    }
}
