/// INSERT.

import LodeCatalog
import LodeCore
import LodeObjectStore
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    func insert(_ insert: Insert, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let (returned, changed) = try retrying { () throws(SQLError) in try insertOnce(insert) }
        return try finish(changed, returned, tag: "INSERT 0 \(changed.receipt.rows)", run)
    }

    /// - Parameter files: those whose rows it adds, if the table remembers that.
    func insertOnce(_ insert: Insert, loading files: [String] = []) throws(SQLError) -> (returned: [Field], ChangedRows) {
        let context = statementContext()
        // Before the query is bound: what the query reads and what the commit checks must be the same or older.
        var change = try beginChange(of: insert.table, "INSERT", needing: insert.privileges, evolving: try insert.evolution)
        let transaction = change.transaction
        if insert.isOverwrite, let folder = try transaction.willReplace() {
            (change.writeTarget.location, change.writeTarget.places) = (folder, [:])
        }
        // Its lease holds until the files are published.
        defer { withExtendedLifetime(transaction) {} }
        transaction.loads(files)
        let target = change.target.table, binder = makeBinder(context)
        let bound = try binder.bind(insert: insert, into: target, path: change.target.path)
        var changed = try rows(of: bound, change, context)
        // Of a table that no catalog knows nobody can tell.
        let readsItself = transaction.snapshot.identity.map { bound.rows.plan.reads($0.table) } ?? !bound.rows.plan.scans.isEmpty
        // To a log an append says, too, whether it was computed from the table.
        if readsItself, insert.isOverwrite || transaction.table.writableFormat != nil { transaction.dependsOnSnapshot() }
        // Rows of files that go and that stay rows of the table.
        var kept: [DataFile] = []
        if insert.isOverwrite {
            let named = try partition(of: insert, target, transaction.table.partitionTerms, binder)
            kept = try overwrite(change, with: changed.written, naming: named, context)
        } else {
            transaction.append(changed.written)
        }
        change.count(bound.countedColumns, in: changed.written)
        if !change.added.isEmpty { transaction.name(insert.isOverwrite ? "INSERT OVERWRITE" : "INSERT") }
        let written = WrittenRows(files: changed.written + kept, receipt: changed.receipt)
        changed.receipt.version = try commitWritten(written, to: change.writeTarget, change.changes, context).first?.version
        return (bound.returned, changed)
    }

    private func rows(of bound: BoundChange, _ change: RowChange, _ context: StatementContext) throws(SQLError) -> ChangedRows {
        if !bound.returned.isEmpty { return try findRows(bound, change, context) }
        let written = try write(bound.rows, to: change.writeTarget, context)
        return ChangedRows(written: written.files, receipt: written.receipt)
    }

    /// The one partition that `PARTITION (…)` names; nil if it leaves some column to the rows, or what a transform makes of one.
    private func partition(
        of insert: Insert, _ table: InsertTarget, _ terms: [PartitionTerm], _ binder: Binder
    ) throws(SQLError) -> [Value]? {
        if insert.partition.isEmpty { return nil }
        let fixed = try binder.partitionValues(of: insert, table)
        var values: [Value] = []
        for term in terms {
            guard term.isColumn, let position = table.schema.index(of: term.column), let value = fixed[position] else { return nil }
            values.append(value)
        }
        return values
    }

    /// INSERT OVERWRITE replaces a table, or in a partitioned one the partitions that the new rows have (Spark's dynamic mode, and
    /// Hive's) and the one that the statement names.
    /// - Returns: the files with rows that were beside those in files that go.
    private func overwrite(
        _ change: RowChange, with files: [DataFile], naming named: [Value]?, _ context: StatementContext
    ) throws(SQLError) -> [DataFile] {
        let transaction = change.transaction
        // How it is partitioned now: files of earlier days may have been otherwise.
        if transaction.table.partitionTerms.isEmpty {
            transaction.replaceAll(with: files)
            return []
        }
        let partitions = Set(files.map(\.partitionValues) + [named].compactMap { $0 }), kept: [DataFile]
        do throws(SQLError) {
            kept = try emptyEarlierFiles(of: partitions, change, context)
        } catch {
            discard(files, in: change.writeTarget.stores)
            throw error
        }
        transaction.emptyPartitions(partitions)
        transaction.append(files + kept)
        return kept
    }

    /// The managed table that a name means.
    /// - Parameter verb: what is to be done to it: "INSERT", "UPDATE".
    /// - Throws: `42501` if the current user lacks one of the privileges that are needed.
    func writableTable(_ name: QualifiedName, _ verb: String, needing privileges: Privileges) throws(SQLError) -> GlueTable {
        let particle = ["INSERT": " into", "MERGE": " into", "DELETE": " from"][verb] ?? ""
        let action = verb.lowercased() + particle
        if name.parts.count == 1, temporaryViews[name.last.text.lowercased()] != nil {
            throw SQLError(.wrongObjectType, "cannot \(action) view \"\(name.last.text)\"", at: name.span)
        }
        let table = try existingTable(name)
        switch table.kind {
        case .managed, .external:
            if !table.isWritten { try requireWritable(table, verb, at: name.span) }
            if name.parts.count > 1, table.ownerName != currentUser {
                try require(.usage, inSchema: table.databaseName, at: name.span)
            }
            try require(privileges, on: table, at: name.span)
            return table
        case .view: throw SQLError(.wrongObjectType, "cannot \(action) view \"\(table.name)\"", at: name.span)
        case .system: throw SQLError(.insufficientPrivilege, "permission denied for table \(table.name)", at: name.span)
        }
    }

    /// - Throws: `0A000` for an external table that is not another catalog's, and for a statement that changes rows of one that is: before
    ///   files are written that others would see.
    private func requireWritable(_ table: GlueTable, _ verb: String, at span: SourceSpan) throws(SQLError) {
        if try catalog.attachedCatalog(of: table.databaseName) == nil {
            throw SQLError.unsupported(
                "writing to the external table \"\(table.name)\"", at: span,
                hint: "COPY (query) TO '\(table.storageDescriptor.location ?? "folder")/…' writes files into its folder.")
        }
        if verb == "INSERT" { return }
        throw SQLError.unsupported(
            "\(verb) of \"\(table.name)\", a table of folders,", at: span,
            hint: "INSERT OVERWRITE \(table.tableName) SELECT … replaces its rows by those that a query gives; INSERT INTO adds rows.")
    }

    /// Publishes what was written together with the rows that readers rejected. If that fails, the files go, unless nobody knows whether it
    /// did.
    func commitWritten(
        _ written: WrittenRows, to target: WriteTarget, _ changes: [TableChange], _ context: StatementContext
    ) throws(SQLError) -> [CommitOutcome] {
        do throws(SQLError) {
            return try commit(changes: changes, rejects: context.rejects)
        } catch {
            if !error.leavesCommitUnknown { discard(written.files, in: target.stores) }
            throw error
        }
    }

    /// Deletes files that no table refers to; what can't be deleted is collected as an orphan later.
    func discard(_ files: [DataFile], in stores: StoreRegistry? = nil) {
        (stores ?? engine.stores).discard(catalog.unnamed(files).map(\.path))
    }

    /// What the files of a schema's tables are read and written with.
    func stores(of database: String) throws(SQLError) -> StoreRegistry { try catalog.stores(of: database) ?? engine.stores }

    /// The same for a table that is there: not all that a log of its own names is the table's.
    func stores(of table: GlueTable) throws(SQLError) -> StoreRegistry {
        if table.kind == .managed { return engine.stores }
        let stores = try catalog.stores(of: table.tableName) ?? engine.stores
        return table.loggedFormat == nil ? stores : self.stores(stores, forLogIn: table.folder ?? "")
    }
}

extension LogicalPlan {
    /// Whether some scan reads the table's current state.
    func reads(_ table: TableID) -> Bool { versionsRead.contains { $0.table == table } }

    /// The current states of the catalog's tables that scans read.
    var versionsRead: Set<TableVersion> { Set(scans.compactMap(\.relation.tableVersion)) }
}

extension Insert {
    /// WITH SCHEMA EVOLUTION.
    var evolution: ((Binder, Schema) throws(SQLError) -> [Field])? {
        get throws(SQLError) {
            guard evolvesSchema else { return nil }
            guard isByName, case .query(let query) = source else {
                throw .unsupported("INSERT WITH SCHEMA EVOLUTION without BY NAME", at: table.span)
            }
            return { (binder, schema) throws(SQLError) in
                try binder.columns(of: query, self.with).filter { schema.index(of: $0.name) == nil }
            }
        }
    }

    var privileges: Privileges {
        var needed: Privileges = .insert
        if isOverwrite { needed.insert(.delete) }
        if !returning.isEmpty { needed.insert(.select) }
        return needed
    }
}
