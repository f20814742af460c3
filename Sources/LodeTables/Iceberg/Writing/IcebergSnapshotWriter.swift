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
    ) throws(SQLError) {
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
        let (next, overflow) = metadata.lastSequenceNumber.addingReportingOverflow(1)
        guard !overflow else { throw SQLError(.programLimitExceeded, "the Iceberg table has no sequence numbers left", in: location) }
        sequence = next
    }

    /// Writes manifests and their list.
    /// - Throws: `40001` if a file that is to go is gone.
    func write(over parent: IcebergMetadata.Snapshot?) throws(SQLError) -> IcebergMetadata.Snapshot {
        var summary = IcebergSummary(), place = 0
        var list = try IcebergListWriter(metadata, snapshot: id, parent: parent?.id, sequence: sequence)
        let firstRowID = list.nextRowID
        if !change.added.isEmpty { try writeAdded(&list, &place, &summary) }
        if let parent {
            let targets = try keep(parent, &list, &place, &summary)
            if !targets.isEmpty { try writeDeletes(targets, &list, &place, &summary) }
        }
        let path = TablePath.join(location, "metadata/snap-\(id)-1-\(unique).avro")
        try put(path, list.finish())
        var snapshot = IcebergMetadata.Snapshot(id: id, parent: parent?.id)
        snapshot.sequenceNumber = sequence
        snapshot.timestampMillis = millis
        snapshot.manifestList = path
        snapshot.schemaID = metadata.currentSchemaID
        snapshot.summary = summary.texts(operation: operation, changesData: change.changesData, parent)
        if metadata.formatVersion >= 3 {
            snapshot.firstRowID = firstRowID
            snapshot.addedRows = list.nextRowID &- firstRowID
        }
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

    // MARK: New files

    private func writeAdded(_ list: inout IcebergListWriter, _ place: inout Int, _ summary: inout IcebergSummary) throws(SQLError) {
        guard let schema = metadata.schema(metadata.currentSchemaID), let text = document.schema,
            let spec = metadata.spec(metadata.defaultSpecID)
        else { throw .internalFault("a table without a schema or a partition spec") }
        let types = try partitionTypes(spec)
        var manifest = try IcebergManifestWriter(version: metadata.formatVersion, schema: text, spec, types)
        var files = IcebergFileWriter(
            schema, spec, types, manifest.schema, sortOrderID: sortOrderID(spec), IcebergMetrics(metadata.properties))
        for file in change.added {
            let rows = Int64(file.rowCount ?? 0)
            try manifest.append(try files.added(file, snapshot: id), .added, rowCount: rows, sequence: nil)
            summary.add(.data, rows: rows, bytes: Int64(file.size))
        }
        let path = self.path(&place)
        let made = manifest.finish(path, snapshot: id, sequence: sequence, summaries: files.summary)
        try put(path, made.bytes)
        try list.append(made.entry)
    }

    /// Of the values of a spec's fields.
    private func partitionTypes(_ spec: IcebergPartitionSpec) throws(SQLError) -> [IcebergType] {
        guard let schema = metadata.schema(metadata.currentSchemaID) else { throw .internalFault("a table without a schema") }
        var types: [IcebergType] = []
        for (field, type) in zip(spec.fields, IcebergPartitionDeclaration.types(spec, metadata, schema)) {
            guard let type else { throw SQLError.unsupported("writing an Iceberg table that is partitioned by \(field.transform.text)") }
            types.append(type)
        }
        return types
    }

    /// The order that new files have, if it can be said of whole files: of files of partitions, the row groups have it.
    private func sortOrderID(_ spec: IcebergPartitionSpec) -> Int? {
        guard spec.fields.allSatisfy({ $0.transform == .void }), let schema = metadata.schema(metadata.currentSchemaID),
            IcebergSorting.text(metadata, schema) != nil
        else { return nil }
        return metadata.defaultSortOrderID
    }

    // MARK: Files that are there

    /// Goes through the manifests of the snapshot before.
    /// - Returns: the files of which rows go.
    private func keep(
        _ parent: IcebergMetadata.Snapshot, _ list: inout IcebergListWriter, _ place: inout Int, _ summary: inout IcebergSummary
    ) throws(SQLError) -> [IcebergDeleteWriter.Target] {
        guard let path = parent.manifestList else { throw SQLError.unsupported("writing tables of version 1 of the Iceberg format") }
        var gone: Set<String> = [], targets: [IcebergDeleteWriter.Target] = []
        let marked = Dictionary(change.marked.map { ($0.file.path, $0) }) { first, _ in first }
        let leaving = try IcebergLeaving(change, metadata)
        var kept: [AvroTree] = []
        for entry in try list.entries(of: path, io) {
            let manifest = try Self.manifest(entry, list.schema)
            if manifest.liveFiles == 0 { continue }
            guard change.removesRows else {
                kept.append(entry)
                continue
            }
            let bytes = try io.read(IcebergFolder.plain(manifest.path))
            var rewriter = try IcebergManifestRewriter(bytes, manifest, metadata, snapshot: id)
            let isTouched = try rewriter.run(io, leaving)
            for (path, partition) in rewriter.marked {
                guard let mark = marked[IcebergFolder.plain(path)], let schema = rewriter.partitionSchema else { continue }
                targets.append(.init(path: path, specID: manifest.specID, partition: partition, partitionSchema: schema, marked: mark))
            }
            guard isTouched else {
                kept.append(entry)
                continue
            }
            for file in rewriter.removed {
                if file.content == .data { gone.insert(IcebergFolder.plain(file.path)) }
                if file.isVector { summary.removedVectors += 1 }
                summary.remove(file.content, rows: file.rowCount, bytes: file.size)
            }
            let path = self.path(&place), summaries = entry.field(507, in: list.schema) ?? .null
            let made = rewriter.finish(path, sequence: sequence, summaries: summaries)
            try put(path, made.bytes)
            try list.append(made.entry)
        }
        try appendMerged(kept, &list, &place)
        guard gone.isSuperset(of: change.removedPaths), targets.count == marked.count else {
            throw IcebergWriting.conflict(detail: "A file that this statement removes is gone.")
        }
        return targets
    }

    /// Notes manifests that stay as they are; small ones become one where they are many.
    private func appendMerged(_ kept: [AvroTree], _ list: inout IcebergListWriter, _ place: inout Int) throws(SQLError) {
        var data: [(place: Int, manifest: IcebergManifest)] = []
        for (index, entry) in kept.enumerated() {
            let manifest = try Self.manifest(entry, list.schema)
            if !manifest.hasDeletes { data.append((index, manifest)) }
        }
        let schema = list.schema
        let groups = IcebergManifestMerge(metadata.properties, isAsked: change.rewritesManifests).groups(
            data.map { (specID: $0.manifest.specID, bytes: kept[$0.place].field(501, in: schema)?.number ?? 0) })
        var merged: Set<Int> = []
        for group in groups {
            let members = group.map { data[$0] }
            try merge(members.map(\.manifest), members.map { kept[$0.place].field(507, in: schema) ?? .null }, &list, &place)
            merged.formUnion(members.map(\.place))
        }
        for (index, entry) in kept.enumerated() where !merged.contains(index) { try list.append(entry) }
    }

    private func merge(
        _ manifests: [IcebergManifest], _ summaries: [AvroTree], _ list: inout IcebergListWriter, _ place: inout Int
    ) throws(SQLError) {
        guard let first = manifests.first, let schema = metadata.schema(metadata.currentSchemaID) else { return }
        var merged = try IcebergManifestRewriter(try io.read(IcebergFolder.plain(first.path)), first, metadata, snapshot: id)
        _ = try merged.run(io, IcebergLeaving())
        for other in manifests.dropFirst() { try merged.absorb(try io.read(IcebergFolder.plain(other.path)), other, io) }
        let types = metadata.spec(first.specID).map { IcebergPartitionDeclaration.types($0, metadata, schema) } ?? []
        let path = self.path(&place)
        let made = merged.finish(path, sequence: sequence, summaries: IcebergManifestMerge.united(summaries, types))
        try put(path, made.bytes)
        try list.append(made.entry)
    }

    private func writeDeletes(
        _ targets: [IcebergDeleteWriter.Target], _ list: inout IcebergListWriter, _ place: inout Int, _ summary: inout IcebergSummary
    ) throws(SQLError) {
        guard let schema = metadata.schema(metadata.currentSchemaID), let text = document.schema else {
            throw .internalFault("a table without a schema")
        }
        let writer = IcebergDeleteWriter(metadata, schema, text, location, io)
        for var manifest in try writer.write(targets, snapshot: id, unique: unique, &summary) {
            let path = self.path(&place)
            let made = manifest.finish(path, snapshot: id, sequence: sequence, summaries: .null)
            try put(path, made.bytes)
            try list.append(made.entry)
        }
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
}
