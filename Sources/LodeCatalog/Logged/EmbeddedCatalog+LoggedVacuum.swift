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
        var found: [VacuumedFile] = []
        try store.list(folder, recursive: true) { info throws(SQLError) in
            guard info.path.hasPrefix(root + "/"), info.modifiedMicros < cutoff - Self.clockSlack(of: store) else { return true }
            let path = StorePath.plain(info.path)
            guard format.isData(String(info.path.dropFirst(root.utf8.count + 1))), !used.contains(path), former?.contains(path) ?? true
            else { return true }
            found.append(VacuumedFile(table: table.tableName, path: info.path, bytes: info.size, reason: "in no version that is kept"))
            return true
        }
        if !request.isDryRun { try delete(found.map(\.path)) }
        return found
    }

    /// One file has several names: `s3a://b/f` in the log is `s3://b/f` in the listing.
    private func files(
        of snapshot: any TableSnapshot, _ format: any WritableTableFormat, since micros: Int64
    ) throws(SQLError) -> Set<String> {
        Set(try format.filesInUse(by: snapshot, since: micros, io: io).map(StorePath.plain))
    }

    /// Files that clones of a table have, which the catalog knows of.
    private func clonedFiles(of root: String) throws(SQLError) -> Set<String> {
        var used: Set<String> = []
        for database in try databases() {
            for table in try tables(in: database.name) where table.parameters[TableParameter.clonedFrom] == StorePath.plain(root) {
                guard let format = table.writableFormat else { continue }
                used.formUnion(try files(of: try snapshot(of: table.tableName, at: nil), format, since: 0))
            }
        }
        return used
    }

    /// - Throws: `22023` for one that is shorter than the table says, as Delta's own VACUUM does: statements of other engines, which may
    ///   read or write now, are not known here.
    private func retention(
        _ request: VacuumRequest, of table: GlueTable, _ format: any WritableTableFormat, _ snapshot: any TableSnapshot
    ) throws(SQLError) -> Int64 {
        let least = format.retention(of: snapshot) ?? VacuumRequest.defaultRetention
        guard let wanted = request.retention else { return least }
        if wanted >= least || request.mayBeShort || request.isDryRun { return wanted }
        throw SQLError(
            .invalidParameterValue, "table \"\(table.name)\" keeps its files for \(least / 3_600_000_000) hours",
            detail: "Other engines may be reading versions, or writing files, that are younger.",
            hint: "SET vacuum_retention_check = off, if there are none.")
    }
}
