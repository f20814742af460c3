/// Tables with logs that no catalog keeps, by the folders in which they lie.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

/// `delta."/lake/orders"` and `iceberg."s3://lake/orders"`, as Spark names them, and `'/lake/orders/'` where a statement that changes rows
/// names its table: what lies there is read and written as it would be by a catalog that knows it.
package struct FolderCatalog: Catalog {
    /// The schema of tables whose format is what lies in their folder. Nobody can write its name by accident.
    package static let anyFormat = "$folder"

    /// Whether a name means a folder, as long as there is no schema of that name.
    package static func isMeant(_ name: TableName) -> Bool {
        isMeant(name.database) && (name.name.contains("/") || name.database == anyFormat)
    }

    static func isMeant(_ database: String) -> Bool { database == anyFormat || TableFormats.logged(database) != nil }

    private let database: String
    private let shared: any Catalog
    private let stores: StoreRegistry
    private let io: StoreTableIO

    init(_ database: String, beside shared: any Catalog, _ stores: StoreRegistry) {
        self.database = database
        self.shared = shared
        self.stores = stores
        io = StoreTableIO(stores)
    }

    // MARK: Reading

    /// The format of the table in a folder.
    /// - Throws: `58P01` if there is none.
    private func format(of name: TableName) throws(SQLError) -> any WritableTableFormat {
        let location = name.name, named = TableFormats.logged(database)
        for format in TableFormats.all {
            guard let format = format as? any WritableTableFormat, named.map({ $0.name == format.name }) ?? true else { continue }
            if try format.isThere(in: location, io: io) { return format }
        }
        throw SQLError(
            .undefinedFile, "there is no \(named?.name ?? "Delta or Iceberg") table in \"\(location)\"",
            hint: "CREATE TABLE t (…) USING \(named?.name ?? "delta") LOCATION '\(location)' makes one.")
    }

    private func snapshot(_ name: TableName, at time: TableTime?) throws(SQLError) -> (any WritableTableFormat, any TableSnapshot) {
        let format = try format(of: name)
        let definition = TableDefinition(location: name.name, schema: Schema([]), fileFormat: FileFormats.parquet.name)
        // The folder may be that of a table of the catalog, and part of a commit that is not decided.
        guard let known = shared as? EmbeddedCatalog else { return (format, try format.snapshot(of: definition, at: time, io: io)) }
        return (format, try known.folderSnapshot(definition, format, at: time))
    }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        guard Self.isMeant(name) else { return nil }
        let (format, snapshot) = try snapshot(name, at: nil)
        return try table(name, format, snapshot)
    }

    private func table(
        _ name: TableName, _ format: any WritableTableFormat, _ snapshot: any TableSnapshot
    ) throws(SQLError) -> GlueTable {
        var table = try GlueTable.define(
            name, snapshot.schema, partitionedBy: snapshot.partitionColumns.map(\.name), kind: .external,
            format: try FileFormats.named(snapshot.fileFormat), location: name.name)
        table.parameters[TableParameter.tableFormat] = format.name.uppercased()
        return table
    }

    package func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        try snapshot(name, at: time).1
    }

    package func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name, at: nil)
    }

    // MARK: Writing

    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        let lease = shared.lease(), (format, snapshot) = try snapshot(name, at: nil)
        let table = try table(name, format, snapshot)
        let declared = try table.declared(try format.declaration(of: snapshot))
        return GatheredTransaction(declared, snapshot, lease, try format.rowWriting(of: snapshot))
    }

    package func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        guard changes.count == 1, case .files(let name, let files)? = changes.first else {
            throw SQLError.unsupported(
                "changing anything but rows of a table that is named by its folder",
                hint: "CREATE TABLE t USING delta LOCATION '…' makes it known; t can be changed then.")
        }
        let found = if let found = files.found { found } else { try snapshot(of: name, at: nil) }
        for (file, info) in zip(files.added, try stores.info(files.added.map(\.path))) where info?.size != file.size {
            throw EmbeddedCatalog.vanished(file)
        }
        let commit = TableCommit(files, operation: files.operation ?? EmbeddedCatalog.operation(files))
        let log = try format(of: name), known = shared as? EmbeddedCatalog
        let writing: any TableIO = if let known { known.settlingIO(log) } else { io }
        let version = try log.commit(commit, to: found, in: found.location ?? name.name, io: writing)
        return [CommitOutcome(version: version)]
    }

    package func completing(_ table: GlueTable) throws(SQLError) -> GlueTable { throw Self.refused }

    // MARK: What folders have not

    private static var refused: SQLError { .unsupported("doing this to a table that is named by its folder") }

    package func databases() throws(SQLError) -> [GlueDatabase] { [] }
    package func database(_ name: String) throws(SQLError) -> GlueDatabase? { nil }
    package func tables(in database: String) throws(SQLError) -> [GlueTable] { [] }
    package func partitions(of name: TableName) throws(SQLError) -> [GluePartition] { [] }
    package func versions(of name: TableName) throws(SQLError) -> [VersionRecord] { throw Self.refused }
    package func managedLocation(of name: TableName) throws(SQLError) -> String { throw Self.refused }
    package func readMoment() throws(SQLError) -> ReadMoment { try shared.readMoment() }
    package func lease() -> Lease { shared.lease() }
    package func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] { throw Self.refused }
    package func roles() throws(SQLError) -> [Role] { [] }
    package func role(_ name: String) throws(SQLError) -> Role? { nil }
    package func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) { throw Self.refused }
    package func collectDropped() throws(SQLError) {}
}

extension GlueTable {
    /// Whether it is named by the folder in which it lies: whoever may read and write there may read and write it.
    package var isFolder: Bool { number == nil && FolderCatalog.isMeant(tableName) }
}
