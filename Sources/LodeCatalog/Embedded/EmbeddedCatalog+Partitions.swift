/// Registered partitions of external tables.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    package func partitions(of name: TableName) throws(SQLError) -> [GluePartition] {
        let table = try requireTable(name)
        let columns = try table.partitionFields()
        let rows: [Row] = try storage.read(orEmpty: []) { db in
            guard let row = try TableRow.fetch(name, db) else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT p.key, p.definition FROM partition_info p WHERE p.table_id = :id AND (p.definition IS NOT NULL OR EXISTS
                        (SELECT 1 FROM data_file f WHERE f.table_id = :id AND f.partition_id = p.id AND f.removed_version IS NULL))
                    """, arguments: ["id": row.id])
        }
        guard !columns.isEmpty else { return [] }
        let location = table.storageDescriptor.location ?? ""
        var found: [(values: [Value], partition: GluePartition)] = []
        for row in rows {
            let values = try PartitionKey.read(row["key"], columns)
            var partition: GluePartition
            if let text: String = row["definition"] {
                partition = try JSONText.read(GluePartition.self, text, "a partition of \(name)")
                partition.location = partition.location.map { warehouse.resolve($0) }
            } else {
                let texts = values.map { $0.isNull ? HivePath.defaultPartition : PartitionText.write($0) }
                partition = GluePartition(values: texts, location: StorePath.join(location, HivePath.folder(columns, values)))
            }
            found.append((values, partition))
        }
        return found.sorted { Self.precedes($0.values, $1.values) }.map(\.partition)
    }

    package func addPartitions(_ partitions: [GluePartition], to name: TableName, ifNotExists: Bool) throws(SQLError) {
        let (table, columns) = try externalPartitioned(name)
        try storage.write { db in
            let id = try Self.liveID(name, db)
            for partition in partitions {
                let values = try PartitionKey.parse(partition.values, columns)
                if try !insert(partition, values, id, table, columns, db), !ifNotExists {
                    throw SQLError(
                        .duplicateObject, "partition \"\(HivePath.folder(columns, values))\" of \"\(name.name)\" already exists")
                }
            }
        }
    }

    package func dropPartitions(_ texts: [[String]], of name: TableName, ifExists: Bool) throws(SQLError) {
        let (_, columns) = try externalPartitioned(name)
        try storage.write { db in
            let id = try Self.liveID(name, db)
            for text in texts {
                let values = try PartitionKey.parse(text, columns)
                if try !Self.delete(values, id, db), !ifExists {
                    throw SQLError(
                        .undefinedObject, "partition \"\(HivePath.folder(columns, values))\" of \"\(name.name)\" does not exist")
                }
            }
        }
    }

    package func repair(_ name: TableName) throws(SQLError) -> RepairOutcome {
        let (table, columns) = try externalPartitioned(name)
        let location = table.storageDescriptor.location ?? ""
        let found = try HiveDiscovery(location: location, columns: columns, io: io).partitions().kept
        return try storage.write { db in
            let id = try Self.liveID(name, db)
            var outcome = RepairOutcome()
            var seen: Set<String> = []
            for partition in found {
                seen.insert(PartitionKey.write(partition.values))
                let texts = partition.values.map { $0.isNull ? HivePath.defaultPartition : PartitionText.write($0) }
                let entry = GluePartition(values: texts, location: partition.location)
                if try insert(entry, partition.values, id, table, columns, db) {
                    outcome.added.append(HivePath.folder(columns, partition.values))
                }
            }
            let known = try String.fetchAll(
                db, sql: "SELECT key FROM partition_info WHERE table_id = ? ORDER BY key", arguments: [id])
            for key in known where !seen.contains(key) {
                let values = try PartitionKey.read(key, columns)
                if try Self.delete(values, id, db) { outcome.dropped.append(HivePath.folder(columns, values)) }
            }
            return outcome
        }
    }

    /// The registered partitions of an external table; nil if there are none.
    static func registered(
        _ id: Int64, _ columns: [Field], _ warehouse: Warehouse, _ db: Database
    ) throws -> [RegisteredPartition]? {
        let rows = try Row.fetchAll(
            db, sql: "SELECT key, definition FROM partition_info WHERE table_id = ? AND definition IS NOT NULL",
            arguments: [id])
        if rows.isEmpty || columns.isEmpty { return nil }
        var partitions: [RegisteredPartition] = []
        for row in rows {
            let partition = try JSONText.read(GluePartition.self, row["definition"], "a partition")
            partitions.append(
                RegisteredPartition(
                    values: try PartitionKey.read(row["key"], columns), location: warehouse.resolve(partition.location ?? "")))
        }
        return partitions.sorted { precedes($0.values, $1.values) }
    }

    /// NULL after everything else.
    static func precedes(_ left: [Value], _ right: [Value]) -> Bool {
        for (l, r) in zip(left, right) where l != r {
            if l.isNull || r.isNull { return r.isNull }
            return (Value.compare(l, r) ?? 0) < 0
        }
        return false
    }

    private func externalPartitioned(_ name: TableName) throws(SQLError) -> (GlueTable, [Field]) {
        let table = try requireTable(name)
        guard table.kind == .external else {
            throw SQLError(
                .wrongObjectType, "\"\(name.name)\" is \(table.kind.noun)",
                hint: "Only partitions of external tables are registered; a managed table's are those of its files.")
        }
        let columns = try table.partitionFields()
        guard !columns.isEmpty else { throw SQLError(.wrongObjectType, "table \"\(name.name)\" is not partitioned") }
        return (table, columns)
    }

    private static func liveID(_ name: TableName, _ db: Database) throws -> Int64 {
        guard let row = try TableRow.fetch(name, db) else {
            throw CatalogError.missingTable(name, siblings: [], elsewhere: [])
        }
        return row.id
    }

    /// False if it is registered already.
    private func insert(
        _ partition: GluePartition, _ values: [Value], _ id: Int64, _ table: GlueTable, _ columns: [Field], _ db: Database
    ) throws -> Bool {
        var entry = partition
        let place = partition.location
            ?? StorePath.join(table.storageDescriptor.location ?? "", HivePath.folder(columns, values))
        entry.location = warehouse.stored(place)
        try db.execute(
            sql: "INSERT INTO partition_info (table_id, key, definition) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [id, PartitionKey.write(values), JSONText.write(entry)])
        return db.changesCount > 0
    }

    private static func delete(_ values: [Value], _ id: Int64, _ db: Database) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM partition_info WHERE table_id = ? AND key = ?", arguments: [id, PartitionKey.write(values)])
        return db.changesCount > 0
    }
}
