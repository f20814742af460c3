/// Writing beside the data what a commit does, before it is committed.

import GRDB
import LodeCore
import LodeObjectStore

extension EmbeddedCatalog {
    /// Writes the manifest of a commit, if it changed anything, within the transaction that records it: it is there before the
    /// commit is, and nobody else writes one meanwhile.
    /// - Parameter body: the rest of the transaction. If it fails, the manifest goes.
    func describe(_ notes: CommitNotes, _ db: Database, then body: () throws -> Void = {}) throws {
        guard !storage.isInMemory else { return try body() }
        if try !notes.changesWarehouse && !notes.tables.isEmpty && ManifestRow.fetch(ManifestRow.warehouse, db) == nil {
            let first = CommitNotes()
            first.changesWarehouse = true
            try describe(first, db)
        }
        guard let path = try writeManifest(notes, db) else { return try body() }
        do {
            try body()
        } catch {
            withdraw(path)
            throw error
        }
    }

    /// - Returns: where it lies; nil if nothing changed.
    private func writeManifest(_ notes: CommitNotes, _ db: Database) throws -> String? {
        var manifest = try Self.newManifest(db), rows: [ManifestRow] = []
        for (id, noted) in notes.tables.sorted(by: { $0.key < $1.key }) {
            guard let (row, section) = try describe(id, noted, db) else { continue }
            rows.append(row)
            manifest.tables.append(section)
        }
        if notes.changesWarehouse {
            let row = try ManifestRow.fetch(ManifestRow.warehouse, db)
                ?? ManifestRow(table: ManifestRow.warehouse, stem: ManifestPlace.warehouseStem)
            manifest.warehouse = try Self.describeWarehouse(number: row.number + 1, db)
            rows.append(row)
        }
        if rows.isEmpty { return nil }
        return try write(manifest, rows, isShared: Self.isShared(manifest), to: Self.place(manifest), db)
    }

    static func newManifest(_ db: Database) throws -> Manifest {
        Manifest(time: try manifestTime(db), catalog: try CatalogIdentity.fetch(db).own)
    }

    /// Writes one file and takes note of it.
    /// - Parameter rows: of its parts, in their order, that of the warehouse last.
    /// - Returns: where it lies.
    @discardableResult
    func write(_ manifest: Manifest, _ rows: [ManifestRow], isShared: Bool, to path: String, _ db: Database) throws -> String {
        let bytes = Array(JSONText.write(manifest).utf8), place = try put(bytes, manifest, at: path, db)
        do {
            for (index, row) in rows.enumerated() {
                var row = row
                let section = index < manifest.tables.count ? manifest.tables[index] : nil
                row.append(
                    manifest.time, bytes: bytes.count, isFull: section?.isFull ?? true, oldestVersion: section?.oldestVersion ?? 0,
                    isShared: isShared || place != path)
                try row.save(db)
            }
            try db.execute(
                sql: "UPDATE table_manifest SET written_at = ? WHERE table_id = ?", arguments: [manifest.time, ManifestRow.warehouse])
            return place
        } catch {
            withdraw(place)
            throw error
        }
    }

    /// Puts a manifest under `path` or, where that name is taken, another one.
    private func put(_ bytes: [UInt8], _ manifest: Manifest, at path: String, _ db: Database) throws -> String {
        if try putNew(bytes, path) { return path }
        try checkOwn(StorePath.join(warehouse.location, path), try CatalogIdentity.fetch(db))
        let other = ManifestPlace.shared(manifest.time)
        guard try putNew(bytes, other) else { throw SQLError.internalFault("two manifests of one name") }
        return other
    }

    private func putNew(_ bytes: [UInt8], _ path: String) throws(SQLError) -> Bool {
        let (store, place) = try stores.resolve(StorePath.join(warehouse.location, path))
        do throws(SQLError) {
            return try store.putIfAbsent(place, bytes)
        } catch {
            // It may be there all the same.
            Cancellation.$current.withValue(nil) { if (try? store.read(place)) == bytes { try? store.delete(place) } }
            throw error
        }
    }

    /// Takes back a manifest whose commit failed. Where that fails too, the next commit makes it void.
    private func withdraw(_ path: String) {
        Cancellation.$current.withValue(nil) { try? delete([StorePath.join(warehouse.location, path)]) }
    }

    /// - Throws: `55000` if a manifest is another catalog's; else it is one of a commit that did not come to an end.
    func checkOwn(_ location: String, _ identity: CatalogIdentity) throws(SQLError) {
        let found: Manifest
        do throws(SQLError) { found = try Manifest.read(location, stores) } catch {
            // Nobody can read it, or it is gone meanwhile.
            if [.dataCorrupted, .undefinedFile].contains(error.state) { return }
            throw error
        }
        try identity.check(found, location)
    }

    /// A commit that one table survives lies with that table, so that the tables that it replaces leave nothing elsewhere.
    private static func place(_ manifest: Manifest) -> String {
        if isShared(manifest) { return ManifestPlace.shared(manifest.time) }
        if let table = manifest.tables.first(where: { $0.droppedAt == nil }) ?? manifest.tables.first {
            return ManifestPlace.path(table.stem, table.number)
        }
        return ManifestPlace.path(ManifestPlace.warehouseStem, manifest.warehouse?.number ?? 1)
    }

    private static func isShared(_ manifest: Manifest) -> Bool {
        if manifest.tables.isEmpty { return false }
        let isOfOne = manifest.tables.count == 1 || manifest.tables.filter { $0.droppedAt == nil }.count == 1
        return manifest.warehouse != nil || !isOfOne
    }

