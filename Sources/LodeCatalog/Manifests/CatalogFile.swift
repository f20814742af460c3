/// The catalog's file as a whole: copied while it is used, put in its place, made again.

import Foundation
import GRDB
import LodeCore
import LodeObjectStore

extension EmbeddedCatalog {
    /// Writes the catalog as it is now to `location`, replacing what is there. Others read and commit meanwhile.
    /// - Returns: the bytes written.
    /// - Throws: `55000` if there is no catalog.
    package func backup(to location: String) throws(SQLError) -> Int {
        guard try storage.isThere() else { throw Self.noCatalog(warehouse.catalogPath) }
        return try withTemporaryFile { path throws(SQLError) in
            try storage.copy(to: path)
            return try copyFile(path, to: location)
        }
    }

    /// Puts the backup at `location` in the place of the catalog, whole or not at all.
    ///
    /// - Parameter overwrites: whether one that is there is replaced; processes that use it see the change as a commit.
    /// - Returns: files that tables of the backup have and that are gone, a line for each table.
    /// - Throws: `55006` if there is one and it is not to be overwritten, `XX001` if the file is no catalog.
    package func restore(from location: String, overwrites: Bool) throws(SQLError) -> [String] {
        try checkFree(overwrites)
        return try withTemporaryFile { path throws(SQLError) in
            try copyFile(location, to: path)
            do throws(SQLError) {
                try CatalogStorage.check(path)
            } catch {
                throw error.within(location)
            }
            try CatalogStorage.renewIdentity(path)
            try install(path)
            return try missingFiles()
        }
    }

    /// Makes the catalog from the manifests in the warehouse.
    /// - Parameter overwrites: as of `restore`.
    /// - Throws: `55006` if there is one and it is not to be overwritten, `55000` if the warehouse has no manifests.
    package func rebuild(overwrites: Bool) throws(SQLError) -> RebuildReport {
        try checkFree(overwrites)
        let found = try FoundManifest.list(warehouse, stores)
        return try withTemporaryFile { path throws(SQLError) in
            var rebuild = CatalogRebuild(warehouse, stores)
            let report = try CatalogStorage.make(path) { db in try rebuild.run(found, into: db) }
            if report.tables == 0, report.problems.isEmpty, report.databases == 0 {
                throw SQLError(
                    .objectNotInPrerequisiteState, "there is nothing to rebuild the catalog from", in: warehouse.location,
                    detail: "No table of the folder has a manifest (\(ManifestPlace.folderName)/*.json).",
                    hint: "Name the warehouse with --warehouse, or restore the catalog from a backup.")
            }
            try install(path)
            return report
        }
    }

    private static func noCatalog(_ path: String) -> SQLError {
        SQLError(.objectNotInPrerequisiteState, "there is no catalog", in: path, hint: "Name its warehouse with --warehouse.")
    }

    private func checkFree(_ overwrites: Bool) throws(SQLError) {
        if overwrites { return }
        guard try LocalStore().exists(warehouse.catalogPath) else { return }
        throw SQLError(
            .objectInUse, "there is a catalog already", in: warehouse.catalogPath,
            detail: "What it holds and the other one does not would be lost.", hint: "Back it up, and add --force to replace it.")
    }

    /// Puts a catalog that is a file of its own in its place: over one that is there in one transaction of SQLite.
    private func install(_ path: String) throws(SQLError) {
        let store = LocalStore()
        if try store.exists(warehouse.catalogPath) { return try CatalogStorage.overwrite(warehouse.catalogPath, with: path) }
        // What a deleted catalog has left beside it belongs to no other one.
        for ending in ["-wal", "-shm"] { try store.delete(warehouse.catalogPath + ending) }
        try copyFile(path, to: warehouse.catalogPath)
    }

    @discardableResult
    private func copyFile(_ from: String, to: String) throws(SQLError) -> Int {
        let reader = try stores.open(from), writer = try stores.createWriter(to)
        var offset = 0
        let step = 1 << 20
        while offset < reader.size {
            let count = min(step, reader.size - offset)
            try writer.write(try reader.read(offset: offset, count: count))
            offset += count
        }
        try writer.finish()
        return offset
    }

    /// A path beside the catalog for a file that goes in the end.
    private func withTemporaryFile<T>(_ body: (String) throws(SQLError) -> T) throws(SQLError) -> T {
        try LocalStore().createFolder(StorePath.parent(warehouse.catalogPath))
        let path = "\(warehouse.catalogPath).\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
        defer { for ending in ["", "-wal", "-shm", "-journal"] { try? LocalStore().delete(path + ending) } }
        return try body(path)
    }

    /// Files of current versions that are not there, a line for each table.
    private func missingFiles() throws(SQLError) -> [String] {
        var lines: [String] = []
        for database in try databases() {
            for table in try tables(in: database.name) where table.kind == .managed {
                var missing = 0
                for file in try snapshot(of: table.tableName).plan(nil).files where try stores.info(file.path)?.size != file.size {
                    missing += 1
                }
                if missing > 0 { lines.append("table \"\(table.tableName)\": \(missing) of its files are gone") }
            }
        }
        return lines
    }
}

extension CatalogStorage {
    /// Writes a consistent copy into a new file.
    func copy(to path: String) throws(SQLError) {
        try converting {
            guard let database = try database(create: false) else { throw SQLError.internalFault("a catalog that is not there") }
            let copy = try DatabaseQueue(path: path)
            try database.backup(to: copy)
            // The file is all there is of it.
            try copy.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
    }

    /// - Throws: `XX001` if the file is no catalog, or a damaged one; `55000` if it is one of a newer Lode.
    static func check(_ path: String) throws(SQLError) {
        let storage = CatalogStorage(path: path)
        try storage.converting {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in
                let state = try String.fetchOne(db, sql: "PRAGMA quick_check") ?? ""
                let isCatalog = try Bool.fetchOne(
                    db, sql: "SELECT count(*) = 2 FROM sqlite_master WHERE name IN ('table_info', 'database_info')") ?? false
                guard state == "ok", isCatalog else { throw SQLError(.dataCorrupted, "the file is no backup of a catalog", detail: state) }
                try CatalogSchema.schema.update(db)
                _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
            }
            try queue.close()
        }
    }

    /// Makes a copy another catalog than the one that it was copied from.
    static func renewIdentity(_ path: String) throws(SQLError) {
        let storage = CatalogStorage(path: path)
        try storage.converting {
            let queue = try DatabaseQueue(path: path)
            try queue.write { db in try CatalogIdentity.renew(at: EmbeddedCatalog.nowMicros(), db) }
            try queue.close()
        }
    }

    /// Makes a catalog in a new file.
    static func make<T>(_ path: String, _ fill: (Database) throws -> T) throws(SQLError) -> T {
        let storage = CatalogStorage(path: path)
        return try storage.converting {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in try CatalogSchema.schema.update(db) }
            let result = try queue.write(fill)
            try queue.close()
            return result
        }
    }

    /// Replaces what one file holds by what another one does.
    static func overwrite(_ path: String, with other: String) throws(SQLError) {
        let storage = CatalogStorage(path: path)
        try storage.converting {
            var configuration = Configuration()
            configuration.busyMode = .timeout(patienceSeconds)
            let source = try DatabaseQueue(path: other), target = try DatabaseQueue(path: path, configuration: configuration)
            try source.backup(to: target)
            try target.close()
            try source.close()
        }
    }
}
