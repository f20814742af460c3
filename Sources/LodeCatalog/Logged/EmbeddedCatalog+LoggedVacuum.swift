/// VACUUM of a table that keeps a log of its own.

import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Gives up versions that are older than the retention; files go that no version has which is kept, and those of writers that never
    /// published them. What running statements of this warehouse read or write stays.
    func vacuumLogged(_ table: GlueTable, _ format: any WritableTableFormat, _ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        let snapshot = try snapshot(of: table.tableName, at: nil)
        _ = try format.declaration(of: snapshot)
        guard let root = snapshot.location else { throw .internalFault("a table without a folder") }
        let retention = try retention(request, of: table, format, snapshot)
        let now = Self.nowMicros(), earliest = try leases.earliest() ?? .max
        let cutoff = min(now &- max(0, min(retention, now)), earliest)
        // What was published last says which versions there are; what else would go by now is only asked before that.
        let keepsListed = request.part == .orphans || (format.listsVersions && !request.isDryRun), kept = keepsListed ? 0 : cutoff
        let former = request.part == .versions ? try files(of: snapshot, format, since: 0) : nil
        if !request.isDryRun, request.part != .orphans { try format.expire(snapshot, before: cutoff, io: settlingIO(format)) }
        let used = try files(of: request.isDryRun ? snapshot : try self.snapshot(of: table.tableName, at: nil), format, since: kept)
            .union(try clonedFiles(of: root))
        let (store, folder) = try stores.resolve(root)
        let plainRoot = StorePath.plain(root)
        // What another table that lies in the folder has is its own, whether or not the catalog knows it.
        var inner = Set(try liveFolders(sharing: root).filter { $0 != plainRoot && StorePath.isWithin($0, plainRoot) })
        var found: [VacuumedFile] = []
        try store.list(folder, recursive: true) { info throws(SQLError) in
            if let table = Self.tableFolder(of: StorePath.plain(info.path)), table != plainRoot { inner.insert(table) }
            guard info.path.hasPrefix(root + "/"), info.modifiedMicros < cutoff - Self.clockSlack(of: store) else { return true }
            let path = StorePath.plain(info.path)
            guard format.isData(String(info.path.dropFirst(root.utf8.count + 1))), !used.contains(path), former?.contains(path) ?? true
            else { return true }
            found.append(VacuumedFile(table: table.tableName, path: info.path, bytes: info.size, reason: "in no version that is kept"))
            return true
        }
        found.removeAll { file in inner.contains { StorePath.isWithin(file.path, $0) } }
        if !request.isDryRun { try delete(found.map(\.path)) }
        return found
    }

    /// The same for all tables whose folders are the warehouse's. What they say themselves is kept, unless less is allowed. One that cannot
    /// be tidied, now or ever, must not keep the others from it, nor what went already from being told.
    func vacuumOwnLogs(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        var found: [VacuumedFile] = []
        for database in try databases() where try attachedCatalog(of: database.name) == nil {
            for table in try tables(in: database.name) where table.hasOwnLog {
                guard let format = table.writableFormat else { continue }
                do throws(SQLError) {
                    found += try vacuumLogged(table, format, request)
                } catch {
                    try Cancellation.checkCurrent()
                    request.passesOver(table.tableName, error)
                }
            }
        }
        return found
    }

    /// One file has several names: `s3a://b/f` in the log is `s3://b/f` in the listing.
    private func files(
        of snapshot: any TableSnapshot, _ format: any WritableTableFormat, since micros: Int64
    ) throws(SQLError) -> Set<String> {
        Set(try format.filesInUse(by: snapshot, since: micros, io: io).map(StorePath.plain))
    }

    /// The folder of the table whose log a file is of; nil for other files.
    private static func tableFolder(of path: String) -> String? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if let log = parts.lastIndex(of: "_delta_log") { return parts[..<log].joined(separator: "/") }
        guard parts.popLast()?.hasSuffix(".metadata.json") == true, parts.popLast() == "metadata" else { return nil }
        return parts.joined(separator: "/")
    }

    /// - Throws: `2BP01` if one of the tables to drop has files that a clone has which stays.
    func requireNoClones(dropping changes: [TableChange]) throws(SQLError) {
        var dropped: [GlueTable] = [], names: Set<TableName> = []
        for change in changes {
            switch change {
            case .drop(let name, _, _, _): if let table = try table(name) { dropped.append(table) }
            case .dropDatabase(let name, _, cascade: true):
                if try database(name) != nil { dropped += try tables(in: name) }
            default: continue
            }
        }
        for table in dropped { names.insert(table.tableName) }
        for table in dropped where table.hasOwnLog {
            guard let location = table.storageDescriptor.location else { continue }
            let root = StorePath.plain(location)
            for clone in try clones("t.dropped_at IS NULL") where !names.contains(clone.tableName) {
                // One that cannot be read must not keep others from being dropped: when the files are collected it is asked again.
                guard let own = try? self.files(of: clone), own.contains(where: { StorePath.isWithin($0, root) }) else { continue }
                throw SQLError(
                    .dependentObjectsStillExist, "cannot drop table \"\(table.name)\" because a clone has files of it",
                    detail: "The clone is \"\(clone.tableName)\".", hint: "Drop the clone first.")
            }
        }
    }

    /// - Parameter condition: on rows of `table_info`.
    private func clones(_ condition: String) throws(SQLError) -> [GlueTable] {
        let rows = try storage.read(orEmpty: []) { db in
            try TableRow.fetchAll(
                db, sql: "SELECT t.id, t.definition, t.definition_version, t.version FROM table_info t WHERE \(condition) ORDER BY t.id")
        }
        var found: [GlueTable] = []
        for row in rows {
            let table = try row.table(warehouse)
            if table.parameters[TableParameter.clonedFrom] != nil { found.append(table) }
        }
        return found
    }

    /// Those of all versions of a clone.
    private func files(of clone: GlueTable) throws(SQLError) -> Set<String> {
        guard let format = clone.writableFormat, let location = clone.storageDescriptor.location, try format.isThere(in: location, io: io)
        else { return [] }
        // It may have no name any more.
        let definition = TableDefinition(location: location, schema: Schema([]), fileFormat: "parquet")
        return try files(of: try format.snapshot(of: definition, at: nil, io: io), format, since: 0)
    }

    /// Files in a folder that clones have, which the catalog knows of: those of its table, or clones of clones. A clone that was dropped
    /// and can be brought back has them, too.
    func clonedFiles(of root: String) throws(SQLError) -> Set<String> {
        var used: Set<String> = []
        for clone in try clones("NOT (\(Self.isClaimed))") {
            let own = clone.storageDescriptor.location.map(StorePath.plain)
            if own == StorePath.plain(root) { continue }
            used.formUnion(try files(of: clone).filter { StorePath.isWithin($0, root) })
        }
        return used
    }

    /// What the table says, where all tables are asked to keep less.
    /// - Throws: `22023` for one that is shorter than the table says, as Delta's own VACUUM does: statements of other engines, which may
    ///   read or write now, are not known here.
    private func retention(
        _ request: VacuumRequest, of table: GlueTable, _ format: any WritableTableFormat, _ snapshot: any TableSnapshot
    ) throws(SQLError) -> Int64 {
        let least = format.retention(of: snapshot) ?? VacuumRequest.defaultRetention
        guard let wanted = request.retention else { return least }
        if wanted >= least || request.mayBeShort || (request.isDryRun && request.table != nil) { return wanted }
        if request.table == nil { return least }
        throw SQLError(
            .invalidParameterValue, "table \"\(table.name)\" keeps its files for \(least / 3_600_000_000) hours",
            detail: "Other engines may be reading versions, or writing files, that are younger.",
            hint: "SET vacuum_retention_check = off, if there are none.")
    }
}
