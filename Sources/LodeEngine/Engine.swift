/// The engine: what all sessions of a process share.

import Glibc
import LodeCatalog
import LodeCore
import LodeExecution
import LodeObjectStore

/// A warehouse, its catalog, the stores it reads, and the workers and the memory that all statements share. Making one does no I/O.
package final class Engine: Sendable {
    package static let version = "0.1.0"

    package let warehouse: String
    package let stores: StoreRegistry
    package let catalog: any Catalog
    /// Other catalogs, by CREATE CATALOG.
    package let attached: AttachedCatalogs
    /// What all running statements reserve from, each through a budget of its own.
    package let memory: MemoryBudget
    package let pool: WorkerPool
    /// Rows of small tables that are asked again and again.
    let held: HeldTables
    package let sessions = SessionRegistry()
    let advisoryLocks = AdvisoryLocks()
    let channels = NotificationChannels()
    /// The statements that were executed in the warehouse.
    let history: QueryHistory
    private let observing = Lock<[any StatementObserver]>([])

    /// When the engine was made, in microseconds since 1970-01-01 UTC.
    let startMicros = Engine.nowMicros()

    /// Makes of a password what a role keeps of it.
    let makeVerifier: (@Sendable (String) -> String)?

    /// - Parameters:
    ///   - catalogFile: where the warehouse's catalog lies, if not where it does by default.
    ///   - memoryLimit: bytes that all statements together may reserve.
    package init(
        warehouse: String, catalogFile: String? = nil, stores: StoreRegistry = StoreRegistry(),
        memoryLimit: Int = Engine.defaultMemoryLimit, workers: Int = Engine.defaultThreads, catalog: (any Catalog)? = nil,
        makeVerifier: (@Sendable (String) -> String)? = nil, attached: AttachedCatalogs = AttachedCatalogs()
    ) {
        self.attached = attached
        self.warehouse = warehouse
        self.makeVerifier = makeVerifier
        self.stores = stores
        self.catalog = catalog ?? EmbeddedCatalog(warehouse: warehouse, file: catalogFile, stores: stores)
        attached.belong(to: self.catalog, stores)
        memory = MemoryBudget(limit: memoryLimit)
        held = HeldTables(memory)
        pool = WorkerPool(workers: workers)
        history = QueryHistory(warehouse: warehouse, catalog: catalogFile)
    }

    /// Waits a moment until what was read of remote stores is kept for other processes.
    package func flushRemoteCache() { stores.cache.flush() }

    /// Who hears of statements that have ended.
    var observers: [any StatementObserver] { observing.withLock { $0 } }
    package func observe(_ observer: any StatementObserver) { observing.withLock { $0.append(observer) } }

    /// What clients connect to: the catalog's name.
    package var databaseName: String { Self.catalogName }
    static let catalogName = "lode"

    /// - Throws: `0A000` for a warehouse that is neither a local folder nor in S3.
    package static func checkWarehouse(_ location: String) throws(SQLError) {
        guard let scheme = StorePath.scheme(of: location), scheme != "file", !["s3", "s3a", "s3n"].contains(scheme) else { return }
        throw SQLError.unsupported(
            "a warehouse at \(scheme)://", hint: "Name a local folder or s3://bucket/folder; tables elsewhere can be external tables.")
    }

    /// Four fifths of the machine's memory.
    package static var defaultMemoryLimit: Int {
        let pages = sysconf(Int32(_SC_PHYS_PAGES)), pageBytes = sysconf(Int32(_SC_PAGESIZE))
        guard pages > 0, pageBytes > 0 else { return 4 << 30 }
        return Int(pages) / 5 * 4 * Int(pageBytes)
    }

    /// One worker a core that the process may run on.
    package static var defaultThreads: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Microseconds since 1970-01-01 UTC.
    static func nowMicros() -> Int64 { WallClock.micros() }

    /// Nanoseconds of a clock that never goes back.
    static func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
