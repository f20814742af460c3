/// A warehouse for one test.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

@testable import LodeCatalog

struct Scene: Sendable {
    let folder = TemporaryFolder()
    let stores = StoreRegistry()
    let catalog: EmbeddedCatalog

    init() { catalog = EmbeddedCatalog(warehouse: folder("lake"), stores: stores) }

    var warehouse: String { folder("lake") }

    /// Another process, as far as the catalog can tell.
    func another() -> EmbeddedCatalog { EmbeddedCatalog(warehouse: warehouse, stores: StoreRegistry()) }

    static let sales = TableName("main", "sales")
    static let columns = Schema([
        Field("date", .date), Field("id", .bigint, nullable: false), Field("amount", .decimal(precision: 12, scale: 2)),
    ])

    /// A table `main.sales`, partitioned by its first column, a view and an external table.
    func fill() throws {
        var sales = try GlueTable.define(Self.sales, Self.columns, partitionedBy: ["date"])
        sales.setConstraints([
            DeclaredConstraint(name: "sales_pkey", kind: .primaryKey, columns: ["id"]),
            DeclaredConstraint(name: "sales_amount_check", kind: .check, columns: ["amount"], condition: "amount > 0"),
            DeclaredConstraint(
                name: "sales_id_fkey", kind: .foreignKey, columns: ["id"], reference: .init(schema: "main", table: "sales", columns: ["id"])
            ),
        ])
        let view = try GlueTable.view(TableName("main", "big"), sql: "SELECT id FROM sales", columns: Schema([Field("id", .bigint)]))
        let raw = try GlueTable.define(
            TableName("main", "raw"), Self.columns, partitionedBy: ["date"], kind: .external, format: FileFormats.csv,
            location: folder("raw"))
        _ = try catalog.commit([.create(sales), .create(view), .create(raw)])
    }

    /// Writes a data file of `size` bytes for a day of `main.sales`.
    func file(_ day: Int32, size: Int = 3, ids: ClosedRange<Int64> = 1...9, in catalog: EmbeddedCatalog? = nil) throws -> DataFile {
        let values: [Value] = [.date(day)]
        let path = ManagedFileName.path(
            in: try (catalog ?? self.catalog).managedLocation(of: Self.sales), [Field("date", .date)], values, fileExtension: "parquet")
        try LocalStore().put(path, [UInt8](repeating: 1, count: size))
        let statistics = ColumnStatistics(
            minimum: .integer(ids.lowerBound), maximum: .integer(ids.upperBound), nullCount: 0, boundsAreExact: true)
        return DataFile(path: path, size: size, rowCount: ids.count, partitionValues: values, statistics: ["id": statistics])
    }

    func files(_ catalog: EmbeddedCatalog? = nil) throws -> [String] {
        try (catalog ?? self.catalog).snapshot(of: Self.sales).plan(nil).files.map(\.path)
    }

    /// Everything in the warehouse folder but the catalog itself and its manifests.
    func stored() throws -> [String] {
        try LocalStore().list(warehouse, recursive: true).map(\.path).filter {
            !$0.hasPrefix(warehouse + "/catalog.") && !$0.contains("/\(ManifestPlace.folderName)/")
        }
    }

    /// Where manifests lie, relative to the warehouse.
    func manifests() throws -> [String] {
        try LocalStore().list(warehouse, recursive: true).map { Warehouse.relative($0.path, to: warehouse) }
            .filter { ManifestPlace.read($0) != nil }
    }

    /// Takes the catalog away.
    func deleteCatalog() throws {
        for info in try LocalStore().list(warehouse, recursive: false) where info.name.hasPrefix("catalog.") {
            try LocalStore().delete(info.path)
        }
    }
}

/// Changes of one kind, for tests that make many of them.
extension Catalog {
    func createDatabase(_ database: GlueDatabase, ifNotExists: Bool) throws(SQLError) -> Bool {
        try commit(.createDatabase(database, ifNotExists: ifNotExists)).changed
    }

    func dropDatabase(_ name: String, ifExists: Bool, cascade: Bool) throws(SQLError) -> Bool {
        try commit(.dropDatabase(name, ifExists: ifExists, cascade: cascade)).changed
    }

    func dropTable(_ name: TableName, kinds: Set<TableKind>, ifExists: Bool) throws(SQLError) -> Bool {
        try commit(.drop(name, kinds: kinds, ifExists: ifExists)).changed
    }

    func addPartitions(_ partitions: [GluePartition], to name: TableName, ifNotExists: Bool) throws(SQLError) {
        try commit(.partitions(name, .add(partitions, ifNotExists: ifNotExists)))
    }

    func dropPartitions(_ values: [[String]], of name: TableName, ifExists: Bool) throws(SQLError) {
        try commit(.partitions(name, .drop(values, ifExists: ifExists)))
    }

    /// As MSCK REPAIR TABLE: what was added, and what dropped.
    func repair(_ name: TableName) throws(SQLError) -> [[String]] {
        let table = try requireTable(name)
        let folders = HiveDiscovery(
            location: table.storageDescriptor.location ?? "", columns: try table.externalPartitionFields(),
            io: StoreTableIO(StoreRegistry()))
        let outcome = try commit(.partitions(name, .replace(try folders.partitions().kept, definition: table.versionId)))
        return [outcome.addedPartitions, outcome.droppedPartitions]
    }
}
