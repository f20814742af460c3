/// Reading a checkpoint of a Delta log.

import LodeCore
import LodeVectors

/// A state of the table in Parquet or JSON. File actions may lie in files beside it.
/// - Source: Delta PROTOCOL.md, "Checkpoint Specs", "Checkpoint Schema".
struct DeltaCheckpoint: Sendable {
    private(set) var protocolVersion: DeltaProtocol?
    private(set) var metadata: DeltaMetadata?
    private(set) var domains: [String: DeltaDomain] = [:]
    /// Actions in all of its files, where that was counted.
    private(set) var actionCount = 0
    private let files: [String]
    private var sidecars: [String] = []
    private let io: any TableIO

    /// A row of file actions in a sidecar takes at least as much.
    private static let leastActionBytes = 100

    /// Reads all but the file actions.
    init(_ checkpoint: DeltaLogSegment.Checkpoint, _ folder: DeltaFolder, _ io: any TableIO) throws(SQLError) {
        self.io = io
        files = checkpoint.names.map { folder.logFile($0) }
        io.willRead(files)
        for file in files { try readHead(file, folder) }
    }

    static func isJSON(_ path: String) -> Bool { path.hasSuffix(".json") }

    // MARK: The head

    private static let head = [
        ["protocol", "minReaderVersion"], ["protocol", "minWriterVersion"], ["protocol", "readerFeatures"],
        ["protocol", "writerFeatures"], ["metaData", "id"], ["metaData", "schemaString"], ["metaData", "partitionColumns"],
        ["metaData", "configuration"], ["metaData", "format", "provider"], ["sidecar", "path"], ["sidecar", "sizeInBytes"],
        ["metaData", "name"], ["metaData", "description"], ["metaData", "createdTime"],
        ["domainMetadata", "domain"], ["domainMetadata", "configuration"], ["domainMetadata", "removed"],
    ]

    private mutating func readHead(_ file: String, _ folder: DeltaFolder) throws(SQLError) {
        if Self.isJSON(file) {
            try DeltaActionReader.read(try io.read(file), file) { (action) throws(SQLError) in
                switch action {
                case .protocolVersion(let found): protocolVersion = found
                case .metadata(let found): metadata = found
                case .sidecar(let path, let size): try note(path, size, folder)
                case .add, .remove: actionCount += 1
                case .domain(let found): domains[found.name] = found
                case .changeFile, .commitInfo, .other: break
                }
            }
            return
        }
        let request = MetadataRequest(
            columns: Self.head, bounds: .any([0, 5, 9, 14].map { .isNotNull(column: FieldPath.name(Self.head[$0])) }))
        actionCount += try io.scan(file, request) { (chunk) throws(SQLError) in
            for row in 0..<chunk.count {
                let cells = DeltaCells(chunk, row, file)
                if !cells.isNull(0) { protocolVersion = try Self.protocolVersion(cells) }
                if !cells.isNull(5) { metadata = try Self.metadata(cells) }
                if let name = try cells.text(14) {
                    domains[name] = DeltaDomain(
                        name: name, configuration: try cells.text(15) ?? "", isRemoved: cells.value(16) == .boolean(true))
                }
                if let path = try cells.text(9) { try note(path, try cells.integer(10) ?? 0, folder) }
            }
        }
    }

    /// - Throws: `XX001` for a sidecar that lies elsewhere than the protocol says: it would be another table's, or no table's.
    private mutating func note(_ path: String, _ size: Int64, _ folder: DeltaFolder) throws(SQLError) {
        let home = folder.logFile("_sidecars"), location = DeltaPath.location(path, in: home)
        guard location.hasPrefix(home + "/"), !location.dropFirst(home.count + 1).contains("/") else {
            throw SQLError(.dataCorrupted, "the sidecar \"\(path)\" does not lie in the log's folder", in: home)
        }
        sidecars.append(location)
        actionCount += min(max(0, Int(clamping: size)), DeltaAdd.counts.upperBound) / Self.leastActionBytes
    }

    private static func protocolVersion(_ cells: DeltaCells) throws(SQLError) -> DeltaProtocol {
        DeltaProtocol(
            minReaderVersion: try cells.integer(0) ?? 0, minWriterVersion: try cells.integer(1) ?? 0,
            readerFeatures: try cells.texts(2), writerFeatures: try cells.texts(3))
    }

    private static func metadata(_ cells: DeltaCells) throws(SQLError) -> DeltaMetadata {
        var metadata = DeltaMetadata(
            id: try cells.text(4) ?? "", name: try cells.text(11), description: try cells.text(12), createdTime: try cells.integer(13),
            provider: try cells.text(8) ?? "parquet", schemaText: try cells.text(5) ?? "", partitionColumns: try cells.texts(6) ?? [])
        for (name, text) in try cells.pairs(7) { metadata.configuration[name] = text }
        return metadata
    }

    // MARK: Files

    private static let add = [
        ["path"], ["partitionValues"], ["size"], ["modificationTime"], ["stats"], ["deletionVector", "storageType"],
        ["deletionVector", "pathOrInlineDv"], ["deletionVector", "offset"], ["deletionVector", "sizeInBytes"],
        ["deletionVector", "cardinality"], ["baseRowId"], ["stats_parsed", "numRecords"], ["stats_parsed", "tightBounds"],
        ["defaultRowCommitVersion"], ["tags"], ["clusteringProvider"],
    ].map { ["add"] + $0 }

