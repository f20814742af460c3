/// Writing the manifests of a snapshot.

import LodeCore
import LodeVectors

/// A fast append: what is added comes in a manifest of its own; manifests of which files go are written anew, all others stay.
/// - Source: Iceberg spec, "Snapshots", "Manifest Lists".
struct IcebergSnapshotWriter {
    private let change: FileChange
    private let operation: String
    private let metadata: IcebergMetadata
    private let document: IcebergDocument
    private let millis: Int64
    private let location: String
    private let io: any TableIO
    private let id: Int64
    private let sequence: Int64
    private let unique = DeltaText.uuid()

    init(
        _ change: FileChange, _ operation: String, _ metadata: IcebergMetadata, _ document: IcebergDocument, _ millis: Int64,
        _ location: String, _ io: any TableIO
    ) {
        self.change = change
        self.operation = operation
        self.metadata = metadata
        self.document = document
        self.millis = millis
        self.location = location
        self.io = io
        var id = Int64.random(in: 1...Int64.max)
        while metadata.snapshot(id) != nil { id = Int64.random(in: 1...Int64.max) }
        self.id = id
        sequence = metadata.lastSequenceNumber &+ 1
    }

    /// Totals of a snapshot's summary.
    private struct Count {
        var addedFiles = 0, deletedFiles = 0
        var addedRows: Int64 = 0, deletedRows: Int64 = 0
        var addedBytes: Int64 = 0, deletedBytes: Int64 = 0
    }

    /// Writes manifests and their list.
    /// - Throws: `40001` if a file that is to go is gone.
    func write(over parent: IcebergMetadata.Snapshot?) throws(SQLError) -> IcebergMetadata.Snapshot {
        var count = Count(), place = 0
        var list = try AvroFileWriter(
            schema: IcebergAvroText.manifestList(version: metadata.formatVersion),
            notes: [
                ("snapshot-id", String(id)), ("parent-snapshot-id", parent.map { String($0.id) } ?? "null"),
                ("sequence-number", String(sequence)), ("format-version", String(metadata.formatVersion)),
            ])
        if !change.added.isEmpty {
            let (path, made) = (self.path(&place), try addedFiles(&count))
            try write(path, made(path), &list)
        }
        if let parent { try keep(parent, &list, &place, &count) }
        let path = TablePath.join(location, "metadata/snap-\(id)-1-\(unique).avro")
        try put(path, list.finish())
        var snapshot = IcebergMetadata.Snapshot(id: id, parent: parent?.id)
        snapshot.sequenceNumber = sequence
        snapshot.timestampMillis = millis
        snapshot.manifestList = path
        snapshot.schemaID = metadata.currentSchemaID
        snapshot.summary = summary(count, parent)
        return snapshot
    }

    private func path(_ place: inout Int) -> String {
        defer { place += 1 }
        return TablePath.join(location, "metadata/\(unique)-m\(place).avro")
    }

