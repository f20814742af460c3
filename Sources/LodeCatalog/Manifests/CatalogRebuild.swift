/// Making the catalog again from what lies in the warehouse folder.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

/// What was found.
package struct RebuildReport: Sendable {
    package var databases = 0
    package var tables = 0
    package var versions = 0
    package var files = 0
    package var roles = 0
    /// What could not be brought back, a line each.
    package var problems: [String] = []
}

/// Reads all manifests of a warehouse and writes the rows of a new catalog.
struct CatalogRebuild {
    private let warehouse: Warehouse
    private let stores: StoreRegistry
    private var report = RebuildReport()

    init(_ warehouse: Warehouse, _ stores: StoreRegistry) {
        self.warehouse = warehouse
        self.stores = stores
    }

    /// - Parameter db: with the tables of a catalog, all empty.
    mutating func run(_ found: [FoundManifest], into db: Database) throws -> RebuildReport {
        let manifests = try readManifests(found), chains = ManifestChains(manifests)
        try CatalogIdentity.renew(
            from: Set(manifests.compactMap(\.catalog)), at: max(EmbeddedCatalog.nowMicros(), chains.lastTime), db)
        report.problems += chains.problems
        try insert(chains.warehouse, chains.lastTime, db)
        // Of two tables of one name, as two warehouses in one folder have them, the one that changed last.
        var taken: [TableName: String?] = [:]
        for (stem, chain) in chains.tables.sorted(by: { (chains.lastTimes[$0.key] ?? 0) > (chains.lastTimes[$1.key] ?? 0) }) {
            guard var table = RebuiltTable(chain), let last = chain.last else {
                report.problems.append("\(stem): the manifest does not say what the table is")
                continue
            }
            let name = table.definition.tableName
            let key = TableName(name.database.lowercased(), name.name.lowercased()), writer = chains.writers[stem]
            if let winner = taken[key] {
                // One catalog has one table of a name: what it made before and never dropped is of a commit that did not come to an end.
                if winner == nil || winner != writer { report.problems.append("\(stem): another table \"\(name)\" changed later") }
                continue
            }
            taken[key] = .some(writer)
            let missing = try settle(&table)
            if let first = missing.first {
                report.problems.append(
                    "table \"\(name)\": \(missing.count) of its files are missing or were changed, such as \(first.path)")
            }
            try insert(table, db, in: try databaseID(name.database, db))
            try save(stem, chain, last, chains, db)
            report.tables += 1
            report.versions += table.versions.count
            report.files += table.files.count
        }
        for (stem, chain) in chains.dropped.sorted(by: { $0.key < $1.key }) { try takeDropped(stem, chain, chains, db) }
        return report
    }

    /// A dropped table whose files are there is kept for UNDROP until VACUUM: whether it was, nobody knows any more. Of one that collectors
    /// have begun to take, they take the rest.
    private func takeDropped(_ stem: String, _ chain: [TableManifest], _ chains: ManifestChains, _ db: Database) throws {
        guard var table = RebuiltTable(chain), let last = chain.last, let time = last.droppedAt,
            try Int64.fetchOne(db, sql: "SELECT id FROM table_info WHERE id = ?", arguments: [table.id]) == nil
        else { return }
        let isWhole = try settle(&table).isEmpty, name = table.definition.databaseName.lowercased()
        let database = try Int64.fetchOne(db, sql: "SELECT id FROM database_info WHERE key = ?", arguments: [name])
        try insert(table, db, in: isWhole ? database : nil, droppedAt: time, isKept: isWhole)
        try save(stem, chain, last, chains, db)
    }

    private func save(
        _ stem: String, _ chain: [TableManifest], _ last: TableManifest, _ chains: ManifestChains, _ db: Database
    ) throws {
        var row = ManifestRow(table: last.table, stem: stem)
        row.number = last.number
        row.writtenAt = chains.lastTimes[stem] ?? 0
        row.fullNumber = chain[0].number
        row.oldestVersion = chain[0].oldestVersion
        row.isShared = chains.shared.contains(stem)
        try row.save(db)
    }

