/// A Delta table as it is at one version.

import LodeCore
import LodeVectors

/// Commits after the last checkpoint are at hand; the checkpoint's files are read when a scan is planned, and only those that it needs
/// are kept.
struct DeltaSnapshot: TableSnapshot {
    let identity: TableVersion?
    let folder: DeltaFolder
    let version: Int64
    let protocolVersion: DeltaProtocol
    let metadata: DeltaMetadata
    let deltaSchema: DeltaSchema
    let partitionColumns: [Field]
    /// Of the partition columns, as the log calls them.
    private let partitionNames: [String]
    private let generated: GeneratedPartitions
    private let checkpoint: DeltaCheckpoint?
    private let tail: DeltaTail
    /// Kept as long as the snapshot: it may hold the table's files.
    let io: any TableIO

    /// What features of the protocol keep with the table.
    func domain(_ name: String) -> DeltaDomain? {
        (tail.domains[name] ?? checkpoint?.domains[name]).flatMap { $0.isRemoved ? nil : $0 }
    }

    var schema: Schema { deltaSchema.schema }
    var fileFormat: String { metadata.provider }
    var location: String? { folder.root }
    var columnMatching: ColumnMatching { .mapped(deltaSchema.columns) }
    var rowMetadata: RowMetadata? {
        RowMetadata(
            file: "_metadata.file_path", position: "_metadata.row_index",
            lineage: DeltaRowTracking.lineage(metadata.configuration, beside: schema))
    }
    var properties: [String: String] { metadata.configuration }
    /// What INT96 means, the schema knows.
    var readerOptions: [String: String] { ["int96_as": "timestamp"] }

    /// - Throws: `0A000` for what Lode can't read, `XX001` for a log that is damaged.
    init(_ segment: DeltaLogSegment, _ folder: DeltaFolder, identity: TableVersion?, _ io: any TableIO) throws(SQLError) {
        self.identity = identity.map { TableVersion(table: $0.table, version: segment.version, definitionVersion: $0.definitionVersion) }
        self.folder = folder
        version = segment.version
        self.io = io
        tail = try DeltaTail(segment.commits, folder, io)
        checkpoint = try segment.checkpoint.map { (found) throws(SQLError) in try DeltaCheckpoint(found, folder, io) }
        guard let protocolVersion = tail.protocolVersion ?? checkpoint?.protocolVersion else {
            throw SQLError(.dataCorrupted, "the Delta log has no protocol", in: folder.log)
        }
        guard let metadata = tail.metadata ?? checkpoint?.metadata else {
            throw SQLError(.dataCorrupted, "the Delta log has no metadata", in: folder.log)
        }
        self.metadata = metadata
        self.protocolVersion = protocolVersion
        do throws(SQLError) {
            try DeltaFeatures.check(protocolVersion)
            guard metadata.provider == "parquet" else { throw SQLError.unsupported("a Delta table of \(metadata.provider) files") }
            deltaSchema = try DeltaSchema(metadata.schemaText, try DeltaFeatures.mapping(protocolVersion, metadata.configuration))
            (partitionColumns, partitionNames) = try Self.partitions(metadata, deltaSchema)
            generated = GeneratedPartitions(deltaSchema.generated, deltaSchema.schema, partitionColumns: partitionColumns)
        } catch {
            throw error.within(folder.root)
        }
    }

    private static func partitions(_ metadata: DeltaMetadata, _ schema: DeltaSchema) throws(SQLError) -> ([Field], [String]) {
        var fields: [Field] = [], names: [String] = []
        for name in metadata.partitionColumns {
            guard let index = schema.schema.index(of: name), PartitionText.canPartition(schema.schema.fields[index].type) else {
                throw SQLError(.dataCorrupted, "the partition column \"\(name)\" of the Delta table is none of its columns")
            }
            fields.append(schema.schema.fields[index])
            names.append(schema.columns[index].fileName)
        }
        return (fields, names)
    }

    // MARK: Files

    /// A listing of more files leaves out statistics that the predicate does not use.
    private static let describedFiles = 4_096

    /// Those that a checkpoint remembers as removed included.
    private var fileCount: Int { tail.adds.count + (checkpoint?.actionCount ?? 0) }

    var isDearToList: Bool { fileCount > Self.describedFiles }

    /// Of small tables nothing is said before their files are listed; of larger ones what planning needs without listing them.
    var statistics: TableStatistics {
        guard isDearToList else { return TableStatistics() }
        let count = fileCount
        let reader = DeltaStatisticsReader(deltaSchema, partitionColumns: partitionColumns, only: [])
        let sample = tail.adds.suffix(100).compactMap { add in add.statistics.flatMap { reader.read($0, isDeleted: false).rowCount } }
        let rows = sample.isEmpty ? 100_000 : max(1, sample.reduce(0) { $0 &+ $1 / sample.count })
        let (total, overflow) = rows.multipliedReportingOverflow(by: count)
        return TableStatistics(rowCount: overflow ? .max : total, fileCount: count)
    }

