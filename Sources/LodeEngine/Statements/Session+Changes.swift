/// Statements that change rows of a managed table: find them, write what comes, write files without what goes, commit once.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables
import LodeVectors

/// A statement that changes rows, before it is bound.
struct ChangingStatement {
    let table: QualifiedName
    /// "UPDATE": the tag, and the name in the table's history.
    let verb: String
    /// What the current user must be allowed.
    let privileges: Privileges
    /// Columns that the statement adds to a table.
    var evolution: ((Binder, Schema) throws(SQLError) -> [Field])?
    let bind: (Binder, ChangeTarget) throws(SQLError) -> BoundChange

    /// - Throws: `42601` for what is no table.
    init(
        _ verb: String, of table: TableReference, needing privileges: Privileges,
        _ bind: @escaping (Binder, ChangeTarget) throws(SQLError) -> BoundChange
    ) throws(SQLError) {
        self.table = try table.changedTable(by: verb)
        self.verb = verb
        self.privileges = privileges
        self.bind = bind
    }
}

extension Statement {
    /// Nil for a statement that does not change rows, or that only adds some.
    var changing: ChangingStatement? {
        get throws(SQLError) {
            switch self {
            case .update(let update): try update.changing
            case .delete(let delete): try delete.changing
            case .merge(let merge): try merge.changing
            default: nil
            }
        }
    }
}

/// A statement that changes rows, on its way.
struct RowChange {
    var transaction: any TableTransaction
    var target: ChangeTarget
    /// The changed table with the identity of its rows.
    var relation: FilesRelation
    var writeTarget: WriteTarget
    /// Where rows go that were there before: they bring their numbers along, where rows keep such.
    var movedTarget: WriteTarget { relation.lineage.map { writeTarget.keeping($0) } ?? writeTarget }
    /// Columns that the table gets with the change.
    var added: [Field] = []

    /// What is to be committed.
    var changes: [TableChange] {
        let columns = added.map { GlueColumn(name: $0.name, type: HiveTypeText.write($0.type)) }
        return [transaction.change] + (added.isEmpty ? [] : [.alter(transaction.table.tableName, [.addColumns(columns)])])
    }
}

extension RowChange {
    /// Notes which values of identity columns were given to rows of new files.
    func count(_ columns: Set<Int>, in files: [DataFile]) {
        var marks: [String: Int64] = [:]
        for position in columns {
            let name = target.table.schema.fields[position].name
            marks[name] = target.table.identities[position]?.reached(in: files, of: name)
        }
        if !marks.isEmpty { transaction.reached(marks) }
    }
}

/// What a statement found and wrote, before it is committed.
struct ChangedRows {
    /// Files with rows that go, and which.
    var deleted: [(file: DataFile, rows: RowPositions)] = []
    /// Files with rows that come.
    var written: [DataFile] = []
    /// What rows that come have been given to and more are to be; its files are none of `written` yet.
    var open: TableWriteSink?
    /// Files with all of these rows, for who reads changes.
    var feed: [DataFile] = []
    var returned: [Chunk] = []
    var receipt = Receipt()
}

extension Session {
    /// Begins a change of a managed table. What the statement reads is read afterwards, so that the commit sees whatever came between.
    func beginChange(
        of name: QualifiedName, _ verb: String, needing privileges: Privileges,
        evolving evolution: ((Binder, Schema) throws(SQLError) -> [Field])? = nil
    ) throws(SQLError) -> RowChange {
        let (named, branch) = try changedTable(name)
        let transaction = try catalog.beginWrite(try writableTable(named, verb, needing: privileges).tableName)
        if let branch {
            do throws(SQLError) {
                try transaction.move(to: branch, try catalog.snapshot(of: transaction.table.tableName, at: .reference(branch)))
            } catch {
                throw error.at(name.span)
            }
        }
        var table = transaction.table
        let added = try evolution.map { (evolution) throws(SQLError) in try evolved(&table, by: evolution, at: name.span) } ?? []
        let snapshot = try confined(transaction.snapshot, of: table), stores = try stores(of: table)
        let relation = try CatalogRelation.identified(transaction, adding: added, stores) { (predicate) throws(SQLError) in
            try snapshot.plan(predicate)
        }
        var target = try table.writeTarget(stores)
        target.places = transaction.places
        target.matching = try matching(of: table, over: transaction.snapshot)
        return RowChange(
            transaction: transaction,
            target: ChangeTarget(
                table: try table.insertTarget(), relation: relation,
                path: engine.attached.path(of: table.tableName, own: Engine.catalogName),
                wantsOldRows: transaction.rowWriting.feedFolder != nil),
            relation: relation, writeTarget: target, added: added)
    }