    /// Now, but after every earlier manifest, and not before what it describes.
    static func manifestTime(_ db: Database) throws -> Int64 {
        let earlier = try ManifestRow.fetch(ManifestRow.warehouse, db)?.writtenAt ?? 0
        return max(nowMicros(), earlier &+ 1, try lastCommitTime(db))
    }

    static func describeWarehouse(number: Int64, _ db: Database) throws -> WarehouseManifest {
        let databases = try String.fetchAll(db, sql: "SELECT definition FROM database_info ORDER BY id")
        return WarehouseManifest(
            number: number, databases: try databases.map { try JSONText.read(GlueDatabase.self, $0, "a database") },
            roles: try NamedDefinitions.roles.all(db).map { role in
                var role = role
                role.verifier = nil
                return role
            }, attached: try NamedDefinitions.attached.all(db))
    }

    /// What a commit did to a table; nil if nothing need be said of it.
    private func describe(_ id: Int64, _ noted: CommitNotes.Table, _ db: Database) throws -> (ManifestRow, TableManifest)? {
        let known = try ManifestRow.fetch(id, db)
        if noted.isDropped {
            guard let known, !noted.isNew else { return nil }
            return (known, try Self.tombstone(known, db))
        }
        if let known, !known.isDue, !noted.isUndropped { return (known, try Self.change(known, noted, db)) }
        let row = try known ?? newManifestRow(id, db)
        return (row, try Self.fullManifest(row, db))
    }

    func newManifestRow(_ id: Int64, _ db: Database) throws -> ManifestRow {
        let text = try String.fetchOne(db, sql: "SELECT definition FROM table_info WHERE id = ?", arguments: [id]) ?? ""
        let table = try JSONText.read(GlueTable.self, text, "a table")
        return ManifestRow(table: id, stem: ManifestPlace.stem(of: table.tableName))
    }

    static func tombstone(_ row: ManifestRow, _ db: Database) throws -> TableManifest {
        var section = TableManifest(stem: row.stem, table: row.table, number: row.number + 1)
        section.droppedAt = try Int64.fetchOne(db, sql: "SELECT dropped_at FROM table_info WHERE id = ?", arguments: [row.table]) ?? 0
        return section
    }

    private static func change(_ row: ManifestRow, _ noted: CommitNotes.Table, _ db: Database) throws -> TableManifest {
        var section = TableManifest(stem: row.stem, table: row.table, number: row.number + 1)
        if noted.definitionChanged { try describeDefinition(&section, db) }
        for version in noted.versions { section.versions += try versions("version = ?", [row.table, version], db) }
        section.removals = noted.removals
        section.files = noted.files
        section.removedPartitions = noted.removedPartitions
        for key in noted.addedPartitions { section.partitions += try partitions("key = ?", [row.table, key], db) }
        return section
    }
}

extension EmbeddedCatalog {
    /// All that a table is, but for versions that were given up.
    static func fullManifest(_ row: ManifestRow, _ db: Database) throws -> TableManifest {
        var section = TableManifest(stem: row.stem, table: row.table, number: row.number + 1)
        section.isFull = true
        try describeDefinition(&section, db)
        let oldest = section.oldestVersion
        section.versions = try versions("version >= ?", [row.table, oldest], db)
        section.partitions = try partitions("definition IS NOT NULL", [row.table], db)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT f.path, f.size, f.row_count, f.modified, p.key, f.statistics, f.added_version, f.removed_version
                FROM data_file f JOIN partition_info p ON p.id = f.partition_id
                WHERE f.table_id = ? AND (f.removed_version IS NULL OR f.removed_version > ?) ORDER BY f.id
                """, arguments: [row.table, oldest])
        while let row = try rows.next() {
            section.files.append(
                ManifestFile(
                    path: row[0], size: row[1], rowCount: row[2], modified: row[3], partition: row[4], statistics: row[5], added: row[6],
                    removed: row[7]))
        }
        return section
    }

    private static func describeDefinition(_ section: inout TableManifest, _ db: Database) throws {
        let row = try Row.fetchOne(
            db, sql: "SELECT definition, definition_version, oldest_version FROM table_info WHERE id = ?", arguments: [section.table])
        guard let row else { throw SQLError.internalFault("a table that changed is not there") }
        section.definition = try JSONText.read(GlueTable.self, row[0], "a table")
        section.definitionVersion = row[1]
        section.oldestVersion = row[2]
    }

    private static func versions(_ condition: String, _ arguments: StatementArguments, _ db: Database) throws -> [ManifestVersion] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT version, committed_at, file_count, row_count, byte_count, statistics, operation, definition
                FROM table_version WHERE table_id = ? AND \(condition) ORDER BY version
                """, arguments: arguments)
        return try rows.map { row in
            let definition: String? = row[7]
            return ManifestVersion(
                version: row[0], committedAt: row[1], fileCount: row[2], rowCount: row[3], byteCount: row[4], statistics: row[5],
                operation: row[6], definition: try definition.map { try JSONText.read(GlueTable.self, $0, "a table") })
        }
    }

    private static func partitions(_ condition: String, _ arguments: StatementArguments, _ db: Database) throws -> [ManifestPartition] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT key, definition FROM partition_info WHERE table_id = ? AND \(condition) ORDER BY id", arguments: arguments)
        return try rows.compactMap { row in
            guard let text: String = row[1] else { return nil }
            return ManifestPartition(key: row[0], definition: try JSONText.read(GluePartition.self, text, "a partition"))
        }
    }
}
