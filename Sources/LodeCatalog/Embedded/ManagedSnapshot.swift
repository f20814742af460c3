/// One version of a managed table, its files still in the catalog.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

/// Reads the file list when a scan is planned: partitions first, then only the files of those that are kept.
struct ManagedSnapshot: TableSnapshot {
    let table: GlueTable
    let state: TableVersion
    let schema: Schema
    let partitionColumns: [Field]
    let fileFormat: String
    let statistics: TableStatistics
    let storage: CatalogStorage
    /// Keeps the files from being collected.
    let lease: Lease

    var properties: [String: String] { table.readerProperties }
    var identity: TableVersion? { state }

    /// A listing of more files leaves out statistics that the predicate does not use: the table's own serve for estimates.
    private static let describedFiles = 4_096

    /// Files that this version has.
    private static let alive =
        "f.table_id = :table AND f.added_version <= :version AND (f.removed_version IS NULL OR f.removed_version > :version)"

    func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        try storage.read(orEmpty: FileListing()) { db in
            var listing = FileListing()
            let partitions = try keptPartitions(predicate, &listing, db)
            let usesStatistics = !Set((predicate?.columns ?? []).map { $0.lowercased() })
                .isSubset(of: partitionColumns.map { $0.name.lowercased() })
            let isShort = listing.filesTotal - listing.filesPruned <= Self.describedFiles
            let types = usesStatistics || isShort ? StatisticsText.types(schema) : nil
            for (id, values) in partitions {
                for file in try files(of: id, values, types, db) {
                    if usesStatistics, let predicate, !mayMatch(predicate, file) {
                        listing.filesPruned += 1
                    } else {
                        listing.files.append(file)
                    }
                }
            }
            return listing
        }
    }

    /// Ids and values of the partitions that could match, in the order of their values.
    private func keptPartitions(
        _ predicate: ColumnPredicate?, _ listing: inout FileListing, _ db: Database
    ) throws -> [(id: Int64, values: [Value])] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT p.id, p.key, count(*) FROM data_file f JOIN partition_info p ON p.id = f.partition_id
                WHERE \(Self.alive) GROUP BY p.id
                """, arguments: ["table": state.table.number, "version": state.version])
        let expressions = table.partitionKeys.compactMap { key in key.generated.map { (key.name, $0) } }
        let generated = GeneratedPartitions(
            Dictionary(expressions) { first, _ in first }, schema, partitionColumns: partitionColumns)
        var kept: [(id: Int64, values: [Value])] = []
        for row in rows {
            let files: Int = row[2]
            listing.filesTotal += files
            let values = try PartitionKey.read(row[1], partitionColumns)
            if PartitionPruning.mayMatch(predicate, partitionColumns, values, generated) {
                kept.append((row[0], values))
            } else {
                listing.partitionsPruned += 1
                listing.filesPruned += files
            }
        }
        listing.partitionsTotal = partitionColumns.isEmpty ? 0 : rows.count
        return kept.sorted { EmbeddedCatalog.precedes($0.values, $1.values) }
    }

    /// - Parameter types: nil to leave statistics out.
    private func files(
        of partition: Int64, _ values: [Value], _ types: [String: SQLType]?, _ db: Database
    ) throws -> [DataFile] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT f.path, f.size, f.row_count, f.modified, f.statistics FROM data_file f
                WHERE f.partition_id = :partition AND \(Self.alive) ORDER BY f.id
                """)
        let rows = try Row.fetchCursor(
            statement, arguments: ["partition": partition, "table": state.table.number, "version": state.version])
        let location = table.storageDescriptor.location ?? ""
        var files: [DataFile] = []
        while let row = try rows.next() {
            let path: String = row[0]
            let rowCount: Int? = row[2]
            var statistics: [String: ColumnStatistics] = [:]
            if let types, let text: String = row[4] { statistics = StatisticsText.read(text, types, rowCount: rowCount) }
            files.append(
                DataFile(
                    path: Warehouse.isRelative(path) ? StorePath.join(location, path) : path, size: row[1], rowCount: rowCount,
                    partitionValues: values, statistics: statistics, modifiedMicros: row[3]))
        }
        return files
    }
}
