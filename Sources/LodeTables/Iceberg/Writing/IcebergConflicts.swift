/// Whether snapshots that came first go with a change that is to follow.

import LodeCore

/// Writers are serializable among each other; rows that others only added may come before or after.
///
///     the others …                   this change …                              then
///     changed rows                   depends on all that there is               40001
///     removed a file, or rows        removes it, or read it                     40001
///     added rows                     removes files, and read where they are     40001
///     put rows into other files      removes one of those, or rows of it        40001
///     anything else                                                             follows
///
/// - Source: Iceberg spec, "Commit Conflict Resolution and Retry", "Snapshots" (`operation`); Iceberg's Java library,
///   `MergingSnapshotProducer.validate…`.
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
        let steps = steps(to: now), isGone = now.snapshot == nil
        if change.dependsOnBase, isGone || steps.contains(where: { !$0.onlyMoves }) {
            throw IcebergWriting.conflict(detail: "Its rows were changed.")
        }
        // What goes as a whole is looked up again.
        if change.removedPaths.isEmpty, change.marked.isEmpty { return }
        var before = try files(of: base)
        // The branch has no snapshot any more.
        if isGone { try checkAll(before, [:]) }
        for step in steps {
            let after = try files(of: step.end.id == now.snapshot?.id ? now : now.at(step.end))
            try step.onlyMoves ? checkOwn(before, after) : checkAll(before, after)
            before = after
        }
    }

    /// What the others did, in a line: snapshots after which rows lie in other files, and those that changed rows, as few as can be.
    private func steps(to now: IcebergSnapshot) -> [(onlyMoves: Bool, end: IcebergMetadata.Snapshot)] {
        guard let last = now.snapshot else { return [] }
        var steps: [(onlyMoves: Bool, end: IcebergMetadata.Snapshot)] = [], next: IcebergMetadata.Snapshot? = last
        var seen: Set<Int64> = []
        while let snapshot = next, snapshot.id != base.snapshot?.id, seen.insert(snapshot.id).inserted {
            let onlyMoves = snapshot.operation == "replace"
            if steps.last?.onlyMoves != onlyMoves { steps.append((onlyMoves, snapshot)) }
            next = snapshot.parent.flatMap { now.metadata.snapshot($0) }
        }
        // They went back to what came before, or nobody knows any more what they did.
        guard next?.id == base.snapshot?.id else { return [(false, last)] }
        return steps.reversed()
    }

    /// Of the files that can hold rows which the statement has read, none came or went, nor rows of one.
    private func checkAll(_ before: [String: DataFile], _ after: [String: DataFile]) throws(SQLError) {
        for (path, file) in after {
            guard let earlier = before[path] else {
                throw IcebergWriting.conflict(detail: "Rows were added where this statement has read.")
            }
            guard earlier.deletes == file.deletes else { throw Self.removed }
        }
        guard before.keys.allSatisfy({ after[$0] != nil }) else { throw Self.removed }
    }

    /// The files that the change removes, or rows of them, are as they were.
    private func checkOwn(_ before: [String: DataFile], _ after: [String: DataFile]) throws(SQLError) {
        for path in change.removedPaths + change.marked.map(\.file.path) {
            guard let file = before[path] else { continue }
            guard let later = after[path], later.deletes == file.deletes else {
                throw IcebergWriting.conflict(detail: "Rows that this statement changes were put into other files.")
            }
        }
    }

    private static var removed: SQLError { IcebergWriting.conflict(detail: "Rows were removed that this statement has read.") }

    private func files(of snapshot: IcebergSnapshot) throws(SQLError) -> [String: DataFile] {
        Dictionary(try snapshot.plan(change.reads).files.map { ($0.path, $0) }) { first, _ in first }
    }
}