    /// Calls `body` with each file that the table had, and its statistics where they are in columns.
    /// - Parameters:
    ///   - statistics: the columns whose statistics are wanted, if they are stored as columns.
    ///   - partitions: which partitions are of interest; of others most files are not given.
    func adds(
        _ statistics: DeltaStatisticsReader, where partitions: DeltaPartitionTest?,
        _ body: (DeltaAdd, DeltaFileStatistics?) throws(SQLError) -> Void
    ) throws(SQLError) {
        io.willRead(sidecars)
        for file in files + sidecars {
            if Self.isJSON(file) {
                try DeltaActionReader.read(try io.read(file), file) { (action) throws(SQLError) in
                    if case .add(let add) = action { try body(add, nil) }
                }
            } else {
                try adds(in: file, statistics, partitions, body)
            }
        }
    }

    private func adds(
        in file: String, _ statistics: DeltaStatisticsReader, _ partitions: DeltaPartitionTest?,
        _ body: (DeltaAdd, DeltaFileStatistics?) throws(SQLError) -> Void
    ) throws(SQLError) {
        var columns = Self.add
        for leaf in statistics.leaves {
            columns += ["minValues", "maxValues", "nullCount"].map { ["add", "stats_parsed", $0] + leaf.path }
        }
        let filter = MetadataRequest.Filter(columns: [0, 1]) { (columns, count, kept) throws(SQLError) in
            let chunk = Chunk(columns: columns, count: count)
            kept.count = 0
            for row in 0..<count {
                let cells = DeltaCells(chunk, row, file)
                if cells.isNull(0) { continue }
                if let partitions, try !partitions.mayHold(try cells.pairs(1)) { continue }
                kept[kept.count] = UInt32(truncatingIfNeeded: row)
                kept.count += 1
            }
        }
        let request = MetadataRequest(columns: columns, bounds: .isNotNull(column: FieldPath.name(["add", "path"])), filter: filter)
        _ = try io.scan(file, request) { (chunk) throws(SQLError) in
            for row in 0..<chunk.count {
                let cells = DeltaCells(chunk, row, file)
                guard let add = try Self.add(cells) else { continue }
                try body(add, add.statistics == nil ? try Self.parsed(cells, statistics, isDeleted: add.vector != nil) : nil)
            }
        }
    }

    private static func add(_ cells: DeltaCells) throws(SQLError) -> DeltaAdd? {
        guard let path = try cells.text(0) else { return nil }
        var add = DeltaAdd(
            path: path, partitionValues: try cells.pairs(1), size: try cells.integer(2) ?? 0, modificationTime: try cells.integer(3) ?? 0,
            statistics: try cells.text(4), baseRowID: try cells.integer(10), rowCommitVersion: try cells.integer(13),
            tags: try cells.pairs(14), clusteringProvider: try cells.text(15))
        if let storage = try cells.text(5) {
            add.vector = DeltaVectorDescriptor(
                storageType: storage, pathOrInline: try cells.text(6) ?? "", offset: try cells.integer(7),
                sizeInBytes: try cells.integer(8) ?? 0, cardinality: try cells.integer(9) ?? 0)
        }
        return add
    }

    private static func parsed(
        _ cells: DeltaCells, _ reader: DeltaStatisticsReader, isDeleted: Bool
    ) throws(SQLError) -> DeltaFileStatistics? {
        let rowCount = try cells.integer(11).map { Int($0) }
        var measures: [DeltaStatisticsReader.Measure] = []
        for (index, leaf) in reader.leaves.enumerated() {
            let place = add.count + 3 * index
            var measure = DeltaStatisticsReader.Measure()
            measure.minimum = reader.bound(cells.value(place), leaf.type, isMaximum: false)
            measure.maximum = reader.bound(cells.value(place + 1), leaf.type, isMaximum: true)
            if case .integer(let count) = cells.value(place + 2) { measure.nullCount = Int(count) }
            measures.append(measure)
        }
        let isTight = cells.value(12) != .boolean(false)
        return reader.statistics(measures, rowCount, isTight: isTight && !isDeleted)
    }
}

/// One row of a checkpoint. Its types come from outside.
struct DeltaCells {
    private let chunk: Chunk
    private let row: Int
    private let file: String

    init(_ chunk: Chunk, _ row: Int, _ file: String) {
        self.chunk = chunk
        self.row = row
        self.file = file
    }

    func isNull(_ column: Int) -> Bool { chunk.columns[column].isNull(row) }
    func value(_ column: Int) -> Value { chunk.columns[column].value(at: row) }

    func text(_ column: Int) throws(SQLError) -> String? {
        switch value(column) {
        case .null: nil
        case .text(let text): text.string
        // Old writers did not mark texts as such.
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        default: throw wrong(column)
        }
    }

    func integer(_ column: Int) throws(SQLError) -> Int64? {
        switch value(column) {
        case .null: nil
        case .integer(let number): number
        default: throw wrong(column)
        }
    }

    func texts(_ column: Int) throws(SQLError) -> [String]? {
        switch value(column) {
        case .null: return nil
        case .list(let items):
            var texts: [String] = []
            for item in items {
                guard case .text(let text) = item else { throw wrong(column) }
                texts.append(text.string)
            }
            return texts
        default: throw wrong(column)
        }
    }

    func pairs(_ column: Int) throws(SQLError) -> [(name: String, text: String?)] {
        switch value(column) {
        case .null: return []
        case .map(let entries):
            var pairs: [(name: String, text: String?)] = []
            for entry in entries {
                switch (entry.key, entry.value) {
                case (.text(let key), .text(let text)): pairs.append((key.string, text.string))
                case (.text(let key), .null): pairs.append((key.string, nil))
                default: throw wrong(column)
                }
            }
            return pairs
        default: throw wrong(column)
        }
    }

    private func wrong(_ column: Int) -> SQLError {
        SQLError(
            .dataCorrupted, "a column of a Delta checkpoint has the type \(chunk.columns[column].type), which is not that of the protocol",
            in: file)
    }
}
