/// The catalog in the warehouse folder: SQLite, shared by any number of processes.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

/// Opened when first needed; reading creates nothing. The database `main` always exists.
///
/// Managed tables keep the list of their files here: a version is the set of files that were added by it or before and not
/// removed by it or before, so that a reader's version stays readable while others commit.
package final class EmbeddedCatalog: Catalog {
    package static let defaultDatabase = "main"

    let storage: CatalogStorage
    let leases: Leases
    /// Nil of a catalog in memory.
    package let accessKeys: AccessKeyStorage?
    let warehouse: Warehouse
    let stores: StoreRegistry
    let io: any TableIO
    /// Definitions as they were read last, by the number of their table.
    let definitions = Lock<[Int64: KnownDefinition]>([:])
    static let maximumKnownDefinitions = 10_000
    /// Files that logs name in versions that were taken back: who reads those finds them until VACUUM.
    let filesOfUndoneVersions = Lock<Set<String>>([])
    /// Called at the steps of a commit, so that tests can fail there, or end the process.
    let onCommitStep: @Sendable (CommitStep) throws(SQLError) -> Void

    /// The catalog of the warehouse folder `warehouse`. Does no I/O.
    /// - Parameter file: where it lies; nil for where it does by default.
    package convenience init(warehouse: String, file: String? = nil, stores: StoreRegistry) {
        self.init(warehouse: warehouse, file: file, stores: stores) { _ in }
    }

    /// A catalog that lives as long as this object, for temporary tables, with their files in the folder `dataFolder`.
    package convenience init(inMemoryWithDataIn dataFolder: String, stores: StoreRegistry) {
        self.init(Warehouse(dataFolder), CatalogStorage(path: nil), stores) { _ in }
    }

    /// The catalog of a warehouse folder, with something to do at the steps of its commits.
    package convenience init(
        warehouse: String, file: String? = nil, stores: StoreRegistry,
        onCommitStep: @escaping @Sendable (CommitStep) throws(SQLError) -> Void
    ) {
        let place = Warehouse(warehouse, catalog: file)
        let storage = CatalogStorage(path: place.catalogPath) { () throws(SQLError) in try Self.checkNew(place, stores) }
        self.init(place, storage, stores, onCommitStep: onCommitStep)
    }

    /// A warehouse that has manifests had a catalog: an empty one in its place would hide its tables, and its files would be collected.
    private static func checkNew(_ warehouse: Warehouse, _ stores: StoreRegistry) throws(SQLError) {
        let (store, folder) = try stores.resolve(StorePath.join(warehouse.location, ManifestPlace.folderName))
        var isNew = true
        try store.list(folder, recursive: false) { _ in
            isNew = false
            return false
        }
        if isNew { return }
        throw SQLError(
            .objectNotInPrerequisiteState, "the catalog of this warehouse is missing", in: warehouse.catalogPath,
            detail: "The folder \(warehouse.location) has tables of a catalog that is not there.",
            hint: "Bring it back with \"lode catalog restore FILE\" or \"lode catalog rebuild\", or say where it is with --catalog.")
    }

    init(
        _ warehouse: Warehouse, _ storage: CatalogStorage, _ stores: StoreRegistry,
        onCommitStep: @escaping @Sendable (CommitStep) throws(SQLError) -> Void
    ) {
        self.warehouse = warehouse
        self.storage = storage
        leases = Leases(path: storage.isInMemory ? nil : warehouse.leasesPath)
        accessKeys = storage.isInMemory ? nil : AccessKeyStorage(path: warehouse.keysPath)
        self.stores = stores
        self.onCommitStep = onCommitStep
        io = StoreTableIO(stores)
    }

    /// Where it lies.
    package var file: String { warehouse.catalogPath }

    package func generation() throws(SQLError) -> Int64? { try storage.generation() }

    package func lease() -> Lease { leases.take(Self.nowMicros()) }

    static func nowMicros() -> Int64 { WallClock.micros() }

    /// - Throws: `42501` for the databases that ship with Lode.
    static func checkWritable(_ database: String) throws(SQLError) {
        if ShippedTables.isShipped(database: database) {
            throw SQLError(
                .insufficientPrivilege, "permission denied for schema \(database.lowercased())",
                detail: "It is part of Lode and cannot be changed.")
        }
    }
}

/// A table with the text that it was read from.
struct KnownDefinition: Sendable {
    let text: String
    let version: Int64
    let table: GlueTable
}

/// The points of a commit at which a process may die.
package enum CommitStep: Int, Sendable, CaseIterable {
    /// The files are written; nothing is recorded.
    case started
    /// Everything is recorded, but the transaction is not committed.
    case recorded
    /// The manifest is there, too.
    case described
    case published
}
