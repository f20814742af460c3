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
    /// Already written and durable, within the table's folder.
    package var added: [DataFile] = []
    /// Files that go, by the path that `TableSnapshot.plan` gave; each must still be there.
    package var removedPaths: [String] = []
    /// Values of partitions that are emptied before files are added.
    package var emptiedPartitions: Set<[Value]> = []
    /// Whether every file goes before others are added.
    package var removesEverything = false
    /// Whether the change was computed from the table, so that any change since `base` is a conflict.
    package var dependsOnBase = false
    /// Of which rows the change was computed that removes files by their paths; nil: of any.
    package var reads: ColumnPredicate?
    /// Whether rows come or go; else they only lie in other files afterwards.
    package var changesData = true
    /// The values that identity columns have given last, by their names.
    package var identityMarks: [String: Int64] = [:]
    /// What brought the change about, in SQL's words; nil where that follows from the files.
    package var operation: String?

    package init(base: TableVersion) { self.base = base }

    package var removesFiles: Bool { removesEverything || !removedPaths.isEmpty || !emptiedPartitions.isEmpty }
}
