/// One statement's changes to one table, published together.

import LodeCore

/// Collects changes; nothing is visible before `commit()`. Used by one thread at a time.
package protocol TableTransaction: AnyObject {
    /// The table as of the start of the transaction.
    var snapshot: any TableSnapshot { get }

    /// Adds files that are already written and durable.
    func append(_ files: [DataFile])
    /// Takes files away, by the path that `plan` gave.
    func deleteFiles(_ paths: [String])
    /// Takes every file away and puts these in their place.
    func replaceAll(with files: [DataFile])
    /// Says that what is written was computed from the table itself: the commit then needs the table unchanged.
    func dependsOnSnapshot()
    /// - Throws: `42P16` if the partition columns are not among them.
    func setSchema(_ schema: Schema) throws(SQLError)
    func setProperties(_ properties: [String: String])

    /// Publishes the changes atomically.
    /// - Throws: `40001` if a concurrent change does not go with these ones; `42P01` if the table was dropped.
    func commit() throws(SQLError) -> CommitOutcome
}

/// What a commit did.
package struct CommitOutcome: Hashable, Sendable {
    /// The version that holds the changes.
    package var version: Int64
    /// False when nothing had to be done (CREATE … IF NOT EXISTS of a table that exists).
    package var changed: Bool

    package init(version: Int64, changed: Bool = true) {
        self.version = version
        self.changed = changed
    }
}
