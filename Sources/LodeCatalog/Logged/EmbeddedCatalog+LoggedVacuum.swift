/// VACUUM of a table that keeps a log of its own.

import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Files that no version within the retention has, and files of writers that never published them. What running statements of this
    /// warehouse read or write stays.
    func vacuumLogged(_ table: GlueTable, _ format: any WritableTableFormat, _ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        let now = Self.nowMicros(), earliest = try leases.earliest() ?? .max
        let cutoff = min(now &- max(0, min(request.retention, now)), earliest)
        let snapshot = try snapshot(of: table.tableName, at: nil)
        _ = try format.declaration(of: snapshot)
        guard let root = snapshot.location else { throw .internalFault("a table without a folder") }
        // One file has several names: `s3a://b/f` in the log is `s3://b/f` in the listing.
        let used = Set(try format.filesInUse(by: snapshot, since: cutoff, io: io).map(StorePath.plain))
        let (store, folder) = try stores.resolve(root)
        var found: [VacuumedFile] = []
        try store.list(folder, recursive: true) { info throws(SQLError) in
            guard info.path.hasPrefix(root + "/"), info.modifiedMicros < cutoff - Self.clockSlack(of: store) else { return true }
            let isData = format.isData(String(info.path.dropFirst(root.utf8.count + 1)))
            if isData, !used.contains(StorePath.plain(info.path)) {
                found.append(VacuumedFile(table: table.tableName, path: info.path, bytes: info.size, reason: "in no version that is kept"))
            }
            return true
        }
        if !request.isDryRun { try delete(found.map(\.path)) }
        return found
    }
}
