/// The manifests of a snapshot.

import LodeCore
import LodeVectors

/// A manifest, as the list of a snapshot describes it.
/// - Source: Iceberg Table Spec, "Manifest Lists".
package struct IcebergManifest: Sendable {
    /// As the metadata have it.
    package var path: String
    package var size = 0
    package var specID = 0
    package var hasDeletes = false
    /// Of the commit that added it; what its entries inherit.
    package var sequenceNumber: Int64 = 0
    package var snapshotID: Int64?
    package var addedFiles: Int?
    package var existingFiles: Int?
    package var deletedFiles: Int?
    package var addedRows: Int?
    package var existingRows: Int?
    package var firstRowID: Int64?
    /// Over the values of each field of the partition spec; nil where nothing is said.
    package var summaries: [Summary]?

    /// - Source: Iceberg Table Spec, "Manifest Lists", `field_summary`.
    package struct Summary: Hashable, Sendable {
        package var hasNull: Bool
        package var hasNaN: Bool?
        /// Of the values that are neither NULL nor NaN.
        package var lower: [UInt8]?
        package var upper: [UInt8]?
    }

    init(path: String) { self.path = path }

    /// Entries that are live, if the list says so.
    package var liveFiles: Int? {
        guard let addedFiles, let existingFiles else { return nil }
        return addedFiles &+ existingFiles
    }
}

enum IcebergManifestList {
    /// The cells of a row, by what they hold.
    private enum Cell: Int {
        case path, length, spec, content, sequence, snapshot, added, existing, deleted, addedRows, existingRows, key, firstRow
        case hasNull, hasNaN, lower, upper
    }

    private static let wishes: [AvroWish] = [
        wish(500, "manifest_path", .path), wish(501, "manifest_length", .length), wish(502, "partition_spec_id", .spec),
        wish(517, "content", .content), wish(515, "sequence_number", .sequence), wish(503, "added_snapshot_id", .snapshot),
        wish(504, "added_files_count", .added), wish(505, "existing_files_count", .existing),
        wish(506, "deleted_files_count", .deleted), wish(512, "added_rows_count", .addedRows),
        wish(513, "existing_rows_count", .existingRows), wish(519, "key_metadata", .key), wish(520, "first_row_id", .firstRow),
        AvroWish(
            507, "partitions",
            .list(
                0,
                elements: [
                    wish(509, "contains_null", .hasNull), wish(518, "contains_nan", .hasNaN), wish(510, "lower_bound", .lower),
                    wish(511, "upper_bound", .upper),
                ], first: Cell.hasNull.rawValue, count: 4)),
    ]

    private static func wish(_ id: Int, _ name: String, _ cell: Cell) -> AvroWish { AvroWish(id, name, .cell(cell.rawValue)) }

    /// Calls `body` with each manifest, in the list's order.
    /// - Throws: `XX001` for a list that is damaged, `0A000` for manifests that are encrypted.
    static func read(_ path: String, _ io: any TableIO, _ body: (IcebergManifest) throws(SQLError) -> Void) throws(SQLError) {
        let bytes = try io.read(path)
        do throws(SQLError) {
            let file = try AvroContainer(bytes)
            var rows = try AvroRows(file.schema, wishes)
            try file.forEachBlock { (block) throws(SQLError) in
                let plain = try io.decompress(file.codec, block.packed)
                try rows.read(plain, count: block.count) { (rows) throws(SQLError) in try body(try manifest(rows)) }
            }
        } catch {
            throw error.place == nil ? error.within(path) : error
        }
    }

    private static func manifest(_ rows: AvroRows) throws(SQLError) -> IcebergManifest {
        func number(_ cell: Cell) -> Int? { rows.number(cell.rawValue) }
        func count(_ cell: Cell) -> Int? { number(cell).flatMap { (0...1 << 48).contains($0) ? $0 : nil } }
        guard let path = rows.text(Cell.path.rawValue) else {
            throw SQLError(.dataCorrupted, "the manifest list has an entry without manifest_path")
        }
        if rows[Cell.key.rawValue].range?.isEmpty == false { throw SQLError.unsupported("reading encrypted Iceberg tables") }
        var manifest = IcebergManifest(path: path)
        manifest.size = count(.length) ?? 0
        manifest.specID = number(.spec) ?? 0
        manifest.hasDeletes = number(.content) == 1
        manifest.sequenceNumber = Int64(number(.sequence) ?? 0)
        manifest.snapshotID = number(.snapshot).map { Int64($0) }
        // So few that no list has enough manifests for their sum to be too large.
        func files(_ cell: Cell) -> Int? { count(cell).flatMap { $0 <= 1 << 32 ? $0 : nil } }
        (manifest.addedFiles, manifest.existingFiles, manifest.deletedFiles) = (files(.added), files(.existing), files(.deleted))
        (manifest.addedRows, manifest.existingRows) = (count(.addedRows), count(.existingRows))
        manifest.firstRowID = number(.firstRow).map { Int64($0) }
        let cells = rows.list(0)
        if cells.count >= 4 {
            manifest.summaries = stride(from: 0, to: cells.count - 3, by: 4).map { start in
                IcebergManifest.Summary(
                    hasNull: cells[start].number != 0, hasNaN: cells[start + 1].number.map { $0 != 0 },
                    lower: rows.bytes(cells[start + 2]).map { Array($0) }, upper: rows.bytes(cells[start + 3]).map { Array($0) })
            }
        }
        return manifest
    }
}
