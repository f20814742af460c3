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

    /// Tables and views of a database, sorted by name.
    func tables(in database: String) throws(SQLError) -> [GlueTable]
    func table(_ name: TableName) throws(SQLError) -> GlueTable?

    /// Registered partitions, sorted by values; empty for tables whose partitions are found by listing.
    func partitions(of name: TableName) throws(SQLError) -> [GluePartition]

    /// The table as it is now. Not for views and system tables (`42809`).
    func snapshot(of name: TableName) throws(SQLError) -> any TableSnapshot
    /// Starts a change to a managed table (others: `0A000`).
    func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction
    /// Publishes all changes or none, over any number of tables: the one way in which a catalog changes.
    ///
    /// Every change is applied to what is there at that moment; `40001` if what it was computed from is no longer so.
    /// - Returns: outcomes, aligned with `changes`.
    func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome]

    /// The folder for the files of a managed table; it need not exist yet.
    func managedLocation(of name: TableName) throws(SQLError) -> String
    /// Deletes files of managed tables that no version younger than `micros` refers to, and what killed writers left.
    /// - Parameter micros: microseconds since 1970-01-01 UTC; longer ago than the longest running statement.
    func collectOrphans(olderThan micros: Int64) throws(SQLError) -> OrphanCollection
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
