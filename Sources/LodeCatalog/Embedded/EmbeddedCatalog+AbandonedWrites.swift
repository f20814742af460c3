/// What killed writers have left in stores where it has no name.

import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Uploads that were begun by `cutoff` and never ended, of a table or in all of the warehouse. They are dropped, unless in a dry run.
    ///
    /// Whoever still writes has taken a lease before.
    func abandonedWrites(until cutoff: Int64, in table: TableRow?, isDryRun: Bool) throws(SQLError) -> [VacuumedFile] {
        let place = try table?.table(warehouse).storageDescriptor.location ?? warehouse.location
        let (store, folder) = try stores.resolve(place)
        let needed = try leases.earliest().map { $0 &- Self.clockSlack(of: store) } ?? .max
        let writes = try store.abandonedWrites(in: folder, before: min(cutoff &+ 1, needed))
        if !isDryRun { try store.drop(writes) }
        return writes.map { VacuumedFile(table: tableName(of: $0.path), path: $0.path, bytes: 0, reason: "upload that was not ended") }
    }
}
