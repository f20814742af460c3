/// Writing which rows of data files are deleted while the files stay.

import LodeCore
import LodeVectors

/// In tables of version 3 a deletion vector for each data file, all of a commit in one Puffin file; before, files of positions, one for
/// each partition.
/// - Source: Iceberg spec, "Delete Formats".
struct IcebergDeleteWriter {
    /// A data file of which rows go.
    struct Target {
        /// As the metadata have it.
        var path: String
        var specID: Int
        /// Its partition, and the schema of that record.
        var partition: AvroTree
        var partitionSchema: AvroSchema
        var marked: MarkedFile
    }

    /// A delete file, as its manifest is to have it.
    private struct Made {
        var specID: Int
        var partition: AvroTree
        var partitionSchema: AvroSchema
        var path: String
        var format: String
        var rows: Int
        var bytes: Int
        /// The data file, where there is but one.
        var referenced: String?
        var offset: Int?
        var size: Int?
    }

    private let metadata: IcebergMetadata
    private let schema: IcebergSchema
    private let text: JSONTree
    private let location: String
    private let io: any TableIO

    init(_ metadata: IcebergMetadata, _ schema: IcebergSchema, _ text: JSONTree, _ location: String, _ io: any TableIO) {
        self.metadata = metadata
        self.schema = schema
        self.text = text
        self.location = location
        self.io = io
    }

    /// Writes delete files, and gives the manifests that name them, one for each spec.
    /// - Parameter unique: a part of their names that is nobody else's.
    func write(
        _ targets: [Target], snapshot: Int64, unique: String, _ summary: inout IcebergSummary
    ) throws(SQLError) -> [IcebergManifestWriter] {
        let made = metadata.formatVersion >= 3 ? try vectors(targets, unique) : try positions(targets, unique)
        var manifests: [IcebergManifestWriter] = []
        for specID in Set(made.map(\.specID)).sorted() {
            guard let spec = metadata.spec(specID) else {
                throw SQLError(.dataCorrupted, "the Iceberg table has no partition spec \(specID)", in: location)
            }
            var types: [IcebergType] = []
            for (field, type) in zip(spec.fields, IcebergPartitionDeclaration.types(spec, metadata, schema)) {
                guard let type else { throw SQLError.unsupported("deleting rows of partitions by \(field.transform.text)") }
                types.append(type)
            }
            var manifest = try IcebergManifestWriter(version: metadata.formatVersion, schema: text, spec, types, isOfDeletes: true)
            for file in made where file.specID == specID {
                try manifest.append(try entry(file, manifest.schema, snapshot), .added, rowCount: Int64(file.rows), sequence: nil)
                summary.add(.positionDeletes, rows: Int64(file.rows), bytes: Int64(file.size ?? file.bytes))
                if file.offset != nil { summary.addedVectors += 1 }
            }
            manifests.append(manifest)
        }
        return manifests
    }

    private func entry(_ file: Made, _ schema: AvroSchema, _ snapshot: Int64) throws(SQLError) -> AvroTree {
        guard let fileSchema = schema.field(2), let tuple = fileSchema.field(102) else {
            throw .internalFault("a manifest without data_file")
        }
        var values: [Int: AvroTree] = [
            134: .number(1), 100: .text(file.path), 101: .text(file.format), 103: .number(Int64(file.rows)),
            104: .number(Int64(file.bytes)), 102: file.partition.fitted(from: file.partitionSchema, to: tuple),
        ]
        if let path = file.referenced {
            values[143] = .text(path)
            // For readers that don't know the field: bounds of the column of paths.
            let bound = AvroTree.list([.record([.number(Int64(IcebergManifestReader.deletedPathID)), .bytes(Array(path.utf8))])])
            if file.offset == nil { (values[125], values[128]) = (bound, bound) }
        }
        if let offset = file.offset, let size = file.size { (values[144], values[145]) = (.number(Int64(offset)), .number(Int64(size))) }
        return schema.record([0: .number(1), 1: .number(snapshot), 2: fileSchema.record(values)])
    }

    // MARK: Deletion vectors

    private func vectors(_ targets: [Target], _ unique: String) throws(SQLError) -> [Made] {
        var puffin = PuffinWriter(), made: [Made] = [], earlier = SharedFiles(io)
        let path = TablePath.join(location, "data/\(unique)-deletes.puffin")
        for target in targets {
            let rows = try target.marked.allRows { (path, offset, count) throws(SQLError) in
                try earlier.read(path, offset: offset, count: count)
            }
            let (offset, count) = puffin.add(vector: DeletionVector.encode(rows), of: target.path, cardinality: rows.count)
            made.append(
                Made(
                    specID: target.specID, partition: target.partition, partitionSchema: target.partitionSchema, path: path,
                    format: "PUFFIN", rows: rows.count, bytes: 0, referenced: target.path, offset: offset, size: count))
        }
        let bytes = puffin.finish()
        try io.put(path, bytes)
        for index in made.indices { made[index].bytes = bytes.count }
        return made
    }

    // MARK: Positions

    /// The number of the column with positions in position delete files.
    /// - Source: Iceberg spec, "Reserved Field IDs".
    private static let positionID = 2_147_483_545

    private struct Partition: Hashable {
        var specID: Int
        var values: AvroTree
    }

    private func positions(_ targets: [Target], _ unique: String) throws(SQLError) -> [Made] {
        var groups: [Partition: [Target]] = [:], order: [Partition] = []
        for target in targets {
            let partition = Partition(specID: target.specID, values: target.partition)
            if groups[partition] == nil { order.append(partition) }
            groups[partition, default: []].append(target)
        }
        var made: [Made] = []
        for (number, partition) in order.enumerated() {
            let group = (groups[partition] ?? []).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            guard let first = group.first else { continue }
            let path = TablePath.join(location, "data/\(unique)-\(number)-deletes.parquet")
            let schema = Schema([Field("file_path", .varchar, nullable: false), Field("pos", .bigint, nullable: false)])
            var chunks: [Chunk] = [], rows = 0
            for target in group {
                chunks += try Self.chunks(target)
                rows += target.marked.rows.count
            }
            let bytes = try io.write(path, schema, fieldIDs: [IcebergManifestReader.deletedPathID, Self.positionID], chunks)
            made.append(
                Made(
                    specID: first.specID, partition: first.partition, partitionSchema: first.partitionSchema, path: path, format: "PARQUET",
                    rows: rows, bytes: bytes, referenced: group.count == 1 ? first.path : nil))
        }
        return made
    }

    /// Rows of a file of positions, in their order.
    private static func chunks(_ target: Target) throws(SQLError) -> [Chunk] {
        var chunks: [Chunk] = []
        let all = target.marked.rows.members
        for start in stride(from: 0, to: all.count, by: Chunk.capacity) {
            let part = all[start..<min(start + Chunk.capacity, all.count)]
            let path = try Column.constant(.text(SQLText(target.path)), .varchar, count: part.count)
            chunks.append(Chunk(columns: [path, try Column.make(.bigint, part.map { .integer($0) })], count: part.count))
        }
        return chunks
    }
}

extension RowPositions {
    /// The members in their order.
    var members: [Int64] {
        var members: [Int64] = []
        members.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var bits = word
            while bits != 0 {
                members.append(Int64(index * 64 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
        return members
    }
}
