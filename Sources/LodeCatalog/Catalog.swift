/// What a catalog can do, whoever keeps it.

import LodeCore
import LodeObjectStore
import LodeTables

/// Databases, tables, views and partitions, and the atomic publication of table changes.
///
/// Names match without regard to case. Everything is safe for many threads; what is safe for many processes the
/// implementation says. Errors are PostgreSQL's: `3F000` (no such database), `42P01` (no such table), `42P06`, `42P07`
/// (exists), `2BP01` (not empty), `42809` (wrong kind of table), `40001` (a concurrent change), with the nearest name.
package protocol Catalog: Sendable {
    /// Sorted by name; `information_schema` is among them.
    func databases() throws(SQLError) -> [GlueDatabase]
    func database(_ name: String) throws(SQLError) -> GlueDatabase?

    /// Tables and views of a database, sorted by name.
    func tables(in database: String) throws(SQLError) -> [GlueTable]
    func table(_ name: TableName) throws(SQLError) -> GlueTable?

    /// Registered partitions, sorted by values; empty for tables whose partitions are found by listing.
    func partitions(of name: TableName) throws(SQLError) -> [GluePartition]

    /// The table as it is now or, of managed tables, was at a time. Not for views and system tables (`42809`).
    ///
    /// Its files stay readable as long as it lives.
    /// - Throws: `22023` for a version that there never was, `55000` for one that was vacuumed.
    func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot
    /// The versions of a managed table that can be read, the latest first.
    func versions(of name: TableName) throws(SQLError) -> [VersionRecord]
    /// The definitions that a table without versions of its rows had, the latest first, where the catalog keeps them; nil where not.
    func definitions(of name: TableName) throws(SQLError) -> [GlueTable]?
    /// The labels that a table has beside its properties.
    func tags(of name: TableName) throws(SQLError) -> [String: String]
    /// Starts a change to a managed table (others: `0A000`).
    func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction
    /// Publishes all changes or none, over any number of tables: the one way in which a catalog changes.
    ///
    /// Every change is applied to what is there at that moment; `40001` if what it was computed from is no longer so.
    /// - Returns: outcomes, aligned with `changes`.
    func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome]

    /// A number that is another one as soon as anything in the catalog has changed, by whomever; nil where that can't be told. Asking is
    /// cheap.
    func generation() throws(SQLError) -> Int64?

    /// The folder for the files of a managed table; it need not exist yet.
    func managedLocation(of name: TableName) throws(SQLError) -> String
    /// A table that is about to be made, with all that the catalog decides about it: where files are written before it is committed.
    func completing(_ table: GlueTable) throws(SQLError) -> GlueTable
    /// Keeps what ANALYZE finds out.
    /// - Parameter measure: looks at all rows; not called if nothing can be kept (`0A000`).
    func analyze(_ name: TableName, _ measure: () throws(SQLError) -> MeasuredTable) throws(SQLError)
    /// What the files of a database are read with; nil for the stores of the engine.
    func stores(of database: String) throws(SQLError) -> StoreRegistry?
    /// What the files of a table are read with; nil for the stores of the engine.
    func stores(of table: TableName) throws(SQLError) -> StoreRegistry?
    /// The state that everything committed so far makes; versions of that time stay readable as long as the result lives.
    func readMoment() throws(SQLError) -> ReadMoment
    /// A managed table as it was at the last moment, up to now, at which a version of another one was current: what a statement that reads
    /// that version sees of the others. It stays readable as long as a snapshot of that version lives.
    /// - Throws: `40001` if the table that has the name now was made since.
    func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot
    /// A table as a statement reads it that reads all of them at one moment: of changes of several tables those up to the moment, whole.
    /// - Throws: `40001` if the table that has the name now was made since.
    func snapshot(of name: TableName, asOf moment: ReadMoment) throws(SQLError) -> any TableSnapshot
    /// The files that COPY INTO has read into a table.
    /// - Throws: `0A000` where none are kept.
    func loadedFiles(of name: TableName) throws(SQLError) -> Set<String>
    /// Those of the files, of a commit that failed, that nothing names: they may be deleted.
    func unnamed(_ files: [DataFile]) -> [DataFile]
    /// Files that are written while the lease lives, and published by its end, are not collected.
    func lease() -> Lease
    /// Deletes files that no version within the retention has, that belonged to dropped tables, or that killed writers left.
    /// - Throws: `42809` if the table is not a managed one.
    func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile]
    /// Sorted by name.
    func roles() throws(SQLError) -> [Role]
    func role(_ name: String) throws(SQLError) -> Role?
    /// Gives the role that is there, or nil, to `change`, and keeps what that returns, as one step. Nil drops the role.
    func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError)
    /// What CREATE CATALOG attached to this one, sorted by name.
    func attachedDefinitions() throws(SQLError) -> [CatalogDefinition]
    /// Gives what is kept of an attached catalog, or nil, to `change`, and keeps what that returns, as one step. Nil forgets it.
    func changeAttached(
        _ name: String, _ change: @Sendable (CatalogDefinition?) throws(SQLError) -> CatalogDefinition?) throws(SQLError)
    /// Deletes the files of tables that were dropped or replaced, unless running statements read them or they are kept.
    func collectDropped() throws(SQLError)
    /// Keeps for UNDROP what was dropped since a lease was taken, until VACUUM.
    func keepDropped(since lease: Lease) throws(SQLError)
    /// Brings back the table that had this name last and was dropped, unless its files are collected by now.
    /// - Parameter check: whether the current user may have it back.
    func undrop(_ name: TableName, _ check: (GlueTable) throws(SQLError) -> Void) throws(SQLError)
    /// Whether each question is a request to a service, so that none is asked for a hint alone.
    var isDearToAsk: Bool { get }
    /// How much of this database a transaction can change: what it changes is published as one, or not at all.
    func transactionScope(in database: String) throws(SQLError) -> TransactionScope
    /// The attached catalog that a database belongs to, or the external schema that it is; nil if its tables are this catalog's own.
    func attachedCatalog(of database: String) throws(SQLError) -> String?
}

