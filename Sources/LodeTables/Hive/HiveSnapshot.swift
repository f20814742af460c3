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
        try discovery.files(in: partitions.map(\.location)) { index, path, file in
            listing.files.append(
                DataFile(
                    path: path, size: file.size, partitionValues: partitions[index].values, modifiedMicros: file.modifiedMicros))
        }
        listing.filesTotal = listing.files.count
        return listing
    }
}