    /// Gives a table the columns that a statement brings and it lacks.
    private func evolved(
        _ table: inout GlueTable, by evolution: (Binder, Schema) throws(SQLError) -> [Field], at span: SourceSpan
    ) throws(SQLError) -> [Field] {
        let fields = try evolution(makeBinder(statementContext()), try table.schema()).map { Field($0.name, $0.type.stored) }
        if fields.isEmpty { return [] }
        try requireOwner(of: table, at: span)
        try table.apply(.addColumns(fields.map { GlueColumn(name: $0.name, type: HiveTypeText.write($0.type)) }))
        return fields
    }

    /// An UPDATE, DELETE or MERGE, bound without being run; nil for other statements.
    func boundChange(_ statement: Statement, _ binder: Binder) throws(SQLError) -> BoundChange? {
        guard let changing = try statement.changing else { return nil }
        let change = try beginChange(
            of: changing.table, changing.verb, needing: changing.privileges, evolving: changing.evolution)
        return try changing.bind(binder, change.target)
    }

    /// Runs a statement that changes rows, again if another one came first, and gives what it returns.
    func change(_ changing: ChangingStatement, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let verb = changing.verb
        let (bound, changed) = try retrying { () throws(SQLError) -> (BoundChange, ChangedRows) in
            let context = statementContext(), evolution = changing.evolution
            let change = try beginChange(of: changing.table, verb, needing: changing.privileges, evolving: evolution)
            // Its lease holds until the files are published.
            defer { withExtendedLifetime(change.transaction) {} }
            let bound = try changing.bind(makeBinder(context), change.target)
            return (bound, try apply(bound, change, verb, context))
        }
        return try finish(changed, bound.returned, tag: "\(verb) \(changed.receipt.rows)", run)
    }

    /// Gives what RETURNING asks for. The change is committed by now.
    func finish(_ changed: ChangedRows, _ returned: [Field], tag: String, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        if !returned.isEmpty {
            try run.sink.begin(returned)
            for chunk in changed.returned where try !run.sink.rows(chunk) { break }
        }
        return StatementOutcome(tag: tag, receipt: changed.receipt)
    }

    /// Finds the rows, writes what must be written, and commits.
    private func apply(
        _ bound: BoundChange, _ change: RowChange, _ verb: String, _ context: StatementContext
    ) throws(SQLError) -> ChangedRows {
        let transaction = change.transaction
        transaction.name(verb)
        if bound.dependsOnAbsence || bound.readsAgain(change.target) { transaction.dependsOnSnapshot() }
        if let read = WholeFiles.bounds(of: bound.rows.plan, context.execution) { transaction.reads(read) }
        var changed =
            if let files = try wholeFiles(bound, context) { files } else { try findRows(bound, change, context, leavesOpen: true) }
        let marked = marked(&changed, transaction, by: verb)
        do throws(SQLError) {
            try rewrite(&changed, change, context)
        } catch {
            changed.open?.abort()
            discard(changed.written + changed.feed, in: change.writeTarget.stores)
            throw error
        }
        let written = changed.written
        transaction.deleteFiles(changed.deleted.map(\.file.path))
        transaction.mark(marked)
        transaction.append(written)
        transaction.feed(changed.feed)
        change.count(bound.countedColumns, in: written)
        let isChanged = !changed.deleted.isEmpty || !marked.isEmpty || !written.isEmpty || !change.added.isEmpty
        changed.receipt.filesWritten = written.count
        changed.receipt.bytesWritten = written.reduce(0) { $0 + $1.size }
        let outcomes = try commitWritten(
            WrittenRows(files: written + changed.feed, receipt: changed.receipt), to: change.writeTarget,
            isChanged ? change.changes : [], context)
        changed.receipt.version = outcomes.first?.version
        return changed
    }

    // MARK: Finding rows

