/// The entries of a manifest.

import LodeCore
import LodeVectors

/// A data file or a delete file, as a manifest describes it; what takes memory is read when it is asked for.
struct IcebergEntry {
    enum Status: Int { case existing = 0, added, deleted }
    enum Content: Int { case data = 0, positionDeletes, equalityDeletes }

    /// Bytes and rows that a file can have. What lies beyond is none of them, so that sums over all files of a table are numbers.
    static let counts = 0...(1 << 40)

    let status: Status
    let content: Content
    let snapshotID: Int64?
    /// The data sequence number.
    let sequenceNumber: Int64
    let partition: [Value]
    let rowCount: Int
    let size: Int
    let firstRowID: Int?
    let format: String
    let rows: AvroRows

    /// As the metadata have it.
    func path() throws(SQLError) -> String {
        guard let path = rows.text(IcebergManifestReader.Cell.path.rawValue) else {
            throw SQLError(.dataCorrupted, "an entry of the manifest has no file_path")
        }
        return path
    }

    /// The one data file that all deletes of the file are of, if there is but one.
    var referencedFile: String? {
        if let path = rows.text(IcebergManifestReader.Cell.referenced.rawValue) { return path }
        // Bounds of the paths tell as much where they are equal and not cut off.
        let id = IcebergManifestReader.deletedPathID
        guard content == .positionDeletes, let lower = bytes(of: id, in: .lower), let upper = bytes(of: id, in: .upper),
            lower == upper
        else { return nil }
        return String(validating: lower, as: UTF8.self)
    }

    var contentOffset: Int64? { rows.number(IcebergManifestReader.Cell.offset.rawValue).map { Int64($0) } }
    var contentSize: Int64? { rows.number(IcebergManifestReader.Cell.contentSize.rawValue).map { Int64($0) } }

    /// The fields that an equality delete compares.
    var equalityIDs: [Int] { rows.list(IcebergManifestReader.List.equality.rawValue).compactMap(\.number) }

    private func bytes(of id: Int, in list: IcebergManifestReader.List) -> ArraySlice<UInt8>? {
        let cells = rows.list(list.rawValue)
        for at in stride(from: 0, to: cells.count - 1, by: 2) where cells[at].number == id { return rows.bytes(cells[at + 1]) }
        return nil
    }

    /// What is known of the columns whose numbers the reader was asked for, by name.
    func statistics(_ columns: IcebergColumns) -> [String: ColumnStatistics] {
        var known: [String: ColumnStatistics] = [:]
        forEachPair(.lower) { id, cell in
            guard let leaf = columns.leaves[id], let bound = rows.bytes(cell).flatMap({ leaf.type.bound($0) }) else { return }
            known[leaf.name, default: ColumnStatistics(rowCount: rowCount)].minimum = bound
        }
        forEachPair(.upper) { id, cell in
            guard let leaf = columns.leaves[id], let bound = rows.bytes(cell).flatMap({ leaf.type.bound($0) }) else { return }
            known[leaf.name, default: ColumnStatistics(rowCount: rowCount)].maximum = bound
        }
        var counts: [Int: Int] = [:]
        forEachPair(.values) { id, cell in counts[id] = cell.number }
        forEachPair(.nulls) { id, cell in
            // Of a field in a struct some writers count only rows that have the struct.
            guard let leaf = columns.leaves[id], leaf.isColumn, let nulls = cell.number, nulls >= 0, counts[id] ?? rowCount == rowCount
            else { return }
            known[leaf.name, default: ColumnStatistics(rowCount: rowCount)].nullCount = nulls
        }
        return known
    }

    private func forEachPair(_ list: IcebergManifestReader.List, _ body: (Int, AvroCell) -> Void) {
        let cells = rows.list(list.rawValue)
        for at in stride(from: 0, to: cells.count - 1, by: 2) { if let id = cells[at].number { body(id, cells[at + 1]) } }
    }
}

/// - Source: Iceberg Table Spec, "Manifests".
struct IcebergManifestReader {
    /// The cells of a row, by what they hold; behind them come those of the partition.
    enum Cell: Int, CaseIterable {
        case status, snapshot, sequence, content, path, format, rowCount, size, key, firstRow, referenced, offset, contentSize
        case element, pairKey, pairValue
    }

    enum List: Int { case values, nulls, lower, upper, equality }

    /// The number of the column with paths in position delete files.
    /// - Source: Iceberg Table Spec, "Reserved Field IDs".
    static let deletedPathID = 2_147_483_546

    private let manifest: IcebergManifest
    private let path: String
    private let io: any TableIO
    private let file: AvroContainer
    /// The spec that the manifest was written with.
    let specID: Int
    /// The same from its header, for specs that the table's metadata do not have.
    let ownSpec: [IcebergPartitionField]?

    /// - Parameters:
    ///   - path: its location.
    ///   - bytes: the file, whole.
    init(_ manifest: IcebergManifest, _ path: String, _ bytes: [UInt8], _ io: any TableIO) throws(SQLError) {
        self.manifest = manifest
        self.path = path
        self.io = io
        do throws(SQLError) {
            file = try AvroContainer(bytes)
            specID = file.text("partition-spec-id").flatMap { Int($0) } ?? manifest.specID
            ownSpec = try file.text("partition-spec").map { (text) throws(SQLError) in
                try JSONReader.read(text) { (reader) throws(SQLError) in try IcebergPartitionField.list(&reader) }
            }
        } catch {
            throw error.place == nil ? error.within(path) : error
        }
    }