    func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        var listing = FileListing()
        let predicate = predicate == .anything ? nil : predicate
        let all = DeltaStatisticsReader(deltaSchema, partitionColumns: partitionColumns)
        let few = DeltaStatisticsReader(deltaSchema, partitionColumns: partitionColumns, only: predicate?.columns ?? [])
        let test = predicate.flatMap { predicate in
            partitionColumns.isEmpty ? nil : DeltaPartitionTest(predicate, partitionColumns, partitionNames, generated)
        }
        if let checkpoint {
            // Of small tables planning wants to know more than the predicate needs.
            let columns = predicate == nil && checkpoint.actionCount <= Self.describedFiles ? all : few
            try checkpoint.adds(columns, where: test) { (add, known) throws(SQLError) in
                guard tail.leaves(add, folder) else { return }
                try consider(add, known, predicate, listing.files.count < Self.describedFiles ? all : few, &listing)
            }
        }
        for add in tail.adds {
            try consider(add, nil, predicate, listing.files.count < Self.describedFiles ? all : few, &listing)
        }
        listing.filesPruned += test?.refused ?? 0
        listing.filesTotal += test?.refused ?? 0
        return listing
    }

    private func consider(
        _ add: DeltaAdd, _ known: DeltaFileStatistics?, _ predicate: ColumnPredicate?, _ reader: DeltaStatisticsReader,
        _ listing: inout FileListing
    ) throws(SQLError) {
        listing.filesTotal += 1
        let file: DataFile
        do throws(SQLError) {
            let values = try DeltaPartitionValue.values(add.partitionValues, partitionColumns, partitionNames)
            if !PartitionPruning.mayMatch(predicate, partitionColumns, values, generated) {
                listing.filesPruned += 1
                return
            }
            file = try dataFile(add, values, known ?? add.statistics.map { reader.read($0, isDeleted: add.vector != nil) })
        } catch {
            throw error.place == nil || error.state == .dataCorrupted ? error.within(folder.dataFile(add.path)) : error
        }
        if let predicate, !mayMatch(predicate, file) { listing.filesPruned += 1 } else { listing.files.append(file) }
    }

    /// All files of the version, as the log has them.
    func adds(_ body: (DeltaAdd) throws(SQLError) -> Void) throws(SQLError) {
        let none = DeltaStatisticsReader(deltaSchema, partitionColumns: partitionColumns, only: [])
        try checkpoint?.adds(none, where: nil) { (add, _) throws(SQLError) in if tail.leaves(add, folder) { try body(add) } }
        for add in tail.adds { try body(add) }
    }

    func partitionValues(of add: DeltaAdd) throws(SQLError) -> [Value] {
        try DeltaPartitionValue.values(add.partitionValues, partitionColumns, partitionNames)
    }

    /// Whether a file can have rows that pass a predicate.
    func mayHold(_ add: DeltaAdd, _ predicate: ColumnPredicate) throws(SQLError) -> Bool {
        let values = try partitionValues(of: add)
        if !PartitionPruning.mayMatch(predicate, partitionColumns, values, generated) { return false }
        let reader = DeltaStatisticsReader(deltaSchema, partitionColumns: partitionColumns, only: predicate.columns)
        return mayMatch(predicate, try dataFile(add, values, add.statistics.map { reader.read($0, isDeleted: add.vector != nil) }))
    }

    /// A file of some version, with nothing said of its columns.
    func bareFile(_ add: DeltaAdd) throws(SQLError) -> DataFile {
        let reader = DeltaStatisticsReader(deltaSchema, partitionColumns: partitionColumns, only: [])
        return try dataFile(add, try partitionValues(of: add), add.statistics.map { reader.read($0, isDeleted: true) })
    }

    private func dataFile(_ add: DeltaAdd, _ values: [Value], _ statistics: DeltaFileStatistics?) throws(SQLError) -> DataFile {
        guard let size = Int(exactly: add.size), DeltaAdd.counts.contains(size) else { throw JSONReader.corrupted("size: \(add.size)") }
        let (micros, overflow) = add.modificationTime.multipliedReportingOverflow(by: 1000)
        var file = DataFile(
            path: folder.dataFile(add.path), size: size, rowCount: statistics?.rowCount, partitionValues: values,
            statistics: statistics?.columns ?? [:], rowIDBase: add.baseRowID.flatMap { Int(exactly: $0) },
            modifiedMicros: overflow ? 0 : micros)
        file.sequenceNumber = add.rowCommitVersion
        if let vector = try add.vector?.vector(in: folder.root), vector.cardinality > 0 { file.deletes = RowDeletes(vector) }
        return file
    }

    /// As `TableSnapshot.mayMatch`, also for fields of structs.
    private func mayMatch(_ predicate: ColumnPredicate, _ file: DataFile) -> Bool {
        predicate.mayMatch { name in
            if let index = partitionColumns.firstIndex(where: { $0.name == name }) {
                return PartitionPruning.statistics(of: file.partitionValues[index], partitionColumns[index].type)
            }
            return file.statistics[name]
        }
    }
}

/// Whether files of a partition can hold rows that pass a predicate; counts those that can't.
final class DeltaPartitionTest: Sendable {
    private let predicate: ColumnPredicate
    private let columns: [Field]
    /// As the log calls the columns.
    private let names: [String]
    private let generated: GeneratedPartitions
    private let count = Lock(0)

    init(_ predicate: ColumnPredicate, _ columns: [Field], _ names: [String], _ generated: GeneratedPartitions) {
        self.predicate = predicate
        self.columns = columns
        self.names = names
        self.generated = generated
    }

    var refused: Int { count.withLock { $0 } }

    func mayHold(_ texts: [(name: String, text: String?)]) throws(SQLError) -> Bool {
        if PartitionPruning.mayMatch(predicate, columns, try DeltaPartitionValue.values(texts, columns, names), generated) { return true }
        count.withLock { $0 += 1 }
        return false
    }
}