/// What a transaction can change of a catalog that is attached.
package enum TransactionScope: Sendable {
    case none
    /// One table with a log of its own.
    case oneTable
    case tables
}

extension Catalog {
    package var isDearToAsk: Bool { false }
    package func keepDropped(since lease: Lease) throws(SQLError) {}
    package func transactionScope(in database: String) throws(SQLError) -> TransactionScope { .none }
    package func generation() throws(SQLError) -> Int64? { nil }
    package func attachedCatalog(of database: String) throws(SQLError) -> String? { nil }
    package func attachedDefinitions() throws(SQLError) -> [CatalogDefinition] { [] }
    package func changeAttached(
        _ name: String, _ change: @Sendable (CatalogDefinition?) throws(SQLError) -> CatalogDefinition?
    ) throws(SQLError) {
        throw SQLError.unsupported("attaching a catalog to this one")
    }
    package func definitions(of name: TableName) throws(SQLError) -> [GlueTable]? { nil }
    package func tags(of name: TableName) throws(SQLError) -> [String: String] { try table(name)?.tags ?? [:] }
    package func stores(of database: String) throws(SQLError) -> StoreRegistry? { nil }
    package func stores(of table: TableName) throws(SQLError) -> StoreRegistry? { try stores(of: table.database) }
    package func analyze(_ name: TableName, _ measure: () throws(SQLError) -> MeasuredTable) throws(SQLError) {
        throw SQLError.unsupported("ANALYZE of \"\(name)\"")
    }
    package func undrop(_ name: TableName, _ check: (GlueTable) throws(SQLError) -> Void) throws(SQLError) {
        throw SQLError.unsupported("UNDROP TABLE \(name)")
    }
    package func completing(_ table: GlueTable) throws(SQLError) -> GlueTable { table }
    package func unnamed(_ files: [DataFile]) -> [DataFile] { files }
    package func loadedFiles(of name: TableName) throws(SQLError) -> Set<String> {
        throw SQLError.unsupported("COPY INTO a table of another catalog", hint: "INSERT INTO … SELECT adds the rows of files.")
    }
    package func snapshot(of name: TableName, asOf moment: ReadMoment) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name, at: nil)
    }

    package func snapshot(of name: TableName) throws(SQLError) -> any TableSnapshot { try snapshot(of: name, at: nil) }
}
