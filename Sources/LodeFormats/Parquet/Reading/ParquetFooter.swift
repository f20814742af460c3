/// Reading and checking a footer.

import LodeCore
import LodeObjectStore
import LodeVectors

/// A footer with its schema resolved. Immutable, and shared by all who have the file open.
package final class ParquetFooter: Sendable {
    let metaData: FileMetaData
    let columns: [SchemaNode]
    /// The columns, and behind them the fields of those that are structs, at any depth.
    let nodes: [SchemaNode]
    /// Positions in `nodes` of fields, by their `FieldPath` in lower case.
    private let fieldPositions: [String: Int]
    let leaves: [ParquetLeaf]
    let schema: Schema
    /// The numbers that the writer gave to the columns.
    let fieldIDs: [Int?]
    /// The rows of all row groups.
    let rowCount: Int
    /// Of the serialized footer.
    let byteCount: Int
    /// By column: what all row groups say of it together, once somebody asked.
    private let merged = Lock<[Int: ColumnStatistics]>([:])

    /// The end of a file: the footer's size and the magic bytes.
    private static let tail = 8
    /// Enough for the footers of most files in one read.
    private static let guess = 64 << 10

    static func read(_ file: any ObjectReader, int96: Int96Choice = .auto) throws(SQLError) -> ParquetFooter {
        do throws(SQLError) { return try Int96Probe.settle(try readChecked(file), file, int96) } catch {
            throw error.place == nil ? error.within(file.path) : error
        }
    }

    private static func readChecked(_ file: any ObjectReader) throws(SQLError) -> ParquetFooter {
        let size = file.size
        guard size >= tail + 4 else { throw notParquet("The file has \(size) bytes.") }
        var start = max(0, size - guess)
        var buffer = try fetch(file, start, size - start)
        let (stated, magic) = buffer.withUnsafeBytes { base in
            let end = base + (size - start - tail)
            return (end.loadUnaligned(as: UInt32.self), (end + 4).loadUnaligned(as: UInt32.self))
        }
        if magic == 0x4552_4150 { throw .unsupported("an encrypted Parquet file") }
        guard magic == 0x3152_4150 else { throw notParquet("It does not end with \"PAR1\".") }
        let length = Int(stated)
        guard length <= size - tail - 4 else { throw notParquet("The footer of \(length) bytes is larger than the file of \(size) bytes.") }
        let footerStart = size - tail - length
        if footerStart < start {
            start = footerStart
            buffer = try fetch(file, start, length)
        }
        return try buffer.withUnsafeBytes { (base) throws(SQLError) in
            var reader = ThriftReader(UnsafeRawBufferPointer(start: base + (footerStart - start), count: length), origin: footerStart)
            return try ParquetFooter(try FileMetaData(from: &reader), byteCount: length)
        }
    }

    private static func fetch(_ file: any ObjectReader, _ offset: Int, _ count: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: count)
        try buffer.withUnsafeBytes { (base) throws(SQLError) in try file.read(offset: offset, count: count, into: base) }
        return buffer
    }

    private static func notParquet(_ detail: String) -> SQLError {
        SQLError(
            .dataCorrupted, "this is not a Parquet file", detail: detail,
            hint: "It may be cut off, or of another format: read_csv and read_json read the others.")
    }

    /// The same with other units of INT96 leaves.
    func reading(int96: (Int) -> Int96Unit) throws(SQLError) -> ParquetFooter {
        try ParquetFooter(metaData, byteCount: byteCount, int96: int96)
    }

    init(
        _ metaData: FileMetaData, byteCount: Int, int96: (_ leaf: Int) -> Int96Unit = { _ in .exactMicros }
    ) throws(SQLError) {
        if metaData.isEncrypted { throw .unsupported("an encrypted Parquet file") }
        let tree = try SchemaTree(metaData.schema, int96: int96)
        var total = 0
        for (index, group) in metaData.rowGroups.enumerated() {
            guard group.columns.count == tree.leaves.count else {
                throw SQLError(
                    .dataCorrupted,
                    "corrupt Parquet metadata: row group \(index) has \(group.columns.count) columns, the schema \(tree.leaves.count)")
            }
            let (sum, overflow) = total.addingReportingOverflow(group.rowCount)
            // Rows are numbered with 32 bits within a row group.
            guard !overflow, group.rowCount <= Int(Int32.max) else {
                throw SQLError(.dataCorrupted, "corrupt Parquet metadata: row group \(index) announces \(group.rowCount) rows")
            }
            total = sum
        }
        self.metaData = metaData
        columns = tree.columns
        (nodes, fieldPositions) = Self.withFields(tree.columns)
        leaves = tree.leaves
        schema = Schema(tree.columns.map { Field($0.name, $0.type, nullable: $0.isNullable) })
        fieldIDs = tree.columns.map { $0.fieldID.map { Int($0) } }
        rowCount = total
        self.byteCount = byteCount
    }

    private static func withFields(_ columns: [SchemaNode]) -> (nodes: [SchemaNode], positions: [String: Int]) {
        var nodes = columns
        var positions: [String: Int] = [:]
        func add(_ node: SchemaNode, _ path: [String]) {
            guard case .structure(let fields) = node.kind else { return }
            for field in fields {
                let inner = path + [field.name]
                positions[FieldPath.name(inner).lowercased()] = nodes.count
                nodes.append(field)
                add(field, inner)
            }
        }
        for column in columns { add(column, [column.name]) }
        return (nodes, positions)
    }

    /// Position in `nodes` of a field inside of structs.
    func position(ofField path: [String]) -> Int? { fieldPositions[FieldPath.name(path).lowercased()] }

    /// The leaf of a column, or of a field by its `FieldPath`, if its values are the rows' own.
    func flatLeaf(named name: String) -> ParquetLeaf? {
        let column = schema.index(of: name), field = fieldPositions.isEmpty ? nil : fieldPositions[name.lowercased()]
        // What a strange name makes ambiguous is nothing known of.
        if column != nil, field != nil { return nil }
        return (column ?? field).flatMap { nodes[$0].flatLeaf }
    }

    /// What the row groups say of a column together. Every statement that reads the file asks for it.
    func statistics(ofColumn column: Int) -> ColumnStatistics? {
        guard columns.indices.contains(column), let leaf = columns[column].flatLeaf else { return nil }
        if let known = merged.withLock({ $0[column] }) { return known }
        let found = ColumnStatistics.merged(metaData.rowGroups.filter { $0.rowCount > 0 }.map { statistics(leaf, $0) })
        if let found { merged.withLock { $0[column] = found } }
        return found
    }

    /// What a row group's metadata says of a column.
    func statistics(_ leaf: ParquetLeaf, _ group: RowGroup) -> ColumnStatistics {
        leaf.statistics(
            group.columns[leaf.index].metaData?.statistics, rows: group.rowCount, hasTypeOrder: hasTypeOrder(leaf))
    }

    /// Whether bounds of a leaf are in the order that its type defines.
    func hasTypeOrder(_ leaf: ParquetLeaf) -> Bool {
        metaData.hasTypeOrder.map { leaf.index < $0.count && $0[leaf.index] } ?? false
    }

    /// Where a leaf's chunk lies.
    /// - Throws: `0A000` if it is encrypted or lies in another file.
    func chunk(_ leaf: ParquetLeaf, rowGroup: Int, in path: String) throws(SQLError) -> ColumnMetaData {
        let chunk = metaData.rowGroups[rowGroup].columns[leaf.index]
        let place = "\(path), row group \(rowGroup), column \"\(leaf.path)\""
        guard let data = chunk.metaData, !chunk.isEncrypted else { throw SQLError.unsupported("an encrypted Parquet column").within(place) }
        if let other = chunk.filePath, !other.isEmpty { throw SQLError.unsupported("column data in another file (\(other))").within(place) }
        return data
    }
}
