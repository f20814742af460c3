/// Whether snapshots that came first go with a change that is to follow.

import LodeCore

/// Writers are serializable among each other; rows that others only added may come before or after.
///
///     the others …                 this change …                              then
///     changed rows                 depends on all that there is               40001
///     removed a file, or rows      removes it, or read it                     40001
///     added rows                   removes files, and read where they are     40001
///     anything else                                                           follows
///
/// - Source: Iceberg spec, "Commit Conflict Resolution and Retry"; Iceberg's Java library, `MergingSnapshotProducer.validate…`.
struct IcebergConflicts {
    private let change: FileChange
    private let base: IcebergSnapshot

    init(_ change: FileChange, _ base: IcebergSnapshot) {
        self.change = change
        self.base = base
    }

    /// - Parameter now: the table as the others have left it.
    /// - Throws: `40001` if the change can't follow.
    func check(_ now: IcebergSnapshot) throws(SQLError) {
        if base.snapshot?.id == now.snapshot?.id { return }
        if change.dependsOnBase { throw IcebergWriting.conflict(detail: "Its rows were changed.") }
        // What goes as a whole is looked up again.
        if change.removedPaths.isEmpty, change.marked.isEmpty { return }
        // Of the files that can hold rows which the statement has read.
        let before = try files(of: base), after = try files(of: now)
        for (path, file) in after {
            guard let earlier = before[path] else {
                throw IcebergWriting.conflict(detail: "Rows were added where this statement has read.")
            }
            guard earlier.deletes == file.deletes else { throw Self.removed }
        }
        guard before.keys.allSatisfy({ after[$0] != nil }) else { throw Self.removed }
    }

    private static var removed: SQLError { IcebergWriting.conflict(detail: "Rows were removed that this statement has read.") }

    private func files(of snapshot: IcebergSnapshot) throws(SQLError) -> [String: DataFile] {
        Dictionary(try snapshot.plan(change.reads).files.map { ($0.path, $0) }) { first, _ in first }
    }
}
