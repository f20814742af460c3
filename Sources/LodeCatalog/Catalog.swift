/// What a catalog can do, whoever keeps it.

import LodeCore
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
    /// - Returns: false if it existed and `ifNotExists`.
    func createDatabase(_ database: GlueDatabase, ifNotExists: Bool) throws(SQLError) -> Bool
    /// - Parameter cascade: also drops its tables; otherwise `2BP01` if there are any.
    /// - Returns: false if there was none and `ifExists`.
    func dropDatabase(_ name: String, ifExists: Bool, cascade: Bool) throws(SQLError) -> Bool

    /// Tables and views of a database, sorted by name.
    func tables(in database: String) throws(SQLError) -> [GlueTable]
    func table(_ name: TableName) throws(SQLError) -> GlueTable?
    /// Drops a table or view of the given kinds; data of managed tables goes later, data of external tables never.
    /// - Returns: false if there was none and `ifExists`.
    func dropTable(_ name: TableName, kinds: Set<TableKind>, ifExists: Bool) throws(SQLError) -> Bool
    /// Changes the definition of a table (columns, properties, comment), not its files.
    func alterTable(_ table: GlueTable) throws(SQLError)

    /// Registered partitions, sorted by values; empty for tables whose partitions are found by listing.
    func partitions(of name: TableName) throws(SQLError) -> [GluePartition]
    func addPartitions(_ partitions: [GluePartition], to name: TableName, ifNotExists: Bool) throws(SQLError)
    func dropPartitions(_ values: [[String]], of name: TableName, ifExists: Bool) throws(SQLError)
    /// Makes the registered partitions those that the folder has (MSCK REPAIR TABLE).
    func repair(_ name: TableName) throws(SQLError) -> RepairOutcome

    /// The table as it is now. Not for views and system tables (`42809`).
    func snapshot(of name: TableName) throws(SQLError) -> any TableSnapshot
    /// Starts a change to a managed table (others: `0A000`).
    func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction
    /// Publishes all changes or none, over any number of tables; outcomes are aligned with `changes`.
    func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome]

    /// The folder for the files of a managed table; it need not exist yet.
    func managedLocation(of name: TableName) throws(SQLError) -> String
    /// Deletes files of managed tables that no version younger than `micros` refers to, and what killed writers left.
    /// - Parameter micros: microseconds since 1970-01-01 UTC; longer ago than the longest running statement.
    func collectOrphans(olderThan micros: Int64) throws(SQLError) -> OrphanCollection
}

/// What MSCK REPAIR TABLE found, as `key=value/…` paths.
package struct RepairOutcome: Hashable, Sendable {
    package var added: [String]
    package var dropped: [String]

    package init(added: [String] = [], dropped: [String] = []) {
        self.added = added
        self.dropped = dropped
    }
}

/// What orphan collection removed.
package struct OrphanCollection: Hashable, Sendable {
    package var files: Int
    package var bytes: Int

    package init(files: Int = 0, bytes: Int = 0) {
        self.files = files
        self.bytes = bytes
    }
}
