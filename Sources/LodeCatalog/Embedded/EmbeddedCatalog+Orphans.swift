/// Deleting files that no reader can want any more.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Files to delete while holding the catalog's write lock at once.
    private static let batch = 500

    /// Three kinds go: files that a version older than `micros` removed, files of tables dropped before, and files that bear
    /// Lode's names but were never published. Other files in the warehouse folder are left alone.
    package func collectOrphans(olderThan micros: Int64) throws(SQLError) -> OrphanCollection {
        var collected = OrphanCollection()
        while try collectRemoved(micros, &collected) {}
        try forgetDropped(micros)
        for file in try unpublishedCandidates(micros) { try collect(unpublished: file, &collected) }
        return collected
    }

    /// One batch of files that are recorded as removed; false when there are no more.
    private func collectRemoved(_ micros: Int64, _ collected: inout OrphanCollection) throws(SQLError) -> Bool {
        let removed: [(id: Int64, path: String, size: Int)] = try storage.read(orEmpty: []) { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT f.id, f.path, f.size, t.definition FROM data_file f JOIN table_info t ON t.id = f.table_id
                    LEFT JOIN table_version v ON v.table_id = f.table_id AND v.version = f.removed_version
                    WHERE t.dropped_at <= :cutoff OR v.committed_at <= :cutoff LIMIT \(Self.batch)
                    """, arguments: ["cutoff": micros])
            return try rows.map { row in
                let table = try JSONText.read(GlueTable.self, row[3], "a dropped table")
                let location = warehouse.resolve(table.storageDescriptor.location ?? "")
                let path: String = row[1]
                return (row[0], Warehouse.isRelative(path) ? StorePath.join(location, path) : path, row[2])
            }
        }
        if removed.isEmpty { return false }
        // Files first: a kill in between leaves rows behind, by which the next collection finds out.
        for file in removed { try delete(file.path, file.size, &collected) }
        try storage.write { db in
            for file in removed { try db.execute(sql: "DELETE FROM data_file WHERE id = ?", arguments: [file.id]) }
        }
        return true
    }

    /// Removes the rows of dropped tables and of versions that can no longer be read.
    private func forgetDropped(_ micros: Int64) throws(SQLError) {
        guard try storage.read(orEmpty: false, { _ in true }) else { return }
        try storage.write { db in
            let dropped = try Int64.fetchAll(
                db, sql: "SELECT id FROM table_info WHERE dropped_at <= ?", arguments: [micros])
            for id in dropped {
                for table in ["data_file", "partition_info", "table_version"] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE table_id = ?", arguments: [id])
                }
                try db.execute(sql: "DELETE FROM table_info WHERE id = ?", arguments: [id])
            }
            try db.execute(
                sql: """
                    DELETE FROM table_version WHERE committed_at <= ? AND version <
                        (SELECT t.version FROM table_info t WHERE t.id = table_version.table_id)
                    AND NOT EXISTS (SELECT 1 FROM data_file f WHERE f.table_id = table_version.table_id
                        AND f.removed_version = table_version.version)
                    """, arguments: [micros])
        }
    }

    /// Old files with names that Lode gives (unfinished writes, data files), in `<database>/<table>/…`, that no table has.
    private func unpublishedCandidates(_ micros: Int64) throws(SQLError) -> [ObjectInfo] {
        let (store, folder) = try stores.resolve(warehouse.location)
        let published = try publishedNames()
        var found: [ObjectInfo] = []
        for database in try store.list(folder, recursive: false) where database.isFolder {
            for table in try store.list(database.path, recursive: false) where table.isFolder {
                try store.list(table.path, recursive: true) { info throws(SQLError) in
                    let isOurs = info.name.hasPrefix(LocalStore.temporaryPrefix) || ManagedFileName.matches(info.name)
                    if isOurs, info.modifiedMicros <= micros, !published.contains(String(info.name)) { found.append(info) }
                    return true
                }
            }
        }
        return found
    }

    /// The names, which are unique over all tables, of the files that some version of some table has.
    private func publishedNames() throws(SQLError) -> Set<String> {
        try storage.read(orEmpty: []) { db in
            var names: Set<String> = []
            let paths = try String.fetchCursor(db, sql: "SELECT path FROM data_file")
            while let path = try paths.next() { names.insert(StorePath.name(path)) }
            return names
        }
    }

    /// Deletes the file unless it was published meanwhile; under the write lock, so that nobody publishes it now.
    private func collect(unpublished file: ObjectInfo, _ collected: inout OrphanCollection) throws(SQLError) {
        var total = collected
        defer { collected = total }
        let name = String(file.name)
        try storage.write { db in
            let isPublished = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM data_file WHERE path = :name OR path LIKE '%/' || :name)",
                arguments: ["name": name])
            if isPublished != true { try delete(file.path, file.size, &total) }
        }
    }

    private func delete(_ path: String, _ size: Int, _ collected: inout OrphanCollection) throws(SQLError) {
        let (store, local) = try stores.resolve(path)
        guard try store.exists(local) else { return }
        try store.delete(local)
        collected.files += 1
        collected.bytes += size
        guard let files = store as? LocalStore else { return }
        // Folders of partitions and tables that are now empty, but not the warehouse's own.
        var folder = StorePath.parent(local)
        let end = StorePath.localPath(warehouse.location)
        while folder.hasPrefix(end + "/") {
            files.removeFolderIfEmpty(folder)
            folder = StorePath.parent(folder)
        }
    }
}
