/// Deleting files that nobody can want any more.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Files to delete before the catalog hears of it.
    private static let batch = 500
    /// Whoever has written a file and not published it within this time never will.
    static let longestWrite: Int64 = 7 * 24 * 3_600_000_000

    /// First versions are given up, so that nobody begins to read one; then it is asked what running statements need, then files
    /// go, and their rows last: what is interrupted, the next one finishes.
    package func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        var table: TableRow?
        if let name = request.table {
            let known = try requireTable(name), kind = known.kind
            if let format = known.writableFormat { return try vacuumLogged(known, format, request) }
            guard kind == .managed else { throw CatalogError.wrongKind(name, is: kind, wanted: "a managed table") }
            table = try storage.read(orEmpty: nil) { db in try TableRow.fetch(name, db) }
        }
        if request.part != .everything { throw SQLError.unsupported("expiring versions and removing orphans of managed tables apart") }
        guard try storage.isThere() else { return [] }
        let now = Self.nowMicros(), retention = request.retention ?? VacuumRequest.defaultRetention
        // What is read now stays readable: a transaction comes back to its versions.
        let cutoff = min(now &- max(0, min(retention, now)), try leases.earliest() ?? .max)
        if !request.isDryRun {
            try storage.write { db in try Self.giveUpVersions(until: cutoff, table?.id, db) }
            try tidyManifests(of: table, until: cutoff)
        }
        let needed = try leases.earliest() ?? .max
        let collected = min(cutoff, needed)
        if !request.isDryRun, table == nil { try claimDropped(until: collected, kept: true) }
        let removed = try removedFiles(until: cutoff, needed, table?.id, isDryRun: request.isDryRun)
        if !request.isDryRun { try delete(removed, dropped: table == nil ? collected : nil) }
        let orphans = try unpublishedFiles(until: cutoff, in: table)
        let taken = request.isDryRun ? orphans : try condemn(orphans)
        let abandoned = try abandonedWrites(until: cutoff, in: table, isDryRun: request.isDryRun)
        return removed.map(\.file) + taken + abandoned + (table == nil ? try vacuumOwnLogs(request) : [])
    }

    package func collectDropped() throws(SQLError) {
        guard try storage.isThere() else { return }
        let isAny = try storage.read(orEmpty: false) { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM table_info WHERE dropped_at IS NOT NULL AND kept = 0)") ?? false
        }
        guard isAny else { return }
        let needed = try leases.earliest() ?? .max
        try claimDropped(until: needed, kept: false)
        try delete(try droppedFiles(needed, areClaimed: true), dropped: needed)
    }

    /// Moves `oldest_version` to the one that was current at `cutoff`. Its definition no longer follows from an earlier version.
    private static func giveUpVersions(until cutoff: Int64, _ table: Int64?, _ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE table_info SET oldest_version = max(oldest_version, coalesce(
                    (SELECT max(v.version) FROM table_version v WHERE v.table_id = table_info.id AND v.committed_at <= :cutoff), 0))
                WHERE dropped_at IS NULL AND (:table IS NULL OR id = :table)
                """, arguments: ["cutoff": cutoff, "table": table])
        try db.execute(
            sql: """
                UPDATE table_version SET definition = (SELECT o.definition FROM table_version o
                    WHERE o.table_id = table_version.table_id AND o.version < table_version.version AND o.definition IS NOT NULL
                    ORDER BY o.version DESC LIMIT 1)
                WHERE definition IS NULL AND (table_id, version) IN (SELECT id, oldest_version FROM table_info)
                """)
    }

    /// A file that is recorded, with the row that records it.
    private struct RemovedFile {
        var id: Int64
        var file: VacuumedFile
    }

    /// Files that only versions before `cutoff` have, unless a statement that began with an earlier one runs: `needed`.
    private func removedFiles(
        until cutoff: Int64, _ needed: Int64, _ table: Int64?, isDryRun: Bool
    ) throws(SQLError) -> [RemovedFile] {
        let removed = try recorded(
            """
            JOIN table_version v ON v.table_id = f.table_id AND v.version = f.removed_version
            WHERE t.dropped_at IS NULL AND (:table IS NULL OR t.id = :table) AND v.committed_at <= :needed
                AND (v.committed_at <= :cutoff OR f.removed_version <= t.oldest_version)
            """, ["cutoff": cutoff, "needed": needed, "table": table]) { row in "removed by version \(row[4] as Int64)" }
        return table == nil ? try removed + droppedFiles(min(cutoff, needed), areClaimed: !isDryRun) : removed
    }

    /// What is of no database is a collector's, unless it went with its database and is kept.
    static let isClaimed = "t.dropped_at IS NOT NULL AND t.database_id IS NULL AND t.kept = 0"

    /// Files of tables that were dropped or replaced; nobody can travel back to them.
    /// - Parameter areClaimed: only of tables that nobody can bring back.
    private func droppedFiles(_ needed: Int64, areClaimed: Bool) throws(SQLError) -> [RemovedFile] {
        let condition = "WHERE t.dropped_at <= :needed" + (areClaimed ? " AND " + Self.isClaimed : "")
        return try recorded(condition, ["needed": needed]) { _ in "dropped table" }
    }

    private func recorded(
        _ condition: String, _ arguments: StatementArguments, _ reason: (Row) -> String
    ) throws(SQLError) -> [RemovedFile] {
        try storage.read(orEmpty: []) { db in
            var tables: [Int64: GlueTable] = [:]
            let columns = "f.id, f.path, f.size, t.id, f.removed_version, t.definition"
            let sql = "SELECT \(columns) FROM data_file f JOIN table_info t ON t.id = f.table_id \(condition)"
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
            var found: [RemovedFile] = []
            while let row = try rows.next() {
                let table = try tables[row[3]] ?? JSONText.read(GlueTable.self, row[5], "a table")
                tables[row[3]] = table
                let path: String = row[1], location = warehouse.resolve(table.storageDescriptor.location ?? "")
                let file = VacuumedFile(
                    table: table.tableName, path: Warehouse.isRelative(path) ? StorePath.join(location, path) : path, bytes: row[2],
                    reason: reason(row))
                found.append(RemovedFile(id: row[0], file: file))
            }
            return found
        }
    }

    /// - Parameter until: what is left of claimed tables that were dropped by then goes, too; nil for none of that.
    private func delete(_ files: [RemovedFile], dropped until: Int64?) throws(SQLError) {
        var next = 0
        while next < files.count {
            let end = min(next + Self.batch, files.count)
            try delete(files[next..<end].map(\.file.path))
            try storage.write { db in
                let statement = try db.makeStatement(sql: "DELETE FROM data_file WHERE id = ?")
                for removed in files[next..<end] { try statement.execute(arguments: [removed.id]) }
            }
            next = end
        }
        guard let until else { return try storage.write { db in try Self.forget([], db) } }
        // What lies beside the data says that a table was dropped as long as there is anything of it.
        let needed = min(try leases.earliest() ?? .max, until)
        let gone = try storage.read(orEmpty: []) { db in try Self.emptyDroppedTables(db, needed) }
        try deleteLogs(of: gone)
        try deleteManifests(of: try storage.read(orEmpty: []) { db in try gone.compactMap { try ManifestRow.fetch($0, db) } })
        try storage.write { db in try Self.forget(gone, db) }
    }

    /// Claimed tables whose files are gone. Not after one that has some: that it was dropped may be said beside a later one's data.
    /// - Parameter needed: what running statements still read was dropped after this moment.
    private static func emptyDroppedTables(_ db: Database, _ needed: Int64) throws -> [Int64] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT t.id, EXISTS (SELECT 1 FROM data_file f WHERE f.table_id = t.id), t.dropped_at, \(isClaimed) FROM table_info t
                WHERE t.dropped_at IS NOT NULL ORDER BY t.id
                """)
        return rows.prefix { row in !(row[1] as Bool) && (row[2] as Int64) <= needed && (row[3] as Bool) }.map { $0[0] }
    }

    /// Deletes the folders of dropped tables whose files are in a log of their own.
    private func deleteLogs(of tables: [Int64]) throws(SQLError) {
        let folders = try storage.read(orEmpty: []) { db in
            try tables.compactMap { id -> String? in
                let text = try String.fetchOne(db, sql: "SELECT definition FROM table_info WHERE id = ?", arguments: [id])
                let table = try text.map { try JSONText.read(GlueTable.self, $0, "a table") }
                return table?.hasOwnLog == true ? table?.storageDescriptor.location.map { warehouse.resolve($0) } : nil
            }
        }
        for folder in folders {
            let (store, path) = try stores.resolve(folder)
            // What another table that lies there has is its own.
            let others = try liveFolders(sharing: folder), cloned = try clonedFiles(of: folder)
            let files = try store.list(path, recursive: true).map(\.path).filter { file in
                !others.contains { StorePath.isWithin(file, $0) } && !cloned.contains(StorePath.plain(file))
            }
            // The log goes last: as long as it is there, it says what the files are.
            try delete(files.filter { !Self.isOfLog($0, in: path) })
            try delete(files.filter { Self.isOfLog($0, in: path) })
        }
    }

    /// The folders of tables that are there or can be brought back, and lie in a folder, or it in theirs.
    func liveFolders(sharing folder: String) throws(SQLError) -> [String] {
        let own = StorePath.plain(folder)
        let texts = try storage.read(orEmpty: []) { db in
            try String.fetchAll(db, sql: "SELECT t.definition FROM table_info t WHERE NOT (\(Self.isClaimed))")
        }
        var found: [String] = []
        for text in texts {
            guard let location = (try? JSONText.read(GlueTable.self, text, "a table"))?.storageDescriptor.location else { continue }
            let other = StorePath.plain(warehouse.resolve(location))
            if StorePath.isWithin(other, own) || StorePath.isWithin(own, other) { found.append(other) }
        }
        return found
    }

    /// Removes rows of versions that can no longer be read, and of these tables.
    private static func forget(_ dropped: [Int64], _ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM table_version WHERE version < (SELECT t.oldest_version FROM table_info t WHERE t.id = table_version.table_id)
                AND NOT EXISTS (SELECT 1 FROM data_file f WHERE f.table_id = table_version.table_id
                    AND f.removed_version = table_version.version)
                """)
        for id in dropped {
            for table in ["partition_info", "table_version", "table_manifest", "loaded_file"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE table_id = ?", arguments: [id])
            }
            try db.execute(sql: "DELETE FROM table_info WHERE id = ? AND dropped_at IS NOT NULL", arguments: [id])
        }
    }

    /// Removes files, and folders of partitions and tables that are empty then, but not the warehouse's own.
    func delete(_ paths: [String]) throws(SQLError) {
        try stores.delete(paths)
        let end = StorePath.localPath(warehouse.location)
        for path in paths where !stores.isRemote(path) {
            var folder = StorePath.parent(StorePath.localPath(path))
            while folder.hasPrefix(end + "/") {
                LocalStore().removeFolderIfEmpty(folder)
                folder = StorePath.parent(folder)
            }
        }
    }
}
