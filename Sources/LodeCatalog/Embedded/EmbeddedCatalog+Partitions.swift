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
                partition = GluePartition(
                    values: RegisteredPartition.texts(values), location: StorePath.join(location, HivePath.folder(columns, values)))
            }
            found.append((values, partition))
        }
        return found.sorted { Self.precedes($0.values, $1.values) }.map(\.partition)
    }

    func apply(_ change: PartitionChange, to name: TableName, _ notes: CommitNotes, _ db: Database) throws -> CommitOutcome {
        guard let row = try TableRow.fetch(name, db) else { throw try Self.missing(name, db) }
        let table = try row.table(warehouse)
        let columns = try table.externalPartitionFields()
        var outcome = CommitOutcome()
        switch change {
        case .add(let partitions, let ifNotExists):
            for partition in partitions {
                let values = try PartitionKey.parse(partition.values, columns)
                if try insert(partition, values, row.id, table, columns, notes, db) {
                    outcome.addedPartitions.append(HivePath.folder(columns, values))
                } else if !ifNotExists {
                    throw SQLError(
                        .duplicateObject, "partition \"\(HivePath.folder(columns, values))\" of \"\(name.name)\" already exists")
                }
            }
        case .drop(let partitions, let ifExists):
            for texts in partitions {
                let values = try PartitionKey.parse(texts, columns)
                if try Self.delete(PartitionKey.write(values), row.id, notes, db) {
                    outcome.droppedPartitions.append(HivePath.folder(columns, values))
                } else if !ifExists {
                    throw SQLError(
                        .undefinedObject, "partition \"\(HivePath.folder(columns, values))\" of \"\(name.name)\" does not exist")
                }
            }
        case .replace(let found, let definition):
            guard table.versionId == definition else { throw CatalogError.conflict("the definition of table \"\(name)\" was changed") }
            try replace(with: found, row.id, table, columns, &outcome, notes, db)
        }
        outcome.changed = !outcome.addedPartitions.isEmpty || !outcome.droppedPartitions.isEmpty
        return outcome
    }

    private func replace(
        with found: [RegisteredPartition], _ id: Int64, _ table: GlueTable, _ columns: [Field], _ outcome: inout CommitOutcome,
        _ notes: CommitNotes, _ db: Database
    ) throws {
        var seen: Set<SQLText> = []
        for partition in found {
            seen.insert(SQLText(PartitionKey.write(partition.values)))
            let entry = GluePartition(values: partition.texts, location: partition.location)
            if try insert(entry, partition.values, id, table, columns, notes, db) {
                outcome.addedPartitions.append(HivePath.folder(columns, partition.values))
            }
        }
        let known = try Row.fetchAll(
            db, sql: "SELECT key, definition FROM partition_info WHERE table_id = ? ORDER BY key", arguments: [id])
        for row in known {
            let key: String = row["key"]
            if seen.contains(SQLText(key)) { continue }
            if let text: String = row["definition"] {
                let partition = try JSONText.read(GluePartition.self, text, "a partition")
                guard table.holds(partition.location.map { warehouse.resolve($0) }) else { continue }
            }
            let values = try PartitionKey.read(key, columns)
            if try Self.delete(key, id, notes, db) { outcome.droppedPartitions.append(HivePath.folder(columns, values)) }
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

    /// False if it is registered already.
    private func insert(
        _ partition: GluePartition, _ values: [Value], _ id: Int64, _ table: GlueTable, _ columns: [Field], _ notes: CommitNotes,
        _ db: Database
    ) throws -> Bool {
        var entry = partition
        let place = partition.location
            ?? StorePath.join(table.storageDescriptor.location ?? "", HivePath.folder(columns, values))
        entry.location = warehouse.stored(place)
        try db.execute(
            sql: "INSERT INTO partition_info (table_id, key, definition) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [id, PartitionKey.write(values), JSONText.write(entry)])
        guard db.changesCount > 0 else { return false }
        notes.note(id) { $0.addedPartitions.append(PartitionKey.write(values)) }
        return true
    }

    /// False if there is none.
    private static func delete(_ key: String, _ id: Int64, _ notes: CommitNotes, _ db: Database) throws -> Bool {
        try db.execute(sql: "DELETE FROM partition_info WHERE table_id = ? AND key = ?", arguments: [id, key])
        guard db.changesCount > 0 else { return false }
        notes.note(id) { $0.removedPartitions.append(key) }
        return true
    }
}

extension GlueTable {
    /// Whether a partition's place is one of those below the table's: another one is not found by looking there.
    func holds(_ partition: String?) -> Bool {
        guard let partition, let location = storageDescriptor.location else { return true }
        return StorePath.isWithin(partition, location)
    }

    /// The columns by which partitions are registered.
    /// - Throws: `42809` if the table has no partitions that are registered.
    package func externalPartitionFields() throws(SQLError) -> [Field] {
        guard kind == .external else {
            throw SQLError(
                .wrongObjectType, "\"\(name)\" is \(kind.noun)",
                hint: "Only partitions of external tables are registered; a managed table's are those of its files.")
        }
        if let format = loggedFormat {
            throw SQLError(
                .wrongObjectType, "\"\(name)\" is a \(format.name) table", hint: "Its log knows its partitions.")
        }
        guard !partitionKeys.isEmpty else { throw SQLError(.wrongObjectType, "table \"\(name)\" is not partitioned") }
        return try partitionFields()
    }
}
