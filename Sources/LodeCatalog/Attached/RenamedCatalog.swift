/// A catalog whose databases go by other names outside of it.

import LodeCore
import LodeObjectStore
import LodeTables

/// How databases are called inside of a catalog, and outside.
enum DatabaseNames: Sendable {
    /// All of them begin with this outside.
    case prefixed(String)
    /// One database as a schema of the warehouse, whose owner has its tables; who may use the schema may read them.
    case linked(schema: String, database: String, owner: String?)

    /// Nil for a database that is none of the catalog's.
    func inside(_ name: String) -> String? {
        switch self {
        case .prefixed(let prefix):
            name.firstIndex(of: ".").map { name.index(after: $0) }
                .flatMap { name[..<$0].lowercased() == prefix ? String(name[$0...]) : nil }
        case .linked(let schema, let database, _): name.lowercased() == schema.lowercased() ? database : nil
        }
    }

    func outside(_ name: String) -> String {
        switch self {
        case .prefixed(let prefix): prefix + name
        case .linked(let schema, _, _): schema
        }
    }
}

/// Renames databases on their way in and out.
struct RenamedCatalog: Catalog {
    private let names: DatabaseNames
    private let inner: any Catalog

    init(_ names: DatabaseNames, _ inner: any Catalog) {
        self.names = names
        self.inner = inner
    }

    private func bare(_ database: String) -> String { names.inside(database) ?? database }

    private func bare(_ name: TableName) -> TableName { TableName(bare(name.database), name.name) }

    private func shown(_ database: GlueDatabase) -> GlueDatabase {
        var database = database
        database.name = names.outside(database.name)
        (database.owner, database.access) = (nil, nil)
        return database
    }

    private func shown(_ table: GlueTable) -> GlueTable {
        var table = table
        table.databaseName = names.outside(table.databaseName)
        // Of its own catalog's counting, and roles of another warehouse.
        (table.number, table.owner, table.access) = (nil, nil, nil)
        if case .linked(_, _, let owner) = names {
            table.owner = owner
            table.access = .readableByAll(owner: table.ownerName)
        }
        return table
    }

    var isDearToAsk: Bool { inner.isDearToAsk }
    func transactionScope(in database: String) throws(SQLError) -> TransactionScope { try inner.transactionScope(in: bare(database)) }
    func databases() throws(SQLError) -> [GlueDatabase] { try inner.databases().map(shown) }
    func database(_ name: String) throws(SQLError) -> GlueDatabase? { try inner.database(bare(name)).map(shown) }
    func tables(in database: String) throws(SQLError) -> [GlueTable] { try inner.tables(in: bare(database)).map(shown) }
    func table(_ name: TableName) throws(SQLError) -> GlueTable? { try inner.table(bare(name)).map(shown) }
    func partitions(of name: TableName) throws(SQLError) -> [GluePartition] { try inner.partitions(of: bare(name)) }

    /// Numbers of tables are their catalog's own: outside of it they would be taken for those of others.
    func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        Self.anonymous(try inner.snapshot(of: bare(name), at: time))
    }

    fileprivate static func anonymous(_ found: any TableSnapshot) -> any TableSnapshot {
        // Those that have no number of their catalog's stay what they are.
        guard let identity = found.identity, !identity.table.isShared else { return found }
        if var iceberg = found as? IcebergSnapshot {
            iceberg.identity = nil
            return iceberg
        }
        return AnonymousSnapshot(inner: found)
    }

    func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name, at: nil)
    }

    func versions(of name: TableName) throws(SQLError) -> [VersionRecord] { try inner.versions(of: bare(name)) }
    func definitions(of name: TableName) throws(SQLError) -> [GlueTable]? { try inner.definitions(of: bare(name))?.map(shown) }
    func tags(of name: TableName) throws(SQLError) -> [String: String] { try inner.tags(of: bare(name)) }

    func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        let own = try inner.beginWrite(bare(name))
        return RenamedTransaction(inner: own, table: shown(own.table))
    }

    func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        var own: [TableChange] = []
        for change in changes { own.append(try change.renamed { (database) throws(SQLError) in try self.inside(database) }) }
        return try inner.commit(own)
    }

    private func inside(_ database: String) throws(SQLError) -> String {
        if let name = names.inside(database) { return name }
        throw SQLError.unsupported("moving a table to another catalog")
    }

    func managedLocation(of name: TableName) throws(SQLError) -> String { try inner.managedLocation(of: bare(name)) }

    func completing(_ table: GlueTable) throws(SQLError) -> GlueTable {
        var own = table
        own.databaseName = bare(table.databaseName)
        return try shown(inner.completing(own))
    }

    func stores(of database: String) throws(SQLError) -> StoreRegistry? { try inner.stores(of: bare(database)) }
    func stores(of table: TableName) throws(SQLError) -> StoreRegistry? { try inner.stores(of: bare(table)) }
    func analyze(_ name: TableName, _ measure: () throws(SQLError) -> MeasuredTable) throws(SQLError) {
        try inner.analyze(bare(name), measure)
    }
    func readMoment() throws(SQLError) -> ReadMoment { try inner.readMoment() }
    func lease() -> Lease { inner.lease() }

    func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        var request = request
        request.table = request.table.map(bare)
        return try inner.vacuum(request)
    }

    func roles() throws(SQLError) -> [Role] { try inner.roles() }
    func role(_ name: String) throws(SQLError) -> Role? { try inner.role(name) }
    func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) {
        try inner.changeRole(name, change)
    }
    func collectDropped() throws(SQLError) { try inner.collectDropped() }
}