    private mutating func readManifests(_ files: [FoundManifest]) throws(SQLError) -> [Manifest] {
        let ahead = 32
        var manifests: [Manifest] = []
        for (index, file) in files.enumerated() {
            if index % ahead == 0 { stores.willOpen(files[index..<min(files.count, index + ahead)].map(\.path)) }
            do throws(SQLError) {
                manifests.append(try Manifest.read(file.path, stores))
            } catch {
                report.problems.append("\(file.path): \(error.message)")
            }
        }
        return manifests
    }

    private mutating func insert(_ warehouse: WarehouseManifest?, _ time: Int64, _ db: Database) throws {
        var row = ManifestRow(table: ManifestRow.warehouse, stem: ManifestPlace.warehouseStem)
        row.number = warehouse?.number ?? 0
        row.fullNumber = row.number
        row.writtenAt = time
        // A file of several tables may hold it: it is described anew when manifests are tidied.
        row.isShared = true
        try row.save(db)
        for database in warehouse?.databases ?? [] {
            try db.execute(
                sql: "INSERT INTO database_info (key, definition) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [database.name.lowercased(), JSONText.write(database)])
            report.databases += 1
        }
        for role in warehouse?.roles ?? [] {
            try NamedDefinitions.roles.add(role, named: role.name, db)
            report.roles += 1
        }
        for definition in warehouse?.attached ?? [] { try NamedDefinitions.attached.add(definition, named: definition.name, db) }
    }

    private func databaseID(_ name: String, _ db: Database) throws -> Int64 {
        let key = name.lowercased(), sql = "SELECT id FROM database_info WHERE key = ?"
        if let id = try Int64.fetchOne(db, sql: sql, arguments: [key]) { return id }
        try db.execute(
            sql: "INSERT INTO database_info (key, definition) VALUES (?, ?)", arguments: [key, JSONText.write(GlueDatabase(name: name))])
        return db.lastInsertedRowID
    }

    /// Looks which files there are.
    /// - Returns: files of the current version that are gone.
    private func settle(_ table: inout RebuiltTable) throws(SQLError) -> [ManifestFile] {
        guard table.definition.kind == .managed, !table.files.isEmpty else { return [] }
        let location = warehouse.resolve(table.definition.storageDescriptor.location ?? "")
        let (store, folder) = try stores.resolve(location)
        var sizes: [SQLText: Int] = [:]
        try store.list(folder, recursive: true) { info in
            sizes[SQLText(Warehouse.relative(info.path, to: folder))] = info.size
            return true
        }
        return try table.settle { [stores] file throws(SQLError) in
            if let size = sizes[SQLText(file.path)] { return size == file.size }
            return Warehouse.isRelative(file.path) ? false : try stores.info(file.path)?.size == file.size
        }
    }

    private func insert(
        _ table: RebuiltTable, _ db: Database, in database: Int64?, droppedAt: Int64? = nil, isKept: Bool = false
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO table_info
                    (id, database_id, key, definition, definition_version, version, oldest_version, dropped_at, kept)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                table.id, database, table.definition.name.lowercased(),
                JSONText.write(table.definition), table.definitionVersion, table.version, table.oldestVersion, droppedAt,
                isKept ? 1 : 0,
            ])
        for version in table.versions { try insert(version, table.id, db) }
        for partition in table.partitions {
            try db.execute(
                sql: "INSERT INTO partition_info (table_id, key, definition) VALUES (?, ?, ?)",
                arguments: [table.id, partition.key, JSONText.write(partition.definition)])
        }
        try insert(table.files, table.id, db)
    }

    private func insert(_ version: ManifestVersion, _ table: Int64, _ db: Database) throws {
        try EmbeddedCatalog.insertVersion(
            [
                table, version.version, version.committedAt, version.fileCount, version.rowCount, version.byteCount, version.statistics,
                version.operation, version.definition.map { JSONText.write($0) },
            ], db)
    }

    private func insert(_ files: [ManifestFile], _ table: Int64, _ db: Database) throws {
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO data_file
                    (table_id, partition_id, path, size, row_count, modified, statistics, added_version, removed_version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        var partitions: [SQLText: Int64] = [:]
        for file in files {
            let partition = try partitions[SQLText(file.partition)] ?? EmbeddedCatalog.partitionID(table, key: file.partition, db)
            partitions[SQLText(file.partition)] = partition
            try insert.execute(arguments: [
                table, partition, file.path, file.size, file.rowCount, file.modified, file.statistics, file.added, file.removed,
            ])
        }
    }
}