    /// The name is nobody else's: what is there is what a request wrote whose answer was lost.
    private func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) {
        if try io.putIfAbsent(path, bytes) { return }
        guard try io.read(path) == bytes else { throw SQLError(.ioError, "the file was not written as it should be", in: path) }
    }

    private func write(
        _ path: String, _ made: (bytes: [UInt8], entry: [Int: AvroTree]), _ list: inout AvroFileWriter
    ) throws(SQLError) {
        try put(path, made.bytes)
        try list.append(list.schema.record(made.entry))
    }

    // MARK: New files

    private func addedFiles(
        _ count: inout Count
    ) throws(SQLError) -> (_ path: String) -> (bytes: [UInt8], entry: [Int: AvroTree]) {
        guard let schema = metadata.schema(metadata.currentSchemaID), let text = document.schema,
            let spec = metadata.spec(metadata.defaultSpecID)
        else { throw .internalFault("a table without a schema or a partition spec") }
        var types: [IcebergType] = []
        for field in spec.fields {
            guard field.transform == .identity, let source = metadata.field(field.sourceIDs.first ?? 0, in: schema) else {
                throw SQLError.unsupported("writing an Iceberg table that is partitioned by \(field.transform.text)")
            }
            types.append(source.field.type)
        }
        var manifest = try IcebergManifestWriter(version: metadata.formatVersion, schema: text, spec, types)
        var files = IcebergFileWriter(schema, types, manifest.schema)
        for file in change.added {
            let rows = Int64(file.rowCount ?? 0)
            try manifest.append(try files.added(file, snapshot: id), .added, rowCount: rows, sequence: nil)
            count.addedFiles += 1
            count.addedRows &+= rows
            count.addedBytes += Int64(file.size)
        }
        let summaries = files.summary
        return { [id, sequence] path in
            var manifest = manifest
            return manifest.finish(path, snapshot: id, sequence: sequence, summaries: summaries)
        }
    }

    // MARK: Files that are there

    /// Goes through the manifests of the snapshot before.
    private func keep(
        _ parent: IcebergMetadata.Snapshot, _ list: inout AvroFileWriter, _ place: inout Int, _ count: inout Count
    ) throws(SQLError) {
        guard let path = parent.manifestList else { throw SQLError.unsupported("writing tables of version 1 of the Iceberg format") }
        let container = try AvroContainer(try io.read(IcebergFolder.plain(path)))
        let entries = try container.records(io).map { $0.fitted(from: container.schema, to: list.schema) }
        var gone: Set<String> = [], named = change.removedPaths.isEmpty ? [] : Set(change.removedPaths)
        if !change.emptiedPartitions.isEmpty { named.formUnion(try filesOfEmptiedPartitions()) }
        let removesAll = change.removesEverything
        for entry in entries {
            let manifest = try Self.manifest(entry, list.schema)
            if manifest.liveFiles == 0 { continue }
            guard change.removesFiles else {
                try list.append(entry)
                continue
            }
            let bytes = try io.read(IcebergFolder.plain(manifest.path))
            var rewriter = try IcebergManifestRewriter(bytes, manifest, snapshot: id)
            // Delete files of nothing but files that go, go with them.
            let isTouched = try rewriter.run(io) { removesAll || named.contains(IcebergFolder.plain($0)) }
            guard isTouched else {
                try list.append(entry)
                continue
            }
            if !manifest.hasDeletes {
                for file in rewriter.removed {
                    gone.insert(IcebergFolder.plain(file.path))
                    count.deletedFiles += 1
                    count.deletedRows &+= file.rowCount
                    count.deletedBytes &+= file.size
                }
            }
            let path = self.path(&place), summaries = entry.field(507, in: list.schema) ?? .null
            try write(path, rewriter.finish(path, sequence: sequence, summaries: summaries), &list)
        }
        guard gone.isSuperset(of: change.removedPaths) else {
            throw IcebergWriting.conflict(detail: "A file that this statement removes is gone.")
        }
    }

    private func filesOfEmptiedPartitions() throws(SQLError) -> [String] {
        let snapshot = try IcebergSnapshot(IcebergFolder(document: location, metadata), metadata, at: nil, identity: nil, io)
        let files = try snapshot.plan(nil).files
        let width = metadata.spec(metadata.defaultSpecID)?.fields.count ?? 0
        guard files.isEmpty || (snapshot.partitionColumns.count == width && files.allSatisfy { $0.partitionColumns == nil }) else {
            throw SQLError.unsupported("INSERT OVERWRITE of an Iceberg table with files from before its partitioning was changed")
        }
        return files.filter { change.emptiedPartitions.contains($0.partitionValues) }.map(\.path)
    }

    private static func manifest(_ entry: AvroTree, _ schema: AvroSchema) throws(SQLError) -> IcebergManifest {
        guard let path = entry.field(500, in: schema)?.text else { throw SQLError(.dataCorrupted, "a manifest has no path") }
        func number(_ id: Int) -> Int? { entry.field(id, in: schema)?.number.map { Int($0) } }
        var manifest = IcebergManifest(path: path)
        manifest.specID = number(502) ?? 0
        manifest.hasDeletes = number(517) == 1
        manifest.sequenceNumber = Int64(number(515) ?? 0)
        manifest.snapshotID = entry.field(503, in: schema)?.number
        (manifest.addedFiles, manifest.existingFiles) = (number(504), number(505))
        manifest.firstRowID = entry.field(520, in: schema)?.number
        return manifest
    }

    // MARK: What the snapshot says of itself

    /// - Source: Iceberg spec, "Snapshots" for the operation; Appendix F "Optional Snapshot Summary Fields".
    private func summary(_ count: Count, _ parent: IcebergMetadata.Snapshot?) -> [String: String] {
        let word =
            !change.changesData ? "replace" : count.deletedFiles == 0 ? "append" : count.addedFiles == 0 ? "delete" : "overwrite"
        var summary = ["operation": word, "engine-name": "lode", "lode.operation": operation]
        func note(_ name: String, _ number: Int64) { if number != 0 { summary[name] = String(number) } }
        note("added-data-files", Int64(count.addedFiles))
        note("added-records", count.addedRows)
        note("added-files-size", count.addedBytes)
        note("deleted-data-files", Int64(count.deletedFiles))
        note("deleted-records", count.deletedRows)
        note("removed-files-size", count.deletedBytes)
        func total(_ name: String, _ more: Int64) {
            let before = parent.map { $0.summary["total-" + name].flatMap { Int64($0) } } ?? 0
            if let before { summary["total-" + name] = String(before &+ more) }
        }
        total("data-files", Int64(count.addedFiles - count.deletedFiles))
        total("records", count.addedRows &- count.deletedRows)
        total("files-size", count.addedBytes &- count.deletedBytes)
        for name in ["delete-files", "position-deletes", "equality-deletes"] { total(name, 0) }
        return summary
    }
}
