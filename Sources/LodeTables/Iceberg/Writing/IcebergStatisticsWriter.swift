/// Writing statistics of an Iceberg table.

import LodeCore

/// The sketches of one snapshot lie in one file: what is known of other columns of it already, goes into the new file, too.
/// - Source: Iceberg spec, "Table Statistics"; Puffin spec, "apache-datasketches-theta-v1 blob type".
struct IcebergStatisticsWriter {
    private let sketches: [ColumnSketch]
    private let base: IcebergSnapshot
    private let location: String
    private let io: any TableIO

    init(_ sketches: [ColumnSketch], of base: IcebergSnapshot, _ location: String, _ io: any TableIO) {
        self.sketches = sketches
        self.base = base
        self.location = location
        self.io = io
    }

    /// Writes the file, and names it in the document.
    /// - Throws: `40001` if the snapshot is no longer one of the table.
    func write(_ metadata: IcebergMetadata, to document: inout IcebergDocument) throws(SQLError) {
        guard let snapshot = base.snapshot, metadata.snapshot(snapshot.id) != nil else {
            throw IcebergWriting.conflict(detail: "The snapshot was expired.")
        }
        var puffin = PuffinWriter(), blobs: [JSONTree] = [], described: Set<Int> = []
        for sketch in sketches {
            guard let field = base.icebergSchema.fields.first(where: { $0.name == sketch.column }) else { continue }
            let count = ThetaSketch.estimate(sketch.bytes) ?? 0
            let description = JSONTree.object([
                .init("type", .string(IcebergStatistics.theta)), .init("fields", .array([.integer(field.id)])),
                .init("snapshot-id", .integer(snapshot.id)), .init("sequence-number", .integer(snapshot.sequenceNumber)),
                .init("properties", .texts([IcebergStatistics.distinctValues: String(count)])),
            ])
            puffin.add(sketch.bytes, description)
            blobs.append(description)
            described.insert(field.id)
        }
        for (bytes, description) in try earlier(metadata, snapshot.id, described) {
            puffin.add(bytes, description)
            var named = description
            for member in ["offset", "length", "compression-codec"] { named[member] = nil }
            blobs.append(named)
        }
        let path = TablePath.join(location, "metadata/\(snapshot.id)-\(DeltaText.uuid()).stats"), bytes = puffin.finish()
        try io.put(path, bytes)
        document.set(
            statistics: .object([
                .init("snapshot-id", .integer(snapshot.id)), .init("statistics-path", .string(path)),
                .init("file-size-in-bytes", .integer(bytes.count)), .init("file-footer-size-in-bytes", .integer(puffin.footerCount)),
                .init("blob-metadata", .array(blobs)),
            ]), of: snapshot.id)
    }

    /// What the snapshot's file has of other fields. One that can't be read is replaced.
    private func earlier(
        _ metadata: IcebergMetadata, _ id: Int64, _ described: Set<Int>
    ) throws(SQLError) -> [(bytes: [UInt8], description: JSONTree)] {
        guard let known = metadata.statistics.last(where: { $0.snapshotID == id }), let bytes = try? io.read(base.locate(known.path)),
            let file = try? PuffinFile(bytes)
        else { return [] }
        return file.blobs.compactMap { blob in
            guard blob.type == IcebergStatistics.theta, !described.isSuperset(of: blob.fields) else { return nil }
            var description = blob.description
            for member in ["offset", "length"] { description[member] = nil }
            return (Array(blob.bytes), description)
        }
    }
}

extension IcebergDocument {
    /// Makes a statistics file that of a snapshot.
    mutating func set(statistics file: JSONTree, of id: Int64) {
        let others = (tree["statistics"]?.items ?? []).filter { $0["snapshot-id"]?.integer != id }
        replace("statistics", .array(others + [file]))
    }
}
