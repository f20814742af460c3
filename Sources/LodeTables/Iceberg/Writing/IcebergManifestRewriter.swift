/// Manifests of which some files go.

import LodeCore
import LodeVectors

/// Writes a manifest anew, with the schema that it has: files that stay are existing ones, with all that they inherited; those that go are
/// noted as deleted; those that went before are left out.
/// - Source: Iceberg spec, "Manifest Entry Fields", "Sequence Number Inheritance", "First Row ID Inheritance".
struct IcebergManifestRewriter {
    /// What is known of a file that goes.
    struct Removed {
        var path: String
        var rowCount: Int64
        var size: Int64
    }

    private let container: AvroContainer
    private let manifest: IcebergManifest
    private let snapshot: Int64
    private var writer: IcebergManifestWriter
    private var nextRowID: Int64?
    private(set) var removed: [Removed] = []

    /// - Throws: `0A000` for a manifest of version 1, whose entries have no sequence numbers.
    init(_ bytes: [UInt8], _ manifest: IcebergManifest, snapshot: Int64) throws(SQLError) {
        let container = try AvroContainer(bytes)
        guard container.schema.field(3) != nil, container.schema.field(4) != nil, let text = container.text("avro.schema") else {
            throw SQLError.unsupported("removing files from a manifest of version 1 of the Iceberg format")
        }
        var notes: [(key: String, value: String)] = []
        for key in container.metadata.keys.sorted() where !key.hasPrefix("avro.") {
            if let value = container.text(key) { notes.append((key, value)) }
        }
        self.container = container
        self.manifest = manifest
        self.snapshot = snapshot
        nextRowID = manifest.firstRowID
        writer = try IcebergManifestWriter(text, notes: notes, specID: manifest.specID, isOfDeletes: manifest.hasDeletes)
    }

    /// Goes through the entries.
    /// - Parameter goes: whether a file goes, by its path; for delete files, by the one data file that they are of.
    /// - Returns: whether one does; else the manifest stays as it is.
    mutating func run(_ io: any TableIO, _ goes: (_ path: String) -> Bool) throws(SQLError) -> Bool {
        let schema = container.schema
        guard let fileSchema = schema.field(2) else { throw SQLError(.dataCorrupted, "entries of the manifest have no data_file") }
        for entry in try container.records(io) { try take(entry, schema, fileSchema, goes) }
        return !removed.isEmpty
    }

    private mutating func take(
        _ entry: AvroTree, _ schema: AvroSchema, _ fileSchema: AvroSchema, _ goes: (String) -> Bool
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
        if !manifest.hasDeletes, file.field(142, in: fileSchema) == nil, let first = nextRowID {
            file.set(142, .number(first), in: fileSchema)
            own.set(2, file, in: schema)
            nextRowID = first &+ rowCount
        }
        let data = manifest.hasDeletes ? file.field(143, in: fileSchema)?.text : path
        if data.map(goes) ?? false {
            removed.append(Removed(path: path, rowCount: rowCount, size: file.field(104, in: fileSchema)?.number ?? 0))
            own.set(0, .number(IcebergManifestWriter.Status.deleted.rawValue), in: schema)
            own.set(1, .number(snapshot), in: schema)
            try writer.append(own, .deleted, rowCount: rowCount, sequence: sequence)
        } else {
            own.set(0, .number(IcebergManifestWriter.Status.existing.rawValue), in: schema)
            try writer.append(own, .existing, rowCount: rowCount, sequence: sequence)
        }
    }

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
