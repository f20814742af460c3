/// One statement's changes to the files of one table.

import LodeCore
import LodeTables

/// Collects changes; nothing is visible before they are committed. Used by one thread at a time.
package protocol TableTransaction: AnyObject {
    /// The definition as of the start of the transaction: what is written must fit it.
    var table: GlueTable { get }
    /// The table as of the start of the transaction.
    var snapshot: any TableSnapshot { get }

    /// Folders of partitions that do not lie in the table's, by those that they would have there: `key=value/…`.
    var places: [String: String] { get }

    /// How rows change: in files that are written anew, or as numbers of rows that go.
    var rowWriting: RowWriting { get }

    /// Makes the change one of a branch of the table.
    /// - Parameter snapshot: the branch as it is.
    func move(to branch: String, _ snapshot: any TableSnapshot) throws(SQLError)

    /// Says before files are written that they will take the place of others.
    /// - Returns: the folder in which they have to lie; nil for the table's own.
    func willReplace() throws(SQLError) -> String?
    /// Adds files that are already written and durable.
    func append(_ files: [DataFile])
    /// Takes files away, by the path that `plan` gave.
    func deleteFiles(_ paths: [String])
    /// Takes rows away of files that stay, where `rowWriting` lets that be.
    func mark(_ files: [MarkedFile])
    /// Adds files with the rows that change, for who reads changes, where `rowWriting` wants them.
    func feed(_ files: [DataFile])
    /// Takes away whatever the partitions with these values hold when the change is published.
    func emptyPartitions(_ partitions: Set<[Value]>)
    /// Says of files that were written when the table was divided otherwise that their rows in those partitions are dealt with.
    func examined(_ paths: [String])
    /// Takes every file away and puts these in their place.
    func replaceAll(with files: [DataFile])
    /// Has the lists of files written anew, and nothing else.
    func rewriteManifests()
    /// Notes how many different values columns of `snapshot` have, and nothing else, where the table's format keeps that.
    func note(_ distinctValues: [ColumnSketch])
    /// Makes an earlier state of the table the current one. Where the catalog lists the files, those that come and go are named, too.
    func restore(_ snapshot: any TableSnapshot)
    /// Says that what is written was computed from the table itself: the commit then needs the table unchanged.
    func dependsOnSnapshot()
    /// Says which rows the change was computed from: rows that others add or remove elsewhere are no conflict.
    func reads(_ rows: ColumnPredicate)
    /// Says that no row comes or goes: those that are there lie in other files afterwards, so that rows that others add are no conflict.
    func keepsRows()
    /// Says up to which values identity columns have been counted.
    func reached(_ marks: [String: Int64])
    /// Says whose rows these are, so that they do not come twice: of each file the table remembers that it was read.
    func loads(_ files: [String])
    /// What the history of the table calls the change.
    func name(_ operation: String)

    /// What is to be committed, alone or together with changes to other tables.
    var change: TableChange { get }
}

extension TableTransaction {
    package var places: [String: String] { [:] }
    package var rowWriting: RowWriting { RowWriting() }
    package func mark(_ files: [MarkedFile]) {}
    package func examined(_ paths: [String]) {}
    package func feed(_ files: [DataFile]) {}
    package func reads(_ rows: ColumnPredicate) {}
    package func keepsRows() {}
    package func reached(_ marks: [String: Int64]) {}
    package func restore(_ snapshot: any TableSnapshot) {}
    package func rewriteManifests() {}
    package func note(_ distinctValues: [ColumnSketch]) {}
    package func loads(_ files: [String]) {}
    package func willReplace() throws(SQLError) -> String? { nil }

    package func move(to branch: String, _ snapshot: any TableSnapshot) throws(SQLError) {
        throw SQLError.unsupported("changing the branch \"\(branch)\" of \"\(table.name)\"")
    }
}

extension Catalog {
    /// Publishes one change.
    /// - Throws: as `commit` of several.
    @discardableResult
    package func commit(_ change: TableChange) throws(SQLError) -> CommitOutcome {
        guard let outcome = try commit([change]).first else { throw SQLError.internalFault("a commit without an outcome") }
        return outcome
    }
}
