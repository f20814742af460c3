/// The actions of a Delta log that a reader must know.

import LodeCore

/// What a client must be able to do.
/// - Source: Delta PROTOCOL.md, "Protocol Evolution".
struct DeltaProtocol: Hashable, Sendable {
    var minReaderVersion: Int64 = 0
    var minWriterVersion: Int64 = 0
    var readerFeatures: [String]?
    var writerFeatures: [String]?

    /// `Delta reader version 3 (deletionVectors) and writer version 7 (deletionVectors)`.
    var text: String {
        func listed(_ features: [String]?) -> String { features.map { " (\($0.joined(separator: ", ")))" } ?? "" }
        return "Delta reader version \(minReaderVersion)\(listed(readerFeatures)) and writer version "
            + "\(minWriterVersion)\(listed(writerFeatures))"
    }
}

/// The table's definition.
/// - Source: Delta PROTOCOL.md, "Change Metadata".
struct DeltaMetadata: Hashable, Sendable {
    var id = ""
    var name: String?
    var description: String?
    /// Milliseconds since 1970-01-01 UTC.
    var createdTime: Int64?
    /// "parquet"; other formats are of tables that predate the protocol's publication.
    var provider = "parquet"
    var schemaText = ""
    var partitionColumns: [String] = []
    var configuration: [String: String] = [:]
}

/// A file that becomes part of the table, or that gets other metadata.
/// - Source: Delta PROTOCOL.md, "Add File and Remove File".
struct DeltaAdd: Sendable {
    /// Bytes and rows that a file can have. What lies beyond is none of them, so that sums over all files of a table are numbers.
    static let counts = 0...(1 << 40)

    /// As the log has it: a URI, relative to the table or absolute.
    var path = ""
    /// By physical names.
    var partitionValues: [(name: String, text: String?)] = []
    var size: Int64 = 0
    /// Milliseconds since 1970-01-01 UTC.
    var modificationTime: Int64 = 0
    /// JSON text.
    var statistics: String?
    var vector: DeltaVectorDescriptor?
    /// The number of the first row, in a table that numbers rows; and the version that the rows are of.
    var baseRowID: Int64?
    var rowCommitVersion: Int64?
    var hasRowNumbers: Bool { baseRowID != nil && rowCommitVersion != nil }
    var tags: [(name: String, text: String?)] = []
    var clusteringProvider: String?
    /// Whether rows come with it; else they were in other files before.
    var dataChange = true
}

/// Where the deletion vector of a file is.
/// - Source: Delta PROTOCOL.md, "Deletion Vector Descriptor Schema".
struct DeltaVectorDescriptor: Hashable, Sendable {
    var storageType = ""
    var pathOrInline = ""
    var offset: Int64?
    var sizeInBytes: Int64 = 0
    var cardinality: Int64 = 0

    /// `uniqueId` of "Derived Fields": with the path it tells logical files apart.
    var uniqueID: String { offset.map { "\(storageType)\(pathOrInline)@\($0)" } ?? storageType + pathOrInline }
}

/// A file that ceases to be part of the table.
struct DeltaRemove: Sendable {
    var path = ""
    var vector: DeltaVectorDescriptor?
    /// By physical names; nil where the writer did not repeat what it had said of the file.
    var partitionValues: [(name: String, text: String?)]?
    var size: Int64?
    /// JSON text.
    var statistics: String?
    /// Whether rows go with it; else they are in other files now.
    var dataChange = true
}

/// A file with rows that a commit changed.
/// - Source: Delta PROTOCOL.md, "Add CDC File".
struct DeltaChangeFile: Sendable {
    var path = ""
    /// By physical names.
    var partitionValues: [(name: String, text: String?)] = []
    var size: Int64 = 0
}

/// What a feature of the protocol, or an application, keeps with the table.
/// - Source: Delta PROTOCOL.md, "Domain Metadata".
struct DeltaDomain: Hashable, Sendable {
    var name = ""
    var configuration = ""
    var isRemoved = false
}

/// What a commit says of itself.
/// - Source: Delta PROTOCOL.md, "Commit Provenance Information".
struct DeltaCommitInfo: Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    var timestamp: Int64?
    var inCommitTimestamp: Int64?
    var operation: String?
    var operationParameters: String?
    var operationMetrics: String?
    var userName: String?
    var engineInfo: String?
    var isBlindAppend: Bool?
    var transaction: String?
}

/// One line of a log file.
enum DeltaAction: Sendable {
    case add(DeltaAdd)
    case remove(DeltaRemove)
    case metadata(DeltaMetadata)
    case protocolVersion(DeltaProtocol)
    case commitInfo(DeltaCommitInfo)
    case changeFile(DeltaChangeFile)
    case domain(DeltaDomain)
    /// The path of a file with more actions of a checkpoint, and its size.
    case sidecar(path: String, size: Int64)
    /// Transactions of applications, and what later versions of the protocol add: readers step over them.
    case other
}