    /// Whether entries have values of a partition field.
    func hasValue(of field: IcebergPartitionField) -> Bool {
        guard case .record(let fields)? = file.schema.field(2)?.field(102)?.kind else { return true }
        return fields.contains { $0.id.map { $0 == field.fieldID } ?? ($0.name == field.name) }
    }

    /// Calls `body` with each live entry, or with all of them.
    /// - Parameters:
    ///   - ids: fields of which statistics are wanted.
    ///   - withDeleted: whether entries of files that are gone are given too.
    /// - Throws: `XX001` for a manifest that is damaged, `0A000` for files that are encrypted.
    func read(
        _ partitioning: IcebergPartitioning, statisticsOf ids: Set<Int>, withDeleted: Bool = false,
        _ body: (IcebergEntry) throws(SQLError) -> Void
    ) throws(SQLError) {
        do throws(SQLError) {
            var rows = try AvroRows(file.schema, Self.wishes(partitioning.spec), keys: ids)
            var nextRowID = manifest.firstRowID
            try file.forEachBlock { (block) throws(SQLError) in
                try Cancellation.checkCurrent()
                let plain = try io.decompress(file.codec, block.packed)
                try rows.read(plain, count: block.count) { (rows) throws(SQLError) in
                    let status = try Self.status(rows)
                    if status == .deleted, !withDeleted { return }
                    try body(try entry(rows, status, partitioning, &nextRowID))
                }
            }
        } catch {
            throw error.place == nil ? error.within(path) : error
        }
    }

    private static func wishes(_ spec: IcebergPartitionSpec) -> [AvroWish] {
        func wish(_ id: Int, _ name: String, _ cell: Cell) -> AvroWish { AvroWish(id, name, .cell(cell.rawValue)) }
        func pairs(_ id: Int, _ name: String, _ list: List) -> AvroWish {
            AvroWish(id, name, .pairs(list.rawValue, first: Cell.pairKey.rawValue))
        }
        let partition = spec.fields.enumerated().map { place, field in
            AvroWish(field.fieldID, field.name, .cell(Cell.allCases.count + place))
        }
        return [
            wish(0, "status", .status), wish(1, "snapshot_id", .snapshot), wish(3, "sequence_number", .sequence),
            AvroWish(
                2, "data_file",
                .fields([
                    wish(134, "content", .content), wish(100, "file_path", .path), wish(101, "file_format", .format),
                    AvroWish(102, "partition", .fields(partition)), wish(103, "record_count", .rowCount),
                    wish(104, "file_size_in_bytes", .size), pairs(109, "value_counts", .values), pairs(110, "null_value_counts", .nulls),
                    pairs(125, "lower_bounds", .lower), pairs(128, "upper_bounds", .upper), wish(131, "key_metadata", .key),
                    AvroWish(135, "equality_ids", .list(List.equality.rawValue, elements: [], first: Cell.element.rawValue, count: 1)),
                    wish(142, "first_row_id", .firstRow), wish(143, "referenced_data_file", .referenced),
                    wish(144, "content_offset", .offset), wish(145, "content_size_in_bytes", .contentSize),
                ])),
        ]
    }

    private static func status(_ rows: AvroRows) throws(SQLError) -> IcebergEntry.Status {
        guard let status = rows.number(Cell.status.rawValue).flatMap({ IcebergEntry.Status(rawValue: $0) }) else {
            throw SQLError(.dataCorrupted, "an entry of the manifest has no status")
        }
        return status
    }

    private func entry(
        _ rows: AvroRows, _ status: IcebergEntry.Status, _ partitioning: IcebergPartitioning, _ nextRowID: inout Int64?
    ) throws(SQLError) -> IcebergEntry {
        func number(_ cell: Cell) -> Int? { rows.number(cell.rawValue) }
        guard let content = IcebergEntry.Content(rawValue: number(.content) ?? 0),
            let rowCount = number(.rowCount), let size = number(.size), IcebergEntry.counts.contains(rowCount),
            IcebergEntry.counts.contains(size)
        else { throw SQLError(.dataCorrupted, "an entry of the manifest has no content, record_count or file_size_in_bytes") }
        if rows[Cell.key.rawValue].range?.isEmpty == false { throw SQLError.unsupported("reading encrypted Iceberg tables") }
        return IcebergEntry(
            status: status, content: content, snapshotID: number(.snapshot).map { Int64($0) } ?? manifest.snapshotID,
            sequenceNumber: number(.sequence).map { Int64($0) } ?? manifest.sequenceNumber,
            partition: try partitioning.values(rows, firstCell: Cell.allCases.count), rowCount: rowCount, size: size,
            firstRowID: firstRowID(number(.firstRow), status, content, rowCount, &nextRowID),
            format: rows.text(Cell.format.rawValue)?.lowercased() ?? "parquet", rows: rows)
    }

    /// The number of a file's first row: its own, or those of the manifest go on.
    /// - Source: Iceberg Table Spec, "First Row ID Inheritance".
    private func firstRowID(
        _ own: Int?, _ status: IcebergEntry.Status, _ content: IcebergEntry.Content, _ rowCount: Int, _ next: inout Int64?
    ) -> Int? {
        if let own { return own }
        guard content == .data, status != .deleted, let inherited = next else { return nil }
        let (after, overflow) = inherited.addingReportingOverflow(Int64(rowCount))
        next = overflow ? nil : after
        return Int(inherited)
    }
}
