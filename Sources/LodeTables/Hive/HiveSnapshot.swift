/// A folder table as it is when a statement plans its scan.

import LodeCore

/// Lists when it is asked to plan, and only folders of partitions that the predicate keeps.
struct HiveSnapshot: TableSnapshot {
    let table: TableDefinition
    let io: any TableIO

    var schema: Schema { table.schema }
    var partitionColumns: [Field] { table.partitionColumns }
    var fileFormat: String { table.fileFormat }
    var properties: [String: String] { table.properties }
    var identity: TableVersion? { table.identity }
    var statistics: TableStatistics { TableStatistics() }

    /// While one partition is listed, the listings of so many next ones are on their way.
    private static let listedAhead = 32

    func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        let discovery = HiveDiscovery(location: table.location, columns: table.partitionColumns, io: io)
        var listing = FileListing()
        let partitions: [RegisteredPartition]
        if let registered = table.registeredPartitions {
            partitions = registered.filter { PartitionPruning.mayMatch(predicate, table.partitionColumns, $0.values) }
            listing.partitionsTotal = registered.count
            listing.partitionsPruned = registered.count - partitions.count
        } else {
            let found = try discovery.partitions(where: predicate)
            partitions = found.kept
            listing.partitionsTotal = found.kept.count + found.pruned
            listing.partitionsPruned = found.pruned
        }
        for (index, partition) in partitions.enumerated() {
            if partitions.count > 1, index % Self.listedAhead == 0 {
                io.willList(partitions[index..<min(partitions.count, index + 2 * Self.listedAhead)].map(\.location))
            }
            try discovery.files(in: partition.location) { path, file in
                listing.files.append(
                    DataFile(
                        path: path, size: file.size, partitionValues: partition.values, modifiedMicros: file.modifiedMicros))
            }
        }
        listing.filesTotal = listing.files.count
        return listing
    }
}