/// A snapshot that is of no table of the warehouse.
private struct AnonymousSnapshot: TableSnapshot {
    let inner: any TableSnapshot

    var schema: Schema { inner.schema }
    var partitionColumns: [Field] { inner.partitionColumns }
    var fileFormat: String { inner.fileFormat }
    var properties: [String: String] { inner.properties }
    var identity: TableVersion? { nil }
    var version: Int64 { inner.version }
    var statistics: TableStatistics { inner.statistics }
    var columnMatching: ColumnMatching { inner.columnMatching }
    var inLog: (any TableSnapshot)? { inner.inLog }
    var rowMetadata: RowMetadata? { inner.rowMetadata }
    var prunesBeyondFiles: Bool { inner.prunesBeyondFiles }
    var isDearToList: Bool { inner.isDearToList }
    func columnEstimates(_ columns: [String]) -> [String: ColumnStatistics] { inner.columnEstimates(columns) }
    func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing { try inner.plan(predicate) }
}

private final class RenamedTransaction: TableTransaction {
    private let inner: any TableTransaction
    let table: GlueTable

    init(inner: any TableTransaction, table: GlueTable) {
        self.inner = inner
        self.table = table
    }

    var snapshot: any TableSnapshot { RenamedCatalog.anonymous(inner.snapshot) }
    var places: [String: String] { inner.places }
    var rowWriting: RowWriting { inner.rowWriting }
    func move(to branch: String, _ snapshot: any TableSnapshot) throws(SQLError) {
        try inner.move(to: branch, (snapshot as? AnonymousSnapshot)?.inner ?? snapshot)
    }
    func willReplace() throws(SQLError) -> String? { try inner.willReplace() }
    func mark(_ files: [MarkedFile]) { inner.mark(files) }
    func feed(_ files: [DataFile]) { inner.feed(files) }
    func loads(_ files: [String]) { inner.loads(files) }
    func append(_ files: [DataFile]) { inner.append(files) }
    func deleteFiles(_ paths: [String]) { inner.deleteFiles(paths) }
    func emptyPartitions(_ partitions: Set<[Value]>) { inner.emptyPartitions(partitions) }
    func examined(_ paths: [String]) { inner.examined(paths) }
    func replaceAll(with files: [DataFile]) { inner.replaceAll(with: files) }
    func dependsOnSnapshot() { inner.dependsOnSnapshot() }
    func keepsRows() { inner.keepsRows() }
    func rewriteManifests() { inner.rewriteManifests() }
    func note(_ distinctValues: [ColumnSketch]) { inner.note(distinctValues) }
    func reached(_ marks: [String: Int64]) { inner.reached(marks) }
    func reads(_ rows: ColumnPredicate) { inner.reads(rows) }
    func restore(_ snapshot: any TableSnapshot) { inner.restore((snapshot as? AnonymousSnapshot)?.inner ?? snapshot) }
    func name(_ operation: String) { inner.name(operation) }

    var change: TableChange {
        guard case .files(_, let files) = inner.change else { return inner.change }
        return .files(table.tableName, files)
    }
}

extension TableChange {
    /// The change with other names of databases.
    func renamed(_ name: (String) throws(SQLError) -> String) throws(SQLError) -> TableChange {
        func full(_ table: TableName) throws(SQLError) -> TableName { TableName(try name(table.database), table.name) }
        switch self {
        case .createDatabase(var database, let ifNotExists):
            database.name = try name(database.name)
            return .createDatabase(database, ifNotExists: ifNotExists)
        case .dropDatabase(let database, let ifExists, let cascade):
            return .dropDatabase(try name(database), ifExists: ifExists, cascade: cascade)
        case .alterDatabase(let database, let change): return .alterDatabase(try name(database), change)
        case .create(var table, let ifExists, let files, let read):
            table.databaseName = try name(table.databaseName)
            return .create(table, ifExists: ifExists, files: files, computedFrom: read)
        case .drop(let table, let kinds, let ifExists, let purges):
            return .drop(try full(table), kinds: kinds, ifExists: ifExists, purges: purges)
        case .alter(let table, let changes):
            var own: [DefinitionChange] = []
            for change in changes { if case .rename(let new) = change { own.append(.rename(try full(new))) } else { own.append(change) } }
            return .alter(try full(table), own)
        case .files(let table, let change): return .files(try full(table), change)
        case .partitions(let table, let change): return .partitions(try full(table), change)
        case .requires(let table, let version): return .requires(try full(table), version)
        }
    }
}
