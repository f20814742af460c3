/// The embedded catalog as a whole: backup, restore, rebuild.

import LodeCatalog
import LodeCore
import LodeObjectStore

extension Engine {
    /// Writes the catalog to `location` while others use it.
    /// - Returns: the bytes written.
    package func backupCatalog(to location: String) throws(SQLError) -> Int { try embeddedCatalog().backup(to: location) }

    /// Puts a backup in the place of the catalog.
    /// - Returns: what its tables lack, a line for each.
    package func restoreCatalog(from location: String, overwrites: Bool) throws(SQLError) -> [String] {
        try embeddedCatalog().restore(from: location, overwrites: overwrites)
    }

    /// Makes the catalog from what lies in the warehouse.
    package func rebuildCatalog(overwrites: Bool) throws(SQLError) -> RebuildReport {
        try embeddedCatalog().rebuild(overwrites: overwrites)
    }

    /// The catalog's file; nil of a catalog that is a service.
    package var catalogFile: String? { (catalog as? EmbeddedCatalog)?.file }

    /// Where the catalog of a warehouse that is not on this machine lies, in words; nil for one that has it within.
    package var catalogPlace: String? {
        guard (StorePath.scheme(of: warehouse) ?? "file") != "file", let catalogFile else { return nil }
        return "The catalog of \(warehouse) is \(catalogFile)"
    }

    private func embeddedCatalog() throws(SQLError) -> EmbeddedCatalog {
        guard let catalog = catalog as? EmbeddedCatalog else { throw SQLError.unsupported("a file of a catalog that is a service") }
        return catalog
    }
}
