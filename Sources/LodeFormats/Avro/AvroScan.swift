/// An opened Avro file, and the reader of its rows.

import LodeCore
import LodeObjectStore
import LodeVectors

/// The columns of the file's records. The bytes are read again by who reads the rows.
final class AvroScan: FileScan {
    let object: any ObjectReader
    let columns: [AvroType]
    let schema: Schema
    let rowCount: Int?

    /// The fields of structs, by the places that lead to them from a column; their positions come behind that of row numbers.
    private let structFields: [[Int]]

    var fieldIDs: [Int?] { columns.map(\.field.id) }
    var rowNumberPosition: Int? { columns.count }

    /// - Throws: `XX001` for a file that is damaged, `0A000` for what Lode has no type for.
    init(_ object: any ObjectReader) throws(SQLError) {
        self.object = object
        let container = try Self.container(object)
        guard case .record(let fields) = container.schema.kind else {
            throw SQLError(.dataCorrupted, "the records of the Avro file are none")
        }
        var columns: [AvroType] = [], count = 0
        for field in fields { columns.append(try AvroType(field.schema, name: field.name, id: field.id)) }
        try container.forEachBlock { (block) throws(SQLError) in
            guard block.count <= 1 << 40 - count else { throw SQLError(.dataCorrupted, "a block of the Avro file has too many records") }
            count += block.count
        }
        self.columns = columns
        structFields = columns.enumerated().flatMap { Self.structFields($1, [$0]) }
        schema = Schema(columns.map { Field($0.field.name, $0.type) })
        rowCount = count
    }

    /// Larger files are not held in memory as a whole.
    private static let mostBytes = 1 << 30

    static func container(_ object: any ObjectReader) throws(SQLError) -> AvroContainer {
        guard object.size <= mostBytes else {
            throw SQLError(.programLimitExceeded, "the Avro file is larger than 1 GiB, which Lode can read as a whole", in: object.path)
        }
        return try AvroContainer(try object.read(offset: 0, count: object.size))
    }

    private static func structFields(_ type: AvroType, _ path: [Int]) -> [[Int]] {
        guard case .structure = type.type else { return [] }
        return type.parts.enumerated().flatMap { [path + [$0]] + structFields($1, path + [$0]) }
    }

    func position(ofField path: [String]) -> Int? {
        structFields.firstIndex { names(of: $0) == path }.map { columns.count + 1 + $0 }
    }

    private func names(of path: [Int]) -> [String] {
        var part = columns[path[0]], names = [part.field.name]
        for place in path.dropFirst() {
            part = part.parts[place]
            names.append(part.field.name)
        }
        return names
    }

    /// The places that lead from a column to what a position stands for; empty for row numbers.
    func path(of position: Int) -> [Int] {
        position < columns.count ? [position] : position == columns.count ? [] : structFields[position - columns.count - 1]
    }

    func field(_ column: Int) -> FileField { columns[column].field }
    func statistics(_ column: Int) -> ColumnStatistics? { nil }
    func morsels() throws(SQLError) -> [Morsel] { [Morsel(index: 0, rows: rowCount)] }

    func reader(_ morsel: Morsel, _ request: ScanRequest) throws(SQLError) -> any MorselReader {
        guard request.projection.allSatisfy((0...columns.count + structFields.count).contains) else {
            throw .internalFault("an Avro scan asks for a column that \(object.path) does not have")
        }
        return AvroReader(self, request)
    }
}

/// Reads the records block by block.
final class AvroReader: MorselReader {
    private let scan: AvroScan
    private let request: ScanRequest
    private(set) var counters = ScanCounters()
    private var blocks: [AvroContainer.Block]?
    private var schema = AvroSchema(.null)
    private var codec = "null"
    private var nextBlock = 0
    /// What is left of the block at hand.
    private var bytes: [UInt8] = []
    private var cursor = AvroCursor()
    private var left = 0
    private var row: Int64 = 0
    /// Of each column that is wanted the places that lead to it, and what it is; of row numbers there are none.
    private let wanted: [(path: [Int], part: AvroType?)]

    init(_ scan: AvroScan, _ request: ScanRequest) {
        self.scan = scan
        self.request = request
        wanted = request.projection.map { position in
            let path = scan.path(of: position)
            guard let first = path.first else { return ([], nil) }
            return (path, path.dropFirst().reduce(scan.columns[first]) { $0.parts[$1] })
        }
    }

    func next() throws(SQLError) -> Chunk? {
        do throws(SQLError) {
            while true {
                try request.cancellation.check()
                if left == 0, try !openBlock() { return nil }
                let chunk = try filtered(try decode(min(left, Chunk.capacity)))
                if chunk.count > 0 {
                    counters.rowsReturned += chunk.count
                    return chunk
                }
            }
        } catch {
            throw error.place == nil && error.state == .dataCorrupted ? error.within(scan.object.path) : error
        }
    }

    /// - Returns: false behind the last one.
    private func openBlock() throws(SQLError) -> Bool {
        if blocks == nil {
            let container = try AvroScan.container(scan.object)
            var found: [AvroContainer.Block] = []
            try container.forEachBlock { (block) throws(SQLError) in found.append(block) }
            (blocks, schema, codec) = (found, container.schema, container.codec)
            counters.bytesRead += scan.object.size
            counters.bytesNeeded += scan.object.size
        }
        while let blocks, nextBlock < blocks.count {
            let block = blocks[nextBlock]
            nextBlock += 1
            if block.count == 0 { continue }
            bytes = try BlockDecompression.decompress(codec, block.packed)
            // Each record takes a byte at least.
            guard block.count <= bytes.count else { throw SQLError(.dataCorrupted, "a block of the Avro file has too many records") }
            cursor = AvroCursor()
            left = block.count
            return true
        }
        return false
    }

    private func decode(_ count: Int) throws(SQLError) -> Chunk {
        var values = wanted.map { _ in [Value]() }
        for _ in 0..<count {
            let record = try AvroTree(schema, &cursor, bytes.span)
            for (place, column) in wanted.enumerated() {
                guard let part = column.part else {
                    values[place].append(.integer(row))
                    continue
                }
                values[place].append(try part.value(Self.tree(at: column.path, in: record)))
            }
            row += 1
        }
        left -= count
        counters.rowsScanned += count
        var columns: [Column] = []
        for (place, column) in wanted.enumerated() { columns.append(try Column.make(column.part?.type ?? .bigint, values[place])) }
        return Chunk(columns: columns, count: count)
    }

    /// Of a struct that is NULL every field is.
    private static func tree(at path: [Int], in record: AvroTree) -> AvroTree {
        var tree = record
        for place in path {
            guard case .record(let fields) = tree, place < fields.count else { return .null }
            tree = fields[place]
        }
        return tree
    }

    private func filtered(_ chunk: Chunk) throws(SQLError) -> Chunk {
        var chunk = chunk
        for filter in request.filters where chunk.count > 0 {
            let survivors = try Selection(capacity: Chunk.capacity)
            try filter.select(filter.columns.map { chunk.columns[$0] }, count: chunk.count, into: survivors)
            if survivors.count < chunk.count { chunk = try chunk.gather(survivors) }
        }
        return chunk
    }
}
