/// The catalog of another warehouse, to be read.

import LodeCore
import LodeTables

/// Whatever would change something is refused by name.
struct ReadOnlyCatalog: Catalog {
    let inner: any Catalog

    func databases() throws(SQLError) -> [GlueDatabase] { try inner.databases().filter { !ShippedTables.isShipped(database: $0.name) } }
    func database(_ name: String) throws(SQLError) -> GlueDatabase? {
        ShippedTables.isShipped(database: name) ? nil : try inner.database(name)
    }
    func tables(in database: String) throws(SQLError) -> [GlueTable] { try inner.tables(in: database) }
    func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        ShippedTables.isShipped(database: name.database) ? nil : try inner.table(name)
    }
    func partitions(of name: TableName) throws(SQLError) -> [GluePartition] { try inner.partitions(of: name) }
    func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot { try inner.snapshot(of: name, at: time) }
    func versions(of name: TableName) throws(SQLError) -> [VersionRecord] { try inner.versions(of: name) }
    func definitions(of name: TableName) throws(SQLError) -> [GlueTable]? { try inner.definitions(of: name) }
    func tags(of name: TableName) throws(SQLError) -> [String: String] { try inner.tags(of: name) }
    func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction { throw Self.refused }
    func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] { throw Self.refused }
    func completing(_ table: GlueTable) throws(SQLError) -> GlueTable { throw Self.refused }
    func managedLocation(of name: TableName) throws(SQLError) -> String { throw Self.refused }
    func readMoment() throws(SQLError) -> ReadMoment { try inner.readMoment() }
    func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot { try snapshot(of: name) }
    func lease() -> Lease { inner.lease() }
    func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] { throw Self.refused }
    func roles() throws(SQLError) -> [Role] { [] }
    func role(_ name: String) throws(SQLError) -> Role? { nil }
    func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) { throw Self.refused }
    func collectDropped() throws(SQLError) {}

    private static var refused: SQLError {
        .unsupported("changing the catalog of another warehouse", hint: "Open that warehouse with --warehouse to change it.")
    }
}