    /// The files that a statement takes away as a whole, if metadata tells: of a DELETE by partition columns, or of everything.
    private func wholeFiles(_ bound: BoundChange, _ context: StatementContext) throws(SQLError) -> ChangedRows? {
        guard bound.changes.newRow.isEmpty, bound.returned.isEmpty, bound.rows.plan.scans.count == 1 else { return nil }
        guard let files = try WholeFiles.chosen(by: bound.rows.plan, context.execution) else { return nil }
        var changed = ChangedRows()
        for file in files {
            changed.deleted.append((file, RowPositions()))
            changed.receipt.rows += file.liveRowCount ?? 0
        }
        return changed
    }

    /// Runs the query of a statement: new rows go into files, rows that go are noted.
    /// - Parameter leavesOpen: whether rows that stay may follow into the files, where those have no order.
    func findRows(
        _ bound: BoundChange, _ change: RowChange, _ context: StatementContext, leavesOpen: Bool = false
    ) throws(SQLError) -> ChangedRows {
        let isMoved = bound.changes.file != nil
        let specification = try specification(of: isMoved ? change.movedTarget : change.writeTarget, context)
        let order = try SortedBy.columns(specification.options, specification.schema)
        let leavesOpen = leavesOpen && isMoved && order.isEmpty
        let sorted = bound.changes.newRow.isEmpty ? bound.rows : try Self.sorted(bound.rows, specification)
        let query = try optimized(sorted, context)
        let execution = try QueryExecution(plan: query.plan, context: context.execution)
        let writer = try TableWriteSink(
            specification, to: change.writeTarget.stores, order: execution.order, memory: context.execution.memory, leavesOpen: leavesOpen)
        let feed = try feed(of: bound, change, context)
        let sink = try RowChangeSink(bound.changes, into: writer, feed: feed, memory: context.execution.memory)
        var changed = ChangedRows()
        do throws(SQLError) {
            try watching(execution) { () throws(SQLError) in try execution.run(into: sink, name: "change") }
            let deleted = sink.deleted
            if !deleted.isEmpty {
                for file in try change.relation.files(nil).files {
                    if let rows = deleted[file.path] { changed.deleted.append((file, rows)) }
                }
            }
            guard changed.deleted.count == deleted.count else { throw .internalFault("a changed row is in no file of its table") }
        } catch {
            writer.abort()
            feed?.abort()
            throw error
        }
        if leavesOpen { changed.open = writer } else { changed.written = writer.written }
        // Rows that only come are told by the files that they come with.
        if changed.deleted.isEmpty { feed?.abort() } else { changed.feed = feed?.written ?? [] }
        changed.returned = sink.returned
        changed.receipt = Self.receipt(of: execution)
        changed.receipt.rows = sink.count
        return changed
    }

    // MARK: Writing files anew

    /// New files up to this size, in bytes, are written together with the rows that stay.
    private static let smallBytes = 32 << 20

    /// Writes the rows that stay of files of which others go, behind those that come. Files that lose all rows need nothing of it.
    ///
    /// Where rows are sorted, those that come are files of their own by now; small ones are made one with the others, so that many small
    /// changes do not make many small files.
    func rewrite(_ changed: inout ChangedRows, _ change: RowChange, _ context: StatementContext) throws(SQLError) {
        var files: [DataFile] = []
        for (file, rows) in changed.deleted where rows.count > 0 && rows.count != file.liveRowCount {
            var rest = file
            rest.deletes = RowDeletes(rows, beside: file.deletes)
            files.append(rest)
        }
        if files.isEmpty, changed.open == nil { return }
        // Those with columns of which the table has nothing yet are left as they are.
        let small = change.added.isEmpty && changed.written.reduce(0) { $0 + $1.size } <= Self.smallBytes ? changed.written : []
        let rows = try scan(files + small, change, context), target = change.movedTarget
        let specification = try specification(of: target, context, areChecked: true)
        let kept = try run(rows, specification, to: target.stores, alwaysWrites: false, after: changed.open, context)
        changed.open = nil
        changed.receipt.bytesRead += kept.receipt.bytesRead
        changed.receipt.memoryPeak = max(changed.receipt.memoryPeak, kept.receipt.memoryPeak)
        if !small.isEmpty {
            discard(small, in: change.writeTarget.stores)
            changed.written = []
        }
        changed.written += kept.files
    }
}
