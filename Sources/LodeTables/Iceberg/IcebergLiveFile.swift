/// A file of a snapshot in all that readers go by.

import LodeCore

/// Two entries of manifests that are equal as this are read in the same way, whatever manifest they lie in.
struct IcebergLiveFile: Hashable {
    let content: IcebergEntry.Content
    let path: String
    let format: String
    let specID: Int
    let partition: [Value]
    private let sequenceNumber: Int64
    private let rowCount: Int
    private let size: Int
    private let firstRowID: Int?
    private let statistics: [String: ColumnStatistics]
    private let equalityIDs: [Int]
    private let referencedFile: String?
    private let contentOffset: Int64?
    private let contentSize: Int64?

    init(_ entry: IcebergEntry, _ spec: IcebergPartitionSpec, _ columns: IcebergColumns) throws(SQLError) {
        content = entry.content
        path = try entry.path()
        format = entry.format
        specID = spec.id
        partition = entry.partition
        sequenceNumber = entry.sequenceNumber
        rowCount = entry.rowCount
        size = entry.size
        firstRowID = entry.firstRowID
        statistics = entry.statistics(columns)
        equalityIDs = entry.equalityIDs
        referencedFile = entry.referencedFile
        contentOffset = entry.contentOffset
        contentSize = entry.contentSize
    }

    /// Whether its partition is among those that a manifest is said to have.
    /// - Parameter ranges: of the partition's fields; nil where nothing is said.
    func lies(in ranges: [IcebergPartitionTest.Range?]) -> Bool {
        zip(partition, ranges).allSatisfy { value, range in
            guard let range else { return true }
            if value.isNull { return range.hasNull }
            return range.lower.map { Value.compare(value, $0) ?? -1 >= 0 } ?? true
                && range.upper.map { Value.compare(value, $0) ?? 1 <= 0 } ?? true
        }
    }
}

extension IcebergSnapshot {
    /// Calls `body` with each live file of manifests, and with what the list says of the partitions of its manifest.
    func forEachLiveFile(
        in manifests: [IcebergManifest],
        _ body: (IcebergLiveFile, IcebergManifest, [IcebergPartitionTest.Range?]) throws(SQLError) -> Void
    ) throws(SQLError) {
        try forEachEntry(in: manifests) { (manifest, entry, partitioning, columns) throws(SQLError) in
            let ranges = manifest.summaries.map { partitioning.ranges($0) } ?? []
            try body(try IcebergLiveFile(entry, partitioning.spec, columns), manifest, ranges)
        }
    }
}
