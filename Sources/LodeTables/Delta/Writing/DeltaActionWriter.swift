/// Writing the JSON of a commit.

import LodeCore

/// One action a line.
/// - Source: Delta PROTOCOL.md, "Delta Log Entries", "Actions".
struct DeltaActionWriter {
    private(set) var bytes: [UInt8] = []

    private mutating func line(_ name: String, _ members: [JSONTree.Member]) {
        JSONTree.object([.init(name, .object(members))]).write(to: &bytes)
        bytes.append(10)
    }

    private static func member(_ name: String, _ value: JSONTree?) -> [JSONTree.Member] { value.map { [.init(name, $0)] } ?? [] }

    mutating func write(_ version: DeltaProtocol) {
        line(
            "protocol",
            [.init("minReaderVersion", .integer(version.minReaderVersion)), .init("minWriterVersion", .integer(version.minWriterVersion))]
                + Self.member("readerFeatures", version.readerFeatures.map { .strings($0) })
                + Self.member("writerFeatures", version.writerFeatures.map { .strings($0) }))
    }

    mutating func write(_ metadata: DeltaMetadata) {
        line(
            "metaData",
            [.init("id", .string(metadata.id))] + Self.member("name", metadata.name.map { .string($0) })
                + Self.member("description", metadata.description.map { .string($0) })
                + [
                    .init("format", .object([.init("provider", .string(metadata.provider)), .init("options", .object([]))])),
                    .init("schemaString", .string(metadata.schemaText)), .init("partitionColumns", .strings(metadata.partitionColumns)),
                    .init("configuration", .texts(metadata.configuration)),
                ] + Self.member("createdTime", metadata.createdTime.map { .integer($0) }))
    }

    mutating func write(_ add: DeltaAdd, dataChange: Bool) {
        line(
            "add",
            [
                .init("path", .string(add.path)), .init("partitionValues", Self.values(add.partitionValues)),
                .init("size", .integer(add.size)), .init("modificationTime", .integer(add.modificationTime)),
                .init("dataChange", .boolean(dataChange)),
            ] + Self.member("stats", add.statistics.map { .string($0) })
                + Self.member("tags", add.tags.isEmpty ? nil : Self.values(add.tags))
                + Self.member("deletionVector", add.vector.map(Self.vector)) + Self.rowNumbers(add)
                + Self.member("clusteringProvider", add.clusteringProvider.map { .string($0) }))
    }

    /// - Parameter millis: when the file ceases to be part of the table.
    mutating func writeRemove(_ add: DeltaAdd, dataChange: Bool, at millis: Int64) {
        line(
            "remove",
            [
                .init("path", .string(add.path)), .init("deletionTimestamp", .integer(millis)), .init("dataChange", .boolean(dataChange)),
                .init("extendedFileMetadata", .boolean(true)), .init("partitionValues", Self.values(add.partitionValues)),
                .init("size", .integer(add.size)),
            ] + Self.member("deletionVector", add.vector.map(Self.vector)) + Self.rowNumbers(add))
    }

    private static func rowNumbers(_ add: DeltaAdd) -> [JSONTree.Member] {
        member("baseRowId", add.baseRowID.map { .integer($0) })
            + member("defaultRowCommitVersion", add.rowCommitVersion.map { .integer($0) })
    }

    mutating func write(_ file: DeltaChangeFile) {
        line(
            "cdc",
            [
                .init("path", .string(file.path)), .init("partitionValues", Self.values(file.partitionValues)),
                .init("size", .integer(file.size)), .init("dataChange", .boolean(false)),
            ])
    }

    mutating func write(_ domain: DeltaDomain) {
        line(
            "domainMetadata",
            [
                .init("domain", .string(domain.name)), .init("configuration", .string(domain.configuration)),
                .init("removed", .boolean(domain.isRemoved)),
            ])
    }

    mutating func write(_ info: DeltaProvenance) { line("commitInfo", info.members) }

    private static func values(_ texts: [(name: String, text: String?)]) -> JSONTree {
        .object(texts.map { .init($0.name, $0.text.map { .string($0) } ?? .null) })
    }

    private static func vector(_ vector: DeltaVectorDescriptor) -> JSONTree {
        .object(
            [.init("storageType", .string(vector.storageType)), .init("pathOrInlineDv", .string(vector.pathOrInline))]
                + member("offset", vector.offset.map { .integer($0) })
                + [.init("sizeInBytes", .integer(vector.sizeInBytes)), .init("cardinality", .integer(vector.cardinality))])
    }
}

/// What a commit says of itself. The names are those that Delta's own writer gives.
/// - Source: Delta PROTOCOL.md, "Commit Provenance Information", "In-Commit Timestamps".
struct DeltaProvenance: Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    var timestamp: Int64
    var inCommitTimestamp: Int64?
    var operation: String
    var parameters: [String: String] = [:]
    /// Numbers.
    var metrics: [(name: String, count: Int)] = []
    var readVersion: Int64?
    var isBlindAppend: Bool
    /// Whether rows that were there before have the numbers that they had; nil where rows have none.
    var keepsRowNumbers: Bool?
    /// Tells this commit from all others.
    var transaction: String

    fileprivate var members: [JSONTree.Member] {
        var members: [JSONTree.Member] = []
        if let inCommitTimestamp { members.append(.init("inCommitTimestamp", .integer(inCommitTimestamp))) }
        members += [
            .init("timestamp", .integer(timestamp)), .init("operation", .string(operation)),
            .init("operationParameters", .texts(parameters)),
        ]
        if let readVersion { members.append(.init("readVersion", .integer(readVersion))) }
        members += [
            .init("isolationLevel", .string("WriteSerializable")), .init("isBlindAppend", .boolean(isBlindAppend)),
            .init("operationMetrics", .object(metrics.map { .init($0.name, .string(String($0.count))) })),
            .init("engineInfo", .string("Lode")), .init("txnId", .string(transaction)),
        ]
        if let keepsRowNumbers { members.append(.init("tags", .texts(["delta.rowTracking.preserved": String(keepsRowNumbers)]))) }
        return members
    }
}
