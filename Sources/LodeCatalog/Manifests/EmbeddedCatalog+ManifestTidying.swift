/// Taking away manifests that nobody needs.

import GRDB
import LodeCore
import LodeObjectStore

extension EmbeddedCatalog {
    /// Describes every table wholly, and deletes what is then of no use: earlier manifests, and those of commits that did not come to an
    /// end. Before data files are collected: no manifest may name one that is gone.
    ///
    /// - Parameters:
    ///   - table: nil for all of the warehouse.
    ///   - cutoff: manifests of tables that the catalog does not know are deleted if they are older.
    func tidyManifests(of table: TableRow?, until cutoff: Int64) throws(SQLError) {
        let ids = try storage.read(orEmpty: []) { db in
            try Int64.fetchAll(
                db, sql: "SELECT id FROM table_info WHERE :id IS NULL OR id = :id ORDER BY id", arguments: ["id": table?.id])
        }
        for id in ids { try storage.write { db in try describeWholly(id, db) } }
        if table == nil { try storage.write { db in try describeWarehouse(db) } }
        let found = try listManifests(of: table)
        let rows = try storage.read(orEmpty: [:]) { db in try ManifestRow.fetchAll(db) }
        var doubtful: [FoundManifest] = [], useless: [FoundManifest] = []
        for file in found {
            switch try state(of: file, rows, isWhole: table == nil, cutoff) {
            case .needed: break
            case .useless: useless.append(file)
            case .unfinished: doubtful.append(file)
            }
        }
        let identity = try storage.write { db in try CatalogIdentity.fetch(db) }
        for file in useless where rows[file.stem ?? ""] == nil { try checkOwn(file.path, identity) }
        try delete(useless.map(\.path))
        if doubtful.isEmpty { return }
        // Nobody is about to finish one while the catalog is locked.
        try storage.write { db in
            let rows = try ManifestRow.fetchAll(db)
            let void = try doubtful.filter { try state(of: $0, rows, isWhole: table == nil, cutoff) == .unfinished }
            for file in void { try checkOwn(file.path, identity) }
            try delete(void.map(\.path))
        }
    }

    /// Deletes what lies beside the data of tables that are forgotten. Of one that a commit of several tables made, it stays said that it
    /// was dropped.
    func deleteManifests(of rows: [ManifestRow]) throws(SQLError) {
        for row in rows {
            let folder = StorePath.join(warehouse.location, StorePath.parent(row.stem)), name = StorePath.name(row.stem)
            var files: [(number: Int64, path: String)] = []
            for file in try manifests(in: folder) {
                guard case .own(let stem, let number) = file.kind, StorePath.name(stem) == name else { continue }
                files.append((number, file.path))
            }
            files.sort { $0.number < $1.number }
            if row.isShared, files.last?.number ?? 0 < row.number {
                // Said so by another table's manifest, which goes when that one does.
                try storage.write { db in
                    var manifest = try Self.newManifest(db)
                    var section = TableManifest(stem: row.stem, table: row.table, number: row.number + 1)
                    section.droppedAt = manifest.time
                    manifest.tables = [section]
                    try write(manifest, [], isShared: false, to: ManifestPlace.path(row.stem, section.number), db)
                }
            } else if row.isShared {
                files.removeLast()
            }
            try delete(files.map(\.path))
        }
    }

    private func describeWholly(_ id: Int64, _ db: Database) throws {
        let columns = "dropped_at, oldest_version, kept"
        guard let table = try Row.fetchOne(db, sql: "SELECT \(columns) FROM table_info WHERE id = ?", arguments: [id]) else { return }
        let droppedAt: Int64? = table[0], isDropped = droppedAt != nil, oldest: Int64 = table[1]
        let known = try ManifestRow.fetch(id, db)
        if isDropped, known == nil { return }
        var row = try known ?? newManifestRow(id, db)
        if row.number > 0, row.fullNumber == row.number, row.oldestVersion == oldest || isDropped, !row.isShared { return }
        var manifest = try Self.newManifest(db)
        // What can be brought back must still be told when the catalog is lost.
        var section = try isDropped && !(table[2] as Bool) ? Self.tombstone(row, db) : Self.fullManifest(row, db)
        section.droppedAt = droppedAt
        section.isFull = true
        manifest.tables = [section]
        row.isShared = false
        try write(manifest, [row], isShared: false, to: ManifestPlace.path(row.stem, row.number + 1), db)
    }

    private func describeWarehouse(_ db: Database) throws {
        guard var row = try ManifestRow.fetch(ManifestRow.warehouse, db), row.isShared else { return }
        var manifest = try Self.newManifest(db)
        manifest.warehouse = try Self.describeWarehouse(number: row.number + 1, db)
        row.isShared = false
        try write(manifest, [row], isShared: false, to: ManifestPlace.path(row.stem, row.number + 1), db)
    }

    private enum ManifestState {
        case needed, useless
        /// Of a commit that did not come to an end, or is about to.
        case unfinished
    }

    private func state(
        of file: FoundManifest, _ rows: [String: ManifestRow], isWhole: Bool, _ cutoff: Int64
    ) throws(SQLError) -> ManifestState {
        switch file.kind {
        case .own(let stem, let number):
            guard let row = rows[stem] else { return isWhole && file.modified <= cutoff ? .useless : .needed }
            if number > row.number { return .unfinished }
            // One may say that other tables were dropped: those are looked after only as a whole.
            return isWhole && number < row.fullNumber ? .useless : .needed
        case .shared:
            guard let manifest = try? Manifest.read(file.path, stores) else { return .needed }
            var parts = manifest.tables.map { ($0.stem, $0.number) }
            if let warehouse = manifest.warehouse { parts.append((ManifestPlace.warehouseStem, warehouse.number)) }
            var isNeeded = false
            for (stem, number) in parts {
                guard let row = rows[stem] else {
                    isNeeded = isNeeded || file.modified > cutoff
                    continue
                }
                if number > row.number || (number == row.number && row.writtenAt != manifest.time) { return .unfinished }
                isNeeded = isNeeded || number >= row.fullNumber
            }
            return isNeeded || !isWhole ? .needed : .useless
        }
    }

    /// In the order in which they were written.
    private func listManifests(of table: TableRow?) throws(SQLError) -> [FoundManifest] {
        guard let table else { return try FoundManifest.list(warehouse, stores).sorted() }
        var found = try manifests(in: StorePath.join(warehouse.location, ManifestPlace.folderName))
        let row = try storage.read(orEmpty: nil) { db in try ManifestRow.fetch(table.id, db) }
        if let row { found += try manifests(in: StorePath.join(warehouse.location, StorePath.parent(row.stem))) }
        return found.sorted()
    }

    private func manifests(in folder: String) throws(SQLError) -> [FoundManifest] {
        try FoundManifest.list(folder, warehouse, stores)
    }
}
