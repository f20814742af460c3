/// The manifest list of a snapshot in the making.

import LodeCore
import LodeVectors

/// Takes manifests in, gives numbers to the rows of those whose rows have none, and fills in what earlier versions of the format leave out.
/// - Source: Iceberg spec, "Manifest Lists", "First Row ID Assignment", Appendix E "Version 2".
struct IcebergListWriter {
    private var writer: AvroFileWriter
    private let version: Int
    /// The number of the first row that has none yet.
    private(set) var nextRowID: Int64

    var schema: AvroSchema { writer.schema }

    init(_ metadata: IcebergMetadata, snapshot: Int64, parent: Int64?, sequence: Int64) throws(SQLError) {
        version = metadata.formatVersion
        nextRowID = metadata.nextRowID ?? 0
        writer = try AvroFileWriter(
            schema: IcebergAvroText.manifestList(version: version),
            notes: [
                ("snapshot-id", String(snapshot)), ("parent-snapshot-id", parent.map { String($0) } ?? "null"),
                ("sequence-number", String(sequence)), ("format-version", String(version)),
            ])
    }

    /// A manifest that is new.
    mutating func append(_ values: [Int: AvroTree]) throws(SQLError) { try append(schema.record(values)) }

    /// A manifest, as a list of the version has it.
    mutating func append(_ entry: AvroTree) throws(SQLError) {
        var entry = entry
        if version >= 3, entry.field(517, in: schema)?.number == 0, entry.field(520, in: schema) == nil {
            entry.set(520, .number(nextRowID), in: schema)
            let rows = (entry.field(512, in: schema)?.number ?? 0).addingReportingOverflow(entry.field(513, in: schema)?.number ?? 0)
            let (next, overflow) = nextRowID.addingReportingOverflow(max(0, rows.partialValue))
            guard !rows.overflow, !overflow else {
                throw SQLError(.dataCorrupted, "a manifest list counts more rows than there are numbers")
            }
            nextRowID = next
        }
        try writer.append(entry)
    }

    mutating func finish() -> [UInt8] { writer.finish() }

    // MARK: Entries of earlier lists

    /// The entries of a list, as lists of the version have them.
    func entries(of path: String, _ io: any TableIO) throws(SQLError) -> [AvroTree] {
        let container = try AvroContainer(try io.read(IcebergFolder.plain(path)))
        var entries: [AvroTree] = []
        for record in try container.records(io) { entries.append(try completed(record.fitted(from: container.schema, to: schema), io)) }
        return entries
    }

    /// The first version has no sequence numbers, no delete files, and counts that may be missing.
    private func completed(_ entry: AvroTree, _ io: any TableIO) throws(SQLError) -> AvroTree {
        var entry = entry
        for id in [515, 516, 517] where entry.field(id, in: schema) == nil { entry.set(id, .number(0), in: schema) }
        let counts = [504, 505, 506, 512, 513, 514]
        if counts.allSatisfy({ entry.field($0, in: schema) != nil }) { return entry }
        guard let path = entry.field(500, in: schema)?.text else { throw SQLError(.dataCorrupted, "a manifest has no path") }
        let manifest = try AvroContainer(try io.read(IcebergFolder.plain(path)))
        var files = [Int64](repeating: 0, count: 3), rows = files
        for record in try manifest.records(io) {
            guard let status = record.field(0, in: manifest.schema)?.number, (0...2).contains(status) else {
                throw SQLError(.dataCorrupted, "an entry of the manifest has no status", in: path)
            }
            files[Int(status)] += 1
            rows[Int(status)] &+= record.field(2, 103, in: manifest.schema)?.number ?? 0
        }
        // Existing, added, deleted.
        for (place, ids) in [(505, 513), (504, 512), (506, 514)].enumerated() {
            entry.set(ids.0, .number(files[place]), in: schema)
            entry.set(ids.1, .number(rows[place]), in: schema)
        }
        return entry
    }
}
