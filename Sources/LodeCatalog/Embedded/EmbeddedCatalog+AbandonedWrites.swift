/// What killed writers have left in stores where it has no name.

import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Drops the parts of uploads that were begun before `cutoff` and never ended.
    func removeAbandonedWrites(before cutoff: Int64, in table: TableRow?) throws(SQLError) {
        for (_, folder) in try tableFolders(table) {
            let (store, path) = try stores.resolve(folder)
            _ = try store.removeAbandonedWrites(in: path, before: cutoff)
        }
    }
}
