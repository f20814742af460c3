/// Publishing changes: one SQLite transaction, whatever it spans.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Appends go with every other change of the files; a removal of files needs them still there; a change that was computed
    /// from the table needs it unchanged; all need the table's columns unchanged.
    package func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        for change in changes { try Self.checkWritable(change.table.database) }
        onCommitStep(.started)
        let outcomes = try storage.write { db in
            var outcomes: [CommitOutcome] = []
            for change in changes {
                try checkFiles(change.added)
                switch change.action {
                case .create(let table, let ifExists):
                    outcomes.append(try create(table, ifExists, change.added, db))
                case .files(let files):
                    outcomes.append(try apply(files, to: change.table, change.added, db))
                }
            }
            onCommitStep(.recorded)
            return outcomes
        }
        onCommitStep(.published)
        return outcomes
    }

    /// A file that a collector took for an orphan must not be published.
    private func checkFiles(_ files: [DataFile]) throws(SQLError) {
        for file in files {
            guard let info = try stores.info(file.path), info.size == file.size else {
                throw SQLError(
                    .serializationFailure, "a data file vanished or changed before it was published", in: file.path,
                    hint: "Run the statement again, and collect orphans with a longer retention.")
            }
        }
    }

    private func create(
        _ table: GlueTable, _ ifExists: TableChange.IfExists, _ files: [DataFile], _ db: Database
    ) throws -> CommitOutcome {
        let name = table.tableName
        if name.name.isEmpty { throw SQLError(.invalidName, "a table name must not be empty") }
        let database = try Self.databaseID(name.database, db)
        if let existing = try TableRow.fetch(name, db) {
            let kind = try existing.storedTable().kind
            switch ifExists {
            case .fail:
                throw SQLError(
                    .duplicateTable, "relation \"\(name.name)\" already exists",
                    hint: "Use \(kind == .view ? "CREATE OR REPLACE VIEW" : "CREATE OR REPLACE TABLE"), IF NOT EXISTS, or another name.")
            case .skip: return CommitOutcome(version: existing.version, changed: false)
            case .replace: try replace(existing, kind, by: table.kind, name, db)
            }
        }
        var table = table
        table.createTime = Self.nowMicros()
        table.updateTime = table.createTime
        table.versionId = nil
        table.storageDescriptor.location = try storedLocation(table)
        try db.execute(
            sql: "INSERT INTO table_info (database_id, key, definition, definition_version, version) VALUES (?, ?, ?, 1, 0)",
            arguments: [database, name.name.lowercased(), JSONText.write(table)])
        guard table.kind == .managed else { return CommitOutcome(version: 0) }
        guard let row = try TableRow.fetch(name, db) else { throw SQLError.internalFault("a new table is not there") }
        return try record(row, files, FileChange(removal: .everything, base: row.managedVersion), db)
    }

    private func replace(
        _ existing: TableRow, _ kind: TableKind, by new: TableKind, _ name: TableName, _ db: Database
    ) throws {
        if (kind == .view) != (new == .view) {
            throw SQLError(
                .wrongObjectType, "\"\(name.name)\" is \(kind.noun)", hint: "Drop it first, or choose another name.")
        }
        try Self.drop(existing.id, db)
    }

    private func storedLocation(_ table: GlueTable) throws(SQLError) -> String? {
        switch table.kind {
        case .view, .system: return nil
        case .managed: return table.storageDescriptor.location.map { warehouse.stored($0) } ?? Warehouse.folder(of: table.tableName)
        case .external:
            guard let location = table.storageDescriptor.location, !location.isEmpty else {
                throw SQLError(
                    .invalidTableDefinition, "external table \"\(table.name)\" needs a location", hint: "Add LOCATION '…'.")
            }
            return warehouse.stored(location)
        }
    }

    private func apply(_ change: FileChange, to name: TableName, _ added: [DataFile], _ db: Database) throws -> CommitOutcome {
        guard let row = try TableRow.fetch(name, db), row.id == change.base.tableID else {
            throw SQLError(
                .serializationFailure, "table \"\(name)\" was dropped or replaced by a concurrent statement",
                hint: "Run the statement again.")
        }
        if row.definitionVersion != change.base.definitionVersion {
            throw SQLError(
                .serializationFailure, "the definition of table \"\(name)\" was changed by a concurrent statement",
                hint: "Run the statement again.")
        }
        if change.dependsOnBase, row.version != change.base.version {
            throw SQLError(
                .serializationFailure, "table \"\(name)\" was changed by a concurrent statement",
                detail: "This statement read version \(change.base.version); the table is at \(row.version).",
                hint: "Run the statement again.")
        }
        if let definition = change.definition { try Self.replaceDefinition(of: row, with: definition, warehouse, db) }
        return try record(row, added, change, db)
    }

    /// Writes the next version of a table.
    private func record(_ row: TableRow, _ added: [DataFile], _ change: FileChange, _ db: Database) throws -> CommitOutcome {
        let table = try row.table(warehouse)
        let version = row.version + 1
        try remove(change.removal, row, table, version, db)
        try add(added, row, table, version, db)
        try writeTotals(row, table, version, added, change.removal, db)
        try db.execute(sql: "UPDATE table_info SET version = ? WHERE id = ?", arguments: [version, row.id])
        return CommitOutcome(version: version)
    }

    private func remove(
        _ removal: FileChange.Removal, _ row: TableRow, _ table: GlueTable, _ version: Int64, _ db: Database
    ) throws {
        let update = "UPDATE data_file SET removed_version = ? WHERE table_id = ? AND removed_version IS NULL"
        switch removal {
        case .nothing: return
        case .everything: try db.execute(sql: update, arguments: [version, row.id])
        case .paths(let paths):
            let statement = try db.makeStatement(sql: update + " AND path = ?")
            for path in paths {
                let stored = Warehouse.relative(path, to: table.storageDescriptor.location ?? "")
                try statement.execute(arguments: [version, row.id, stored])
                guard db.changesCount == 1 else {
                    throw SQLError(
                        .serializationFailure, "a file of table \"\(table.tableName)\" was removed by a concurrent statement",
                        in: path, hint: "Run the statement again.")
                }
            }
        }
    }

    private func add(_ files: [DataFile], _ row: TableRow, _ table: GlueTable, _ version: Int64, _ db: Database) throws {
        guard !files.isEmpty else { return }
        let columns = try table.partitionFields()
        let location = table.storageDescriptor.location ?? ""
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO data_file (table_id, partition_id, path, size, row_count, modified, statistics, added_version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        var partitions: [[Value]: Int64] = [:]
        for file in files {
            guard file.partitionValues.count == columns.count else {
                throw SQLError.internalFault("a file of \"\(table.tableName)\" has \(file.partitionValues.count) partition values")
            }
            let partition = try partitions[file.partitionValues] ?? Self.partitionID(row.id, file.partitionValues, db)
            partitions[file.partitionValues] = partition
            try insert.execute(arguments: [
                row.id, partition, Warehouse.relative(file.path, to: location), file.size, file.rowCount, file.modifiedMicros,
                StatisticsText.write(file.statistics), version,
            ])
        }
    }

    private static func partitionID(_ table: Int64, _ values: [Value], _ db: Database) throws -> Int64 {
        let key = PartitionKey.write(values)
        let sql = "SELECT id FROM partition_info WHERE table_id = ? AND key = ?"
        if let id = try Int64.fetchOne(db, sql: sql, arguments: [table, key]) { return id }
        try db.execute(sql: "INSERT INTO partition_info (table_id, key) VALUES (?, ?)", arguments: [table, key])
        return db.lastInsertedRowID
    }

    /// Totals follow from the last version's when files are only added; otherwise counts are taken anew and bounds stay.
    private func writeTotals(
        _ row: TableRow, _ table: GlueTable, _ version: Int64, _ added: [DataFile], _ removal: FileChange.Removal, _ db: Database
    ) throws {
        let columns = try table.partitionFields()
        var totals = TableStatistics(rowCount: 0, byteCount: 0, fileCount: 0)
        if case .everything = removal {} else { totals = Self.statistics(try Self.versionRow(row, db), try table.schema()) }
        for file in added { totals.add(file, columns) }
        if case .paths = removal {
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
        }
        try db.execute(
            sql: """
                INSERT INTO table_version (table_id, version, committed_at, file_count, row_count, byte_count, statistics)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.id, version, Self.nowMicros(), totals.fileCount ?? 0, totals.rowCount, totals.byteCount ?? 0,
                StatisticsText.write(totals.columns),
            ])
    }
}
