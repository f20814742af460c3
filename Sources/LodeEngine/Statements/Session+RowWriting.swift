/// How changed rows are written where a table's format has better ways than new files: rows that are only marked as gone, and files for
/// who reads changes.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodePlan
import LodePlanner
import LodeTables

extension Session {
    /// Takes those files out of `changed` whose rows are rather marked than that the others are written anew.
    func marked(_ changed: inout ChangedRows, _ transaction: any TableTransaction, by verb: String) -> [MarkedFile] {
        guard transaction.rowWriting.marks(verb) else { return [] }
        var marked: [MarkedFile] = []
        changed.deleted.removeAll { file, rows in
            guard Self.isMarked(file, rows, transaction.rowWriting) else { return false }
            marked.append(MarkedFile(file, rows))
            return true
        }
        return marked
    }

    /// A file that has lost most of its rows is read for little: the rest is written anew.
    private static func isMarked(_ file: DataFile, _ rows: RowPositions, _ writing: RowWriting) -> Bool {
        guard rows.count > 0, let all = file.rowCount else { return false }
        let hasFiles = file.deletes.map { $0.positionFiles != nil || !$0.equalities.isEmpty } ?? false
        // How many rows those name is not known.
        if hasFiles { return writing.marksBesideFiles && rows.count <= all / 2 }
        guard let live = file.liveRowCount, rows.count < live else { return false }
        return live - rows.count >= all / 2
    }

    /// Writes the rows that a statement changes once more; nil where the table keeps no such files, or no row goes.
    func feed(of bound: BoundChange, _ change: RowChange, _ context: StatementContext) throws(SQLError) -> TableWriteSink? {
        guard let folder = change.transaction.rowWriting.feedFolder, !bound.changes.oldRow.isEmpty else { return nil }
        var target = change.writeTarget
        target.location = folder
        target.places = [:]
        target.checks = []
        target.schema = Schema(target.schema.fields.map { Field($0.name, $0.type) } + [Field(RowFeed.typeColumn, .varchar)])
        var specification = try specification(of: target, context, areChecked: true)
        // What the table is sorted by is not what became of its rows.
        specification.options.values["sorted_by"] = nil
        return try TableWriteSink(specification, to: target.stores, order: nil, memory: context.execution.memory)
    }
}
