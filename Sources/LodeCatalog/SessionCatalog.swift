/// The catalog as one session sees it: the one that all share, those attached to it, and a schema of temporary tables of its own.

import Foundation
import LodeCore
import LodeObjectStore
import LodeTables

/// Temporary tables lie in `pg_temp`. They are listed in memory, their files are in a folder of their own, and both end with this object.
package final class SessionCatalog: Catalog {
    package static let temporaryDatabase = "pg_temp"

    private struct Temporary: Sendable {
        var catalog: EmbeddedCatalog
        var folder: String
    }

    let shared: any Catalog
    package let attached: AttachedCatalogs
    private let stores: StoreRegistry
    private let temporary = Lock<Temporary?>(nil)
    /// The moment that a transaction was last given to read at.
    private let moment = Lock<Int64?>(nil)

    package init(_ shared: any Catalog, _ stores: StoreRegistry, attached: AttachedCatalogs = AttachedCatalogs()) {
        self.shared = shared
        self.attached = attached
        self.stores = stores
    }

    deinit {
        if let folder = temporary.withLock({ $0?.folder }) { TemporaryFolders.remove(folder) }
    }

    package static func isTemporary(_ database: String) -> Bool { database.lowercased() == temporaryDatabase }

    package var hasTemporaryTables: Bool { temporary.withLock { $0 != nil } }

    /// Makes the schema of temporary tables if it is not there yet.
    /// - Parameter parent: the folder below which their files lie; nil for the system's own.
    package func makeTemporary(in parent: String?) throws(SQLError) {
        if hasTemporaryTables { return }
        let parent = parent ?? FileManager.default.temporaryDirectory.path
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        let folder = StorePath.join(parent, "lode-tables-\(ProcessInfo.processInfo.processIdentifier)-\(random)")
        TemporaryFolders.add(folder)
        let catalog = EmbeddedCatalog(inMemoryWithDataIn: folder, stores: stores)
        _ = try catalog.commit([.createDatabase(GlueDatabase(name: Self.temporaryDatabase), ifNotExists: true)])
        temporary.withLock { $0 = Temporary(catalog: catalog, folder: folder) }
    }

    /// Who keeps the tables of a database.
    private func keeper(of database: String) throws(SQLError) -> any Catalog {
        if let other = try linked(database) { return other }
        if let folders = try folders(database) { return folders }
        return try holder(of: database)
    }

    /// The tables that are named by their folders, unless there is a schema of that name.
    private func folders(_ database: String) throws(SQLError) -> FolderCatalog? {
        guard FolderCatalog.isMeant(database), try shared.database(database) == nil else { return nil }
        return FolderCatalog(database, beside: shared, stores)
    }

    /// Who keeps the database itself.
    private func holder(of database: String) throws(SQLError) -> any Catalog {
        if Self.isTemporary(database), let own = temporary.withLock({ $0?.catalog }) { return own }
        return try attached.owner(of: database)?.catalog() ?? shared
    }

    /// The catalog that an external schema shows.
    private func linked(_ database: String) throws(SQLError) -> (any Catalog)? {
        if ShippedTables.isShipped(database: database) || Self.isTemporary(database) { return nil }
        return try attached.schemas.catalog(of: database, in: shared, stores)
    }

    package func attachedCatalog(of database: String) throws(SQLError) -> String? {
        if let entry = attached.owner(of: database) { return entry.name }
        if try linked(database) != nil { return database.lowercased() }
        return try folders(database) == nil ? nil : database.lowercased()
    }

    package func transactionScope(in database: String) throws(SQLError) -> TransactionScope {
        try keeper(of: database).transactionScope(in: database)
    }

    private func hasOwnTime(_ database: String) throws(SQLError) -> Bool {
        let attached = try attachedCatalog(of: database)
        return attached != nil || Self.isTemporary(database)
    }

    package func stores(of database: String) throws(SQLError) -> StoreRegistry? { try keeper(of: database).stores(of: database) }
    package func stores(of table: TableName) throws(SQLError) -> StoreRegistry? { try keeper(of: table.database).stores(of: table) }

    package func databases() throws(SQLError) -> [GlueDatabase] {
        let all = try shared.databases()
        return hasTemporaryTables ? all + [GlueDatabase(name: Self.temporaryDatabase)] : all
    }

    package func database(_ name: String) throws(SQLError) -> GlueDatabase? { try holder(of: name).database(name) }
    package func tables(in database: String) throws(SQLError) -> [GlueTable] { try keeper(of: database).tables(in: database) }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        // Whether the schema is an external one is asked for only if it has no such table of its own.
        if let own = try holder(of: name.database).table(name) { return own }
        if let other = try linked(name.database) { return try other.table(name) }
        return try folders(name.database)?.table(name)
    }

    package func partitions(of name: TableName) throws(SQLError) -> [GluePartition] {
        try keeper(of: name.database).partitions(of: name)
    }

    package func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        var time = time
        // Nobody else changes a temporary table: what a transaction reads of it is what is there. Other catalogs have times of their own.
        if case .timestamp(let micros) = time, micros == moment.withLock({ $0 }), try hasOwnTime(name.database) { time = nil }
        return try keeper(of: name.database).snapshot(of: name, at: time)
    }

    /// Nobody else changes a temporary table, so that it goes with any version of another one.
    package func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        let isShared = try !hasOwnTime(name.database) && version.table.number < CatalogStorage.firstTemporaryTable
        return isShared ? try shared.snapshot(of: name, besides: version) : try snapshot(of: name, at: nil)
    }

    package func snapshot(of name: TableName, asOf moment: ReadMoment) throws(SQLError) -> any TableSnapshot {
        try hasOwnTime(name.database) ? snapshot(of: name, at: nil) : shared.snapshot(of: name, asOf: moment)
    }

    package func loadedFiles(of name: TableName) throws(SQLError) -> Set<String> { try keeper(of: name.database).loadedFiles(of: name) }

    package func unnamed(_ files: [DataFile]) -> [DataFile] { shared.unnamed(files) }

    package func versions(of name: TableName) throws(SQLError) -> [VersionRecord] { try keeper(of: name.database).versions(of: name) }

    package func definitions(of name: TableName) throws(SQLError) -> [GlueTable]? {
        try keeper(of: name.database).definitions(of: name)
    }

    package func tags(of name: TableName) throws(SQLError) -> [String: String] { try keeper(of: name.database).tags(of: name) }

    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        try keeper(of: name.database).beginWrite(name)
    }

    package func managedLocation(of name: TableName) throws(SQLError) -> String {
        try keeper(of: name.database).managedLocation(of: name)
    }

    package func analyze(_ name: TableName, _ measure: () throws(SQLError) -> MeasuredTable) throws(SQLError) {
        try keeper(of: name.database).analyze(name, measure)
    }

    package func completing(_ table: GlueTable) throws(SQLError) -> GlueTable { try keeper(of: table.databaseName).completing(table) }

    package func readMoment() throws(SQLError) -> ReadMoment {
        let found = try shared.readMoment()
        moment.withLock { $0 = found.micros }
        return found
    }

    package func lease() -> Lease { shared.lease() }

    /// Temporary tables are not counted.
    package func generation() throws(SQLError) -> Int64? { try shared.generation() }

    /// What others can see is published first: only that can meet a conflict.
    package func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        for change in changes {
            switch change {
            case .createDatabase(let database, _) where Self.isTemporary(database.name):
                throw SQLError(
                    .invalidName, "unacceptable schema name \"\(database.name)\"", detail: "It is the schema of temporary tables.")
            case .dropDatabase(let name, _, _) where Self.isTemporary(name):
                throw SQLError(
                    .insufficientPrivilege, "permission denied for schema \(Self.temporaryDatabase)",
                    detail: "Its tables are dropped at the end of the session.")
            default: break
            }
        }
        var places: [String?: any Catalog] = [:]
        for change in changes where !Self.isTemporary(change.database) {
            for name in try change.catalogs(of: self) { places[name] = try name == nil ? shared : keeper(of: change.database) }
        }
        if places.count > 1 { throw Self.spanning(Set(places.keys)) }
        let place = places.first?.value ?? shared
        guard let own = temporary.withLock({ $0?.catalog }) else { return try place.commit(changes) }
        let mine = changes.indices.filter { Self.isTemporary(changes[$0].database) }
        let others = changes.indices.filter { !Self.isTemporary(changes[$0].database) }
        var outcomes = changes.map { _ in CommitOutcome() }
        if !others.isEmpty {
            for (index, outcome) in zip(others, try place.commit(others.map { changes[$0] })) { outcomes[index] = outcome }
        }
        if mine.isEmpty { return outcomes }
        do throws(SQLError) {
            for (index, outcome) in zip(mine, try own.commit(mine.map { changes[$0] })) { outcomes[index] = outcome }
        } catch {
            if others.isEmpty { throw error }
            // Not to be run again, and what it wrote is in use.
            throw SQLError(
                .statementCompletionUnknown, "what is not temporary was changed, temporary tables were not", detail: error.message,
                hint: "Look at the tables before you run the statements again.")
        }
        return outcomes
    }

    private static func spanning(_ places: Set<String?>) -> SQLError {
        let names = places.map { $0 ?? "the warehouse's own" }.sorted().joined(separator: ", ")
        return SQLError(
            .featureNotSupported, "a change of several catalogs at once is not supported", detail: "It would change: \(names).",
            hint: "Change one after the other; nothing was written.")
    }

    package func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        try keeper(of: request.table?.database ?? "").vacuum(request)
    }

    package func undrop(_ name: TableName, _ check: (GlueTable) throws(SQLError) -> Void) throws(SQLError) {
        try keeper(of: name.database).undrop(name, check)
    }

    package func collectDropped() throws(SQLError) {
        try shared.collectDropped()
        if let own = temporary.withLock({ $0?.catalog }) { try own.collectDropped() }
    }

    package func keepDropped(since lease: Lease) throws(SQLError) {
        try shared.keepDropped(since: lease)
        if let own = temporary.withLock({ $0?.catalog }) { try own.keepDropped(since: lease) }
    }
}

/// The folders of temporary tables: those of sessions that are still there when the process ends go then.
private enum TemporaryFolders {
    private static let open = Lock<Set<String>>([])
    private static let goWithProcess: Void = { atexit { TemporaryFolders.removeAll() } }()

    static func add(_ folder: String) {
        _ = goWithProcess
        open.withLock { _ = $0.insert(folder) }
    }

    static func remove(_ folder: String) {
        open.withLock { _ = $0.remove(folder) }
        // Nobody is left to tell if it fails.
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func removeAll() {
        for folder in open.withLock({ $0 }) { remove(folder) }
    }
}
