/// One part of an atomic commit: every way in which a catalog changes.

import LodeCore
import LodeTables

/// What is to become of a table or a database. `Catalog.commit` publishes any number of these together.
///
/// A change says what was asked for, not what the result is: it is applied to what the catalog holds when it is published, so
/// that changes of others are never undone. What it was computed from is its read set, and must be unchanged then.
package enum TableChange: Sendable {
    case createDatabase(GlueDatabase, ifNotExists: Bool = false)
    /// - `cascade`: also drops its tables; otherwise `2BP01` if there are any.
    case dropDatabase(String, ifExists: Bool = false, cascade: Bool = false)
    case alterDatabase(String, AccessChange)
    /// A new table or view with its first files (CREATE TABLE AS is one of these).
    ///
    /// - `computedFrom`: what was read to make it: a table that it replaces must still be in that state.
    case create(GlueTable, ifExists: IfExists = .fail, files: [DataFile] = [], computedFrom: Set<TableVersion> = [])
    /// Drops a table or view of one of the given kinds; data of managed tables goes later, data of external tables never.
    /// - `purges`: that of an external table goes, too, where the catalog can do that (others: `0A000`).
    case drop(TableName, kinds: Set<TableKind>, ifExists: Bool = false, purges: Bool = false)
    /// Changes to the definition of a table, in their order.
    case alter(TableName, [DefinitionChange])
    /// Changes to the files of a managed table.
    case files(TableName, FileChange)
    /// Changes to the registered partitions of an external table.
    case partitions(TableName, PartitionChange)
    /// Changes nothing, but needs the table to be in this state: something was computed from it (`40001`).
    case requires(TableName, TableVersion)

    /// What creating does about a table of the same name.
    package enum IfExists: Sendable {
        /// `42P07`.
        case fail
        /// Nothing changes; the outcome says so.
        case skip
        /// It is dropped in the same transaction.
        case replace
    }

    /// The database that changes, or in which something does.
    package var database: String {
        switch self {
        case .createDatabase(let database, _): database.name
        case .dropDatabase(let name, _, _), .alterDatabase(let name, _): name
        case .create(let table, _, _, _): table.databaseName
        case .drop(let name, _, _, _), .alter(let name, _), .files(let name, _), .partitions(let name, _), .requires(let name, _):
            name.database
        }
    }

    /// The table that changes; nil for a change of a database.
    var tableName: TableName? {
        switch self {
        case .createDatabase, .dropDatabase, .alterDatabase: nil
        case .create(let table, _, _, _): table.tableName
        case .drop(let name, _, _, _), .alter(let name, _), .files(let name, _), .partitions(let name, _), .requires(let name, _): name
        }
    }

    /// The attached catalogs and external schemas in which something changes; nil is the catalog's own.
    func catalogs(of catalog: some Catalog) throws(SQLError) -> Set<String?> {
        switch self {
        case .createDatabase, .dropDatabase, .alterDatabase:
            // An external schema is the warehouse's, only its tables are not.
            return [database.contains(".") ? try catalog.attachedCatalog(of: database) : nil]
        case .alter(_, let changes):
            var found: Set<String?> = [try catalog.attachedCatalog(of: database)]
            for change in changes { if case .rename(let new) = change { found.insert(try catalog.attachedCatalog(of: new.database)) } }
            return found
        default: return [try catalog.attachedCatalog(of: database)]
        }
    }

    /// Files that the change publishes.
    var added: [DataFile] {
        switch self {
        case .create(_, _, let files, _): files
        case .files(_, let change): change.added
        default: []
        }
    }
}

/// A change to the registered partitions of an external table.
package enum PartitionChange: Sendable {
    case add([GluePartition], ifNotExists: Bool)
    /// By their values.
    case drop([[String]], ifExists: Bool)
    /// Makes the registered partitions those that were found in the table's folder (MSCK REPAIR TABLE).
    ///
    /// - `definition`: the `versionId` of the table whose folder was listed.
    case replace([RegisteredPartition], definition: String?)
}

/// What a commit did about one change.
package struct CommitOutcome: Hashable, Sendable {
    /// The version that holds the changes.
    package var version: Int64
    /// False when nothing had to be done (CREATE … IF NOT EXISTS of a table that exists).
    package var changed: Bool
    /// Partitions that were registered, as `key=value/…` paths.
    package var addedPartitions: [String] = []
    package var droppedPartitions: [String] = []

    package init(version: Int64 = 0, changed: Bool = true) {
        self.version = version
        self.changed = changed
    }
}
