/// What a statement wants to become of a table's files.

import LodeCore

/// Which files come and go, and what must still hold for that to make sense: the read set of the commit.
///
/// What goes is looked up when the change is published, so that of two statements that replace the same the later one wins.
package struct FileChange: Sendable {
    /// The state that the writer began with.
    package var base: TableVersion
    /// That state, for tables that keep a log of their own.
    package var found: (any TableSnapshot)?
    /// The branch that the change is made to, of tables that have such; nil for the table itself.
    package var branch: String?
    /// Already written and durable, within the table's folder.
    package var added: [DataFile] = []
    /// Files that go, by the path that `TableSnapshot.plan` gave; each must still be there.
    package var removedPaths: [String] = []
    /// Files of which rows go without writing them anew; each must still be as it was.
    package var marked: [MarkedFile] = []
    /// Files with the rows that come and go, for who reads changes, where the table keeps such.
    package var feed: [DataFile] = []
    /// Values of partitions that are emptied before files are added.
    package var emptiedPartitions: Set<[Value]> = []
    /// Files from when the table was divided otherwise, of which it is known which rows lie in those partitions: they go by
    /// `removedPaths`, and what else those files have comes again with `added`.
    package var examinedPaths: Set<String> = []
    /// Whether every file goes before others are added.
    package var removesEverything = false
    /// Whether the change was computed from the table, so that any change since `base` is a conflict.
    package var dependsOnBase = false
    /// Of which rows the change was computed that removes files by their paths; nil: of any.
    package var reads: ColumnPredicate?
    /// An earlier state of the table that is to be its state again: what comes and goes follows from it.
    package var restored: (any TableSnapshot)?
    /// Whether the lists of files are written anew, where they lie in many pieces.
    package var rewritesManifests = false
    /// How many different values columns have in the state `found`, where that is all that is to be noted; nil else.
    package var distinctValues: [ColumnSketch]?
    /// Whether rows come or go; else they only lie in other files afterwards.
    package var changesData = true
    /// The values that identity columns have given last, by their names.
    package var identityMarks: [String: Int64] = [:]
    /// Files elsewhere whose rows these are, each of which the table takes once.
    package var loaded: [String] = []
    /// What brought the change about, in SQL's words; nil where that follows from the files.
    package var operation: String?

    package init(base: TableVersion) { self.base = base }

    package var removesFiles: Bool { removesEverything || !removedPaths.isEmpty || !emptiedPartitions.isEmpty || restored != nil }
    package var removesRows: Bool { removesFiles || !marked.isEmpty }
}

/// How many different values a column has, as a sketch that the table's format keeps: `WritableTableFormat.sketchFunction`.
package struct ColumnSketch: Hashable, Sendable {
    package var column: String
    package var bytes: [UInt8]

    package init(column: String, bytes: [UInt8]) {
        self.column = column
        self.bytes = bytes
    }
}

/// A file that stays, and which of its rows go.
package struct MarkedFile: Sendable {
    /// As it was found.
    package var file: DataFile
    /// Beside those that are deleted already.
    package var rows: RowPositions

    package init(_ file: DataFile, _ rows: RowPositions) {
        self.file = file
        self.rows = rows
    }

    /// All rows of the file that are deleted then.
    /// - Parameter read: gives bytes of a file, from an offset on.
    /// - Throws: what reading raises, `0A000` where it is not known which rows are deleted already.
    package func allRows(
        _ read: (_ path: String, _ offset: Int, _ count: Int) throws(SQLError) -> [UInt8]
    ) throws(SQLError) -> RowPositions {
        guard let earlier = file.deletes else { return rows }
        guard let rowCount = file.rowCount, earlier.positionFiles == nil, earlier.equalities.isEmpty else {
            throw SQLError.unsupported("deleting more rows of a data file with delete files").within(file.path)
        }
        var all = rows
        if let known = earlier.positions { all.formUnion(known) }
        if let vector = earlier.vector { all.formUnion(try vector.positions(rowCount: rowCount, read)) }
        return all
    }
}
