/// INSERT and TRUNCATE.

import LodeCatalog
import LodeCore
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

extension Session {
    func insert(_ insert: Insert, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("INSERT", at: insert.table.span)
        let table = try writableTable(insert.table)
        let schema = try table.schema(), partitions = try table.partitionFields()
        let context = statementContext()
        // Before the query is bound: what the query reads and what the commit checks must be the same or older.
        let transaction = try engine.catalog.beginWrite(table.tableName)
        let bound = try makeBinder(context).bind(insert: insert, into: InsertTarget(name: "\(table.tableName)", schema: schema))
        let target = WriteTarget(
            location: try engine.catalog.managedLocation(of: table.tableName), schema: schema, partitionColumns: partitions,
            properties: table.parameters)
        let written = try write(bound, to: target, context)
        if insert.isOverwrite {
            if bound.plan.reads("\(table.tableName)") { transaction.dependsOnSnapshot() }
            try overwrite(transaction, with: written.files, isPartitioned: !partitions.isEmpty)
        } else {
            transaction.append(written.files)
        }
        let changes = (transaction as? ManagedTransaction).map { [$0.change] } ?? []
        let outcomes = try commitWritten(written, changes, context)
        var receipt = written.receipt
        receipt.version = outcomes.first?.version
        return StatementOutcome(tag: "INSERT 0 \(receipt.rows)", receipt: receipt)
    }

    /// INSERT OVERWRITE replaces a table, or in a partitioned one the partitions that the new rows have (Spark's dynamic mode, and
    /// Hive's).
    private func overwrite(_ transaction: any TableTransaction, with files: [DataFile], isPartitioned: Bool) throws(SQLError) {
        guard isPartitioned else {
            transaction.replaceAll(with: files)
            return
        }
        let touched = Set(files.map(\.partitionValues))
        let old = try transaction.snapshot.plan(nil).files.filter { touched.contains($0.partitionValues) }
        transaction.deleteFiles(old.map(\.path))
        transaction.append(files)
    }

    func truncate(_ name: QualifiedName) throws(SQLError) -> StatementOutcome {
        try requireAutocommit("TRUNCATE", at: name.span)
        let transaction = try engine.catalog.beginWrite(try writableTable(name).tableName)
        transaction.replaceAll(with: [])
        _ = try transaction.commit()
        return StatementOutcome(tag: "TRUNCATE TABLE")
    }

    /// The managed table that a name means.
    func writableTable(_ name: QualifiedName) throws(SQLError) -> GlueTable {
        if name.parts.count == 1, temporaryViews[name.last.text.lowercased()] != nil {
            throw SQLError(.wrongObjectType, "cannot insert into view \"\(name.last.text)\"", at: name.span)
        }
        let table = try existingTable(name)
        switch table.kind {
        case .managed: return table
        case .view: throw SQLError(.wrongObjectType, "cannot insert into view \"\(table.name)\"", at: name.span)
        case .system: throw SQLError(.insufficientPrivilege, "permission denied for table \(table.name)", at: name.span)
        case .external:
            throw SQLError.unsupported(
                "writing to the external table \"\(table.name)\"", at: name.span,
                hint: "COPY (query) TO '\(table.storageDescriptor.location ?? "folder")/…' writes files into its folder.")
        }
    }

    /// Publishes what was written together with the rows that readers rejected. If that fails, the files go.
    func commitWritten(
        _ written: WrittenRows, _ changes: [TableChange], _ context: StatementContext
    ) throws(SQLError) -> [CommitOutcome] {
        do throws(SQLError) {
            return try commit(changes: changes, rejects: context.rejects)
        } catch {
            discard(written.files)
            throw error
        }
    }

    /// Deletes files that no table refers to; what can't be deleted is collected as an orphan later.
    func discard(_ files: [DataFile]) {
        for file in files {
            guard let (store, path) = try? engine.stores.resolve(file.path) else { continue }
            try? store.delete(path)
        }
    }
}

extension LogicalPlan {
    /// Whether some scan reads the table that is shown under this name.
    func reads(_ table: String) -> Bool {
        if case .scan(let scan) = self, scan.source.displayName == table { return true }
        return children.contains { $0.reads(table) }
            || expressions.contains { $0.contains { if case .subquery(let query) = $0 { query.plan.reads(table) } else { false } } }
    }
}
