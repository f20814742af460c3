/// One table's part of an atomic commit.

import LodeTables

/// What is to become of a table. `Catalog.commit` publishes any number of these together.
package struct TableChange: Sendable {
    package enum Action: Sendable {
        /// A new table or view with its first files (CREATE TABLE AS is one of these).
        case create(GlueTable, ifExists: IfExists)
        /// Changes to the files of a managed table.
        case files(FileChange)
    }

    /// What creating does about a table of the same name.
    package enum IfExists: Sendable {
        /// `42P07`.
        case fail
        /// Nothing changes; the outcome says so.
        case skip
        /// It is dropped in the same transaction.
        case replace
    }

    package var table: TableName
    package var action: Action
    /// Files to add, already written and durable, within the table's folder.
    package var added: [DataFile]

    package init(_ table: TableName, _ action: Action, added: [DataFile] = []) {
        self.table = table
        self.action = action
        self.added = added
    }

    package static func create(_ table: GlueTable, ifExists: IfExists = .fail, files: [DataFile] = []) -> TableChange {
        TableChange(
            TableName(table.databaseName, table.name), .create(table, ifExists: ifExists), added: files)
    }
}

/// Which files go, and what must still hold for the change to make sense.
package struct FileChange: Sendable {
    package enum Removal: Sendable {
        case nothing
        /// By the path that `TableSnapshot.plan` gave; each must still be there.
        case paths([String])
        case everything
    }

    package var removal: Removal
    /// The snapshot that the writer began with.
    package var base: ManagedVersion
    /// Whether the change was computed from the table, so that any change since `base` is a conflict.
    package var dependsOnBase: Bool
    /// New columns or properties, if they change.
    package var definition: GlueTable?

    package init(
        removal: Removal = .nothing, base: ManagedVersion, dependsOnBase: Bool = false, definition: GlueTable? = nil
    ) {
        self.removal = removal
        self.base = base
        self.dependsOnBase = dependsOnBase
        self.definition = definition
    }
}

/// Identifies a state of a managed table within its catalog.
package struct ManagedVersion: Hashable, Sendable {
    /// The table itself: another one under the same name has another id.
    package var tableID: Int64
    /// Counts commits.
    package var version: Int64
    /// Counts changes of columns and properties.
    package var definitionVersion: Int64

    package init(tableID: Int64, version: Int64, definitionVersion: Int64) {
        self.tableID = tableID
        self.version = version
        self.definitionVersion = definitionVersion
    }
}
