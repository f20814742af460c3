/// What VACUUM is asked to do, and what it did.

import LodeCore

/// Files go that no version within the retention has, that belonged to dropped tables, or that killed writers left. What a
/// running statement reads or writes stays.
package struct VacuumRequest: Sendable {
    /// Nil: all tables that lie in the warehouse, those that were dropped, and all its folders.
    package var table: TableName?
    /// How long versions stay readable after they were replaced, in microseconds; nil for what the table says, or else `defaultRetention`.
    package var retention: Int64?
    /// Whether it may be shorter than a table says that is shared with other engines, whose statements nobody here knows of.
    package var mayBeShort = true
    package var part = Part.everything
    /// Only says what would go.
    package var isDryRun: Bool
    /// Hears of a table that refuses, where all are asked: the others go on without it.
    package var passesOver: @Sendable (TableName, SQLError) -> Void = { _, _ in }

    /// What is looked for.
    package enum Part: Sendable {
        case everything
        /// Versions that are too old, and what only they have.
        case versions
        /// Files that no version has.
        case orphans
    }

    /// As long as Delta Lake's.
    package static let defaultRetention: Int64 = 7 * 24 * 3_600_000_000

    package init(table: TableName? = nil, retention: Int64? = nil, isDryRun: Bool = false) {
        self.table = table
        self.retention = retention
        self.isDryRun = isDryRun
    }
}

/// A file that went or would go.
package struct VacuumedFile: Hashable, Sendable {
    /// Nil: it lies in no table's folder.
    package var table: TableName?
    package var path: String
    /// 0 of an upload that was not ended: its parts are no file.
    package var bytes: Int
    package var reason: String
}

/// A state of all managed tables together.
package struct ReadMoment: Sendable {
    /// The time to read them at: what was committed by then is seen, and nothing else.
    package var micros: Int64
    let lease: Lease
}

/// A version of a managed table.
package struct VersionRecord: Hashable, Sendable {
    package var version: Int64
    /// Microseconds since 1970-01-01 UTC.
    package var committedAt: Int64
    /// In SQL's words: INSERT, ALTER TABLE.
    package var operation: String?
    package var files: Int
    /// Nil: not every file says.
    package var rows: Int?
    package var bytes: Int
}
