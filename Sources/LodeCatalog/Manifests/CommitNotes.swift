/// What a commit has done so far, for the manifest that it leaves.

import LodeTables

/// Filled while changes are applied, by one thread.
final class CommitNotes {
    /// What was done to one table.
    struct Table {
        /// Whether the table is new: its manifest describes it wholly.
        var isNew = false
        var isDropped = false
        /// Whether it was dropped before: its manifest describes it wholly again.
        var isUndropped = false
        var definitionChanged = false
        /// The versions that were made.
        var versions: [Int64] = []
        var removals: [ManifestRemoval] = []
        var files: [ManifestFile] = []
        /// Keys of registered partitions.
        var addedPartitions: [String] = []
        var removedPartitions: [String] = []
    }

    private(set) var tables: [Int64: Table] = [:]
    /// Whether databases or roles changed.
    var changesWarehouse = false

    func note(_ table: Int64, _ change: (inout Table) -> Void) { change(&tables[table, default: Table()]) }
}
