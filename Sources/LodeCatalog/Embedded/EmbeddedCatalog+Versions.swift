/// Versions of managed tables: writing the next one, and what is known of those before.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Writes the next version of a table.
    ///
    /// - Parameters:
    ///   - operation: what brought it about, in SQL's words.
    ///   - definition: as it is stored, if this version changes it.
    func record(
        _ row: TableRow, _ change: FileChange, operation: String? = nil, definition: String? = nil, _ notes: CommitNotes, _ db: Database
    ) throws -> CommitOutcome {
        let table = try row.table(warehouse)
        let version = row.version + 1
        try remove(change, row, table, version, notes, db)
        try add(change.added, row, table, version, notes, db)
        let totals = try totals(row, table, change, db)
        try Self.insertVersion(
            [
                row.id, version, try Self.commitTime(db), totals.fileCount ?? 0, totals.rowCount, totals.byteCount ?? 0,
                StatisticsText.write(totals.columns), operation ?? change.operation ?? Self.operation(change), definition,
            ], db)
        try db.execute(sql: "UPDATE table_info SET version = ? WHERE id = ?", arguments: [version, row.id])
        notes.note(row.id) { $0.versions.append(version) }
        return CommitOutcome(version: version)
    }

    /// - Parameter values: of the columns of `table_version`, in the order of the statement.
    static func insertVersion(_ values: StatementArguments, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO table_version
                    (table_id, version, committed_at, file_count, row_count, byte_count, statistics, operation, definition)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: values)
    }

    /// Now, but after every earlier commit, whatever the clock does.
    static func commitTime(_ db: Database) throws -> Int64 { max(nowMicros(), try lastCommitTime(db) &+ 1) }

    static func lastCommitTime(_ db: Database) throws -> Int64 {
        let own = try Int64.fetchOne(db, sql: "SELECT max(committed_at) FROM table_version") ?? 0
        return max(own, try Int64.fetchOne(db, sql: "SELECT max(decided_at) FROM joint_version") ?? 0)
    }

    /// The definition that a version of a managed table had, as it is stored.
    static func definition(of table: Int64, at version: Int64, _ db: Database) throws -> GlueTable? {
        try definitionText(of: table, at: version, db).map { try JSONText.read(GlueTable.self, $0, "a table") }
    }

    static func definitionText(of table: Int64, at version: Int64, _ db: Database) throws -> String? {
        try String.fetchOne(
            db,
            sql: """
                SELECT definition FROM table_version WHERE table_id = ? AND version <= ? AND definition IS NOT NULL
                ORDER BY version DESC LIMIT 1
                """, arguments: [table, version])
    }

    static func operation(_ change: FileChange) -> String {
        if !change.removesFiles { return "INSERT" }
        if !change.added.isEmpty { return "INSERT OVERWRITE" }
        return change.removesEverything ? "TRUNCATE" : "DELETE"
    }

    private func remove(
        _ change: FileChange, _ row: TableRow, _ table: GlueTable, _ version: Int64, _ notes: CommitNotes, _ db: Database
    ) throws {
        guard change.removesFiles else { return }
        let update = "UPDATE data_file SET removed_version = ? WHERE table_id = ? AND removed_version IS NULL"
        if change.removesEverything {
            try db.execute(sql: update, arguments: [version, row.id])
            notes.note(row.id) { $0.removals.append(ManifestRemoval(version: version)) }
            return
        }
        var gone: [String] = []
        if !change.emptiedPartitions.isEmpty {
            let ofPartition = " AND partition_id = (SELECT id FROM partition_info WHERE table_id = ? AND key = ?)"
            let statement = try db.makeStatement(sql: update + ofPartition)
            let query = "SELECT path FROM data_file WHERE table_id = ? AND removed_version IS NULL" + ofPartition
            for values in change.emptiedPartitions {
                let key = PartitionKey.write(values)
                gone += try String.fetchAll(db, sql: query, arguments: [row.id, row.id, key])
                try statement.execute(arguments: [version, row.id, row.id, key])
            }
        }
        let statement = try db.makeStatement(sql: update + " AND path = ?")
        for path in change.removedPaths {
            let relative = Warehouse.relative(path, to: table.storageDescriptor.location ?? "")
            gone.append(relative)
            try statement.execute(arguments: [version, row.id, relative])
            guard db.changesCount == 1 else {
                throw CatalogError.conflict("a file of table \"\(table.tableName)\" was removed").within(path)
            }
        }
        notes.note(row.id) { $0.removals.append(ManifestRemoval(version: version, paths: gone)) }
    }

    private func add(
        _ files: [DataFile], _ row: TableRow, _ table: GlueTable, _ version: Int64, _ notes: CommitNotes, _ db: Database
    ) throws {
        guard !files.isEmpty else { return }
        let columns = try table.partitionFields()
        let location = table.storageDescriptor.location ?? ""
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO data_file (table_id, partition_id, path, size, row_count, modified, statistics, added_version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let condemned = try db.makeStatement(sql: "SELECT 1 FROM condemned_file WHERE name = ?")
        var partitions: [[Value]: Int64] = [:], noted: [ManifestFile] = []
        for file in files {
            guard file.partitionValues.count == columns.count else {
                throw SQLError.internalFault("a file of \"\(table.tableName)\" has \(file.partitionValues.count) partition values")
            }
            guard file.deletes == nil, file.fileFormat == nil, file.partitionColumns == nil else {
                throw SQLError.unsupported("a file of a managed table with deletes, a format or partitions of its own")
            }
            if try Int.fetchOne(condemned, arguments: [StorePath.name(file.path)]) != nil { throw Self.vanished(file) }
            let key = PartitionKey.write(file.partitionValues)
            let partition = try partitions[file.partitionValues] ?? Self.partitionID(row.id, key: key, db)
            partitions[file.partitionValues] = partition
            let entry = ManifestFile(
                path: Warehouse.relative(file.path, to: location), size: file.size, rowCount: file.rowCount,
                modified: file.modifiedMicros, partition: key,
                statistics: StatisticsText.write(file.statistics), added: version)
            try insert.execute(arguments: [
                row.id, partition, entry.path, entry.size, entry.rowCount, entry.modified, entry.statistics, version,
            ])
            noted.append(entry)
        }
        notes.note(row.id) { $0.files += noted }
    }

    static func partitionID(_ table: Int64, key: String, _ db: Database) throws -> Int64 {
        let sql = "SELECT id FROM partition_info WHERE table_id = ? AND key = ?"
        if let id = try Int64.fetchOne(db, sql: sql, arguments: [table, key]) { return id }
        try db.execute(sql: "INSERT INTO partition_info (table_id, key) VALUES (?, ?)", arguments: [table, key])
        return db.lastInsertedRowID
    }

    /// Totals follow from the last version's when files are only added; otherwise counts are taken anew and bounds stay.
    private func totals(_ row: TableRow, _ table: GlueTable, _ change: FileChange, _ db: Database) throws -> TableStatistics {
        if let earlier = change.restored { return earlier.statistics }
        let columns = try table.partitionFields()
        var totals = TableStatistics(rowCount: 0, byteCount: 0, fileCount: 0)
        if !change.removesEverything { totals = Self.statistics(try VersionRow.totals(row, db), try table.schema()) }
        for file in change.added { totals.add(file, columns) }
        if change.removesEverything || !change.removesFiles { return totals }
        let counts = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*), sum(row_count), count(row_count), sum(size) FROM data_file
                WHERE table_id = ? AND removed_version IS NULL
                """, arguments: [row.id])
        let files: Int = counts?[0] ?? 0
        let counted: Int = counts?[2] ?? 0
        totals.fileCount = files
        totals.rowCount = counted == files ? counts?[1] ?? 0 : nil
        totals.byteCount = counts?[3] ?? 0
        totals.columns = totals.columns.mapValues { ColumnStatistics(minimum: $0.minimum, maximum: $0.maximum) }
        return totals
    }
}
