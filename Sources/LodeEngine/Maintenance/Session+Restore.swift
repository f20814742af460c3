/// RESTORE.

import LodeCatalog
import LodeCore
import LodeObjectStore
import LodePlanner
import LodeSyntax
import LodeTables

/// What is between two versions of a table.
private struct RestoredFiles {
    /// Files that the table has now and will not have.
    var gone: [DataFile] = []
    /// Files that it has not, or with other rows deleted, and will have.
    var back: [DataFile] = []
    var all: [DataFile] = []

    init(from now: [DataFile], to earlier: [DataFile]) {
        var left = Dictionary(now.map { ($0.path, $0) }) { first, _ in first }
        for file in earlier {
            if left[file.path].map({ $0.deletes == file.deletes }) ?? false { left[file.path] = nil } else { back.append(file) }
        }
        gone = now.filter { left[$0.path] != nil }
        all = earlier
    }
}

extension Session {
    /// Makes an earlier version of a table the current one, as a version of its own: those between stay.
    func restore(_ restore: Restore, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let span = restore.table.span
        try requireAutocommit("RESTORE", at: span)
        let table = try writableTable(restore.table, "RESTORE", needing: [])
        try requireOwner(of: table, at: span)
        let (files, version) = try retrying { () throws(SQLError) in try restoreOnce(restore, table) }
        func count(_ files: [DataFile]) -> Value { .integer(Int64(files.count)) }
        func bytes(_ files: [DataFile]) -> Value { .integer(Int64(files.reduce(0) { $0 + $1.size })) }
        let row = [
            bytes(files.all), count(files.all), count(files.gone), count(files.back), bytes(files.gone), bytes(files.back),
            .integer(version),
        ]
        var outcome = try give(Self.restoredFields, [row], to: run.sink, tag: "RESTORE")
        outcome.receipt.version = version
        return outcome
    }

    private func restoreOnce(_ restore: Restore, _ table: GlueTable) throws(SQLError) -> (RestoredFiles, version: Int64) {
        let transaction = try catalog.beginWrite(table.tableName), stores = try stores(of: table)
        defer { withExtendedLifetime(transaction) {} }
        let time = try makeBinder(statementContext()).bindTime(restore.time)
        let earlier: any TableSnapshot
        do throws(SQLError) {
            earlier = try catalog.snapshot(of: table.tableName, at: time)
        } catch {
            throw error.at(restore.time.span)
        }
        let now = try confined(transaction.snapshot, of: table).plan(nil).files
        let files = RestoredFiles(from: now, to: try confined(earlier, of: table).plan(nil).files)
        let needed = files.back.map(\.path) + Set(files.back.flatMap { $0.deletes?.locations ?? [] })
        for (path, info) in zip(needed, try stores.info(needed)) where info == nil {
            throw SQLError(
                .objectNotInPrerequisiteState, "a file of that version of \"\(table.name)\" is gone", at: restore.time.span, in: path,
                hint: "DESCRIBE HISTORY \(table.tableName) lists the versions; VACUUM … RETAIN n DAYS keeps the files of n days.")
        }
        transaction.name("RESTORE")
        transaction.dependsOnSnapshot()
        transaction.restore(earlier)
        guard table.kind == .managed else { return (files, try catalog.commit(transaction.change).version) }
        let copies = try copied(files.back, of: table)
        transaction.deleteFiles(files.gone.map(\.path))
        transaction.append(copies)
        do throws(SQLError) {
            return (files, try catalog.commit(transaction.change).version)
        } catch {
            if !error.leavesCommitUnknown { discard(copies) }
            throw error
        }
    }

    /// Copies of files that versions in between do not have: the catalog says of each file from which version on to which it was there.
    private func copied(_ files: [DataFile], of table: GlueTable) throws(SQLError) -> [DataFile] {
        var copies: [DataFile] = []
        do throws(SQLError) {
            for file in files {
                let folder = StorePath.parent(file.path), name = StorePath.name(file.path)
                var copy = file
                let ending = name.split(separator: ".", maxSplits: 1).last.map(String.init) ?? "parquet"
                copy.path = StorePath.join(folder, ManagedFileName.make(fileExtension: ending))
                try engine.stores.copy(file.path, to: copy.path)
                copies.append(copy)
            }
        } catch {
            discard(copies)
            throw error
        }
        return copies
    }
}
