/// OPTIMIZE.

import LodeCatalog
import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeSyntax
import LodeTables

/// Files that take the place of others, with the same rows.
struct RewrittenBin {
    var bin: FileBin
    var written: [DataFile]
}

extension Session {
    /// Writes files of a table anew, in one commit.
    func optimize(_ optimize: Optimize, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        let span = optimize.table.span
        try requireAutocommit("OPTIMIZE", at: span)
        let table = try writableTable(optimize.table, "OPTIMIZE", needing: [])
        try requireOwner(of: table, at: span)
        let (bins, version) = try retrying { () throws(SQLError) in try optimizeOnce(optimize) }
        let removed = bins.flatMap(\.bin.files), added = bins.flatMap(\.written)
        func bytes(_ files: [DataFile]) -> Value { .integer(Int64(files.reduce(0) { $0 + $1.size })) }
        var outcome = try give(
            Self.optimizedFields,
            [[
                .integer(Int64(removed.count)), .integer(Int64(added.count)), bytes(removed), bytes(added),
                version.map { .integer($0) } ?? .null,
            ]], to: run.sink, tag: "OPTIMIZE")
        outcome.receipt.filesWritten = added.count
        outcome.receipt.bytesWritten = added.reduce(0) { $0 + $1.size }
        outcome.receipt.version = version
        return outcome
    }

    private func optimizeOnce(_ optimize: Optimize) throws(SQLError) -> (bins: [RewrittenBin], version: Int64?) {
        let context = statementContext(), change = try beginChange(of: optimize.table, "OPTIMIZE", needing: [])
        // Its lease holds until the files are published.
        defer { withExtendedLifetime(change.transaction) {} }
        let order = try FileOrder(optimize.order, change)
        if order.isAsked, change.writeTarget.layout != nil, change.writeTarget.properties["sorted_by"] != nil {
            // What the metadata say of the order of its files would not be so.
            throw SQLError.unsupported("another order for a table that has one", at: optimize.table.span)
        }
        let bins = FileBins(
            fileBytes: try fileBytes(optimize, change.transaction.snapshot), takesAll: optimize.isFull,
            isOrdered: order.isAsked || (optimize.isFull && !order.isNone))
        var rewritten: [RewrittenBin] = []
        do throws(SQLError) {
            for bin in bins.of(try chosenFiles(optimize, change, context)) {
                rewritten.append(RewrittenBin(bin: bin, written: try rewrite(bin, bins.fileBytes, order, change, context)))
            }
        } catch {
            discard(rewritten.flatMap(\.written), in: change.writeTarget.stores)
            throw error
        }
        return try publish(rewritten, change)
    }

    /// What the statement says, or else the table, or else the session.
    private func fileBytes(_ optimize: Optimize, _ snapshot: any TableSnapshot) throws(SQLError) -> Int {
        if let bytes = optimize.fileBytes { return bytes }
        let names = ["delta.targetfilesize", "write.target-file-size-bytes", "target_file_size"]
        for (name, value) in snapshot.properties where names.contains(name.lowercased()) {
            if let bytes = ByteSize.parse(value), bytes > 0 { return bytes }
        }
        return ByteSize.parse(settings["target_file_size"]) ?? 128 << 20
    }

    /// The files of the partitions that the condition names.
    private func chosenFiles(
        _ optimize: Optimize, _ change: RowChange, _ context: StatementContext
    ) throws(SQLError) -> [DataFile] {
        guard let condition = optimize.where else { return try change.relation.files(nil).files }
        let bound = try makeBinder(context).bind(delete: Delete(from: optimize.table, where: condition), from: change.target)
        guard let files = try WholeFiles.chosen(by: bound.rows.plan, counted: false, context.execution) else {
            throw SQLError.unsupported(
                "OPTIMIZE of rows that are not whole partitions", at: condition.span,
                hint: "The condition may use the columns by which the table is partitioned.")
        }
        return files
    }

    /// Writes the rows of a bin, without those that were deleted.
    private func rewrite(
        _ bin: FileBin, _ fileBytes: Int, _ order: FileOrder, _ change: RowChange, _ context: StatementContext
    ) throws(SQLError) -> [DataFile] {
        let target = change.movedTarget
        var specification = try specification(of: target, context, areChecked: true)
        specification.fileBytes = fileBytes
        var rows = try scan(bin.files, change, context)
        // Files of earlier days may have been partitioned otherwise, and what transforms make of columns only the writer knows: such rows
        // are split anew.
        let values = bin.partitionColumns == nil ? target.partition(bin.partition, change.transaction.snapshot.partitionColumns) : nil
        if order.isNone {
            if values != nil, !specification.partitionColumns.isEmpty { rows = try Self.sorted(rows, specification) }
        } else {
            rows = try order.sorted(rows, self, context)
            specification.options.values["sorted_by"] = nil
        }
        guard let values, !specification.partitionColumns.isEmpty else {
            return try run(rows, specification, to: target.stores, alwaysWrites: false, context).files
        }
        // One partition: its file has the rows in their order, whoever of the workers writes which of them.
        let own = specification.inPartition(values)
        let kept = own.schema.fields.compactMap { field in rows.plan.columns.first { $0.name == field.name } }
        rows = BoundQuery(
            plan: .project(ProjectNode(input: rows.plan, items: ProjectNode.Item.passing(kept))), names: kept.map(\.name))
        var files = try run(rows, own, to: target.stores, alwaysWrites: false, context).files
        for index in files.indices { files[index].partitionValues = values }
        return files
    }

    /// All columns of some files of a table, and the numbers that rows keep: what `RowChange.movedTarget` takes.
    func scan(_ files: [DataFile], _ change: RowChange, _ context: StatementContext) throws(SQLError) -> BoundQuery {
        let listing = FileListing(files: files, filesTotal: files.count)
        let source = try CatalogRelation.identified(change.transaction, adding: change.added, change.writeTarget.stores) { _ in listing }
        let count = source.schema.count, all = source.schema.fields + source.hiddenFields
        let read = Array(0..<count) + (source.lineage == nil ? [] : Array(all.indices.suffix(2)))
        let columns = read.map { PlanColumn(context.columnIDs.fresh(), all[$0].name, all[$0].type, nullable: all[$0].nullable) }
        let scan = ScanNode(context.execution.relations.add(source), outputs: zip(columns, read).map { ScanOutput($0, index: $1) })
        // Hidden columns are there for who names them.
        let rows = LogicalPlan.project(ProjectNode(input: .scan(scan), items: ProjectNode.Item.passing(columns)))
        return BoundQuery(plan: source.lineage == nil ? .scan(scan) : rows, names: columns.map(\.name))
    }

    // MARK: Publishing

    /// How often bins whose files are all still there are published again, after others came first.
    private static let maxPublications = 12

    /// Publishes what was written. Bins of which another statement has removed or changed a file meanwhile are left as that one has them.
    private func publish(
        _ rewritten: [RewrittenBin], _ change: RowChange
    ) throws(SQLError) -> (bins: [RewrittenBin], version: Int64?) {
        var left = rewritten, transaction = change.transaction, attempt = 1
        while !left.isEmpty {
            transaction.name("OPTIMIZE")
            transaction.keepsRows()
            transaction.deleteFiles(left.flatMap { $0.bin.files.map(\.path) })
            transaction.append(left.flatMap(\.written))
            do throws(SQLError) {
                return (left, try catalog.commit(transaction.change).version)
            } catch {
                guard error.state == .serializationFailure, attempt < Self.maxPublications else {
                    if !error.leavesCommitUnknown { discard(left.flatMap(\.written), in: change.writeTarget.stores) }
                    throw error
                }
                attempt += 1
                (transaction, left) = try again(left, change, error)
            }
        }
        return ([], nil)
    }

    /// The table as it is now, and the bins whose files it still has.
    /// - Throws: `error` if that is none of them, or the table is declared otherwise by now. If its rows have begun to keep numbers, those
    ///   that were moved before have not brought theirs along.
    private func again(
        _ bins: [RewrittenBin], _ change: RowChange, _ error: SQLError
    ) throws(SQLError) -> (any TableTransaction, [RewrittenBin]) {
        var lost = bins.flatMap(\.written)
        defer { discard(lost, in: change.writeTarget.stores) }
        let transaction = try catalog.beginWrite(change.transaction.table.tableName)
        let now = transaction.snapshot, before = change.transaction.snapshot
        guard now.schema == before.schema, now.partitionColumns == before.partitionColumns,
            now.columnMatching == before.columnMatching, now.rowMetadata?.lineage == before.rowMetadata?.lineage
        else { throw error }
        var there: [String: RowDeletes?] = [:]
        for file in try now.plan(nil).files { there[file.path] = .some(file.deletes) }
        let kept = bins.filter { bin in bin.bin.files.allSatisfy { there[$0.path] == .some($0.deletes) } }
        if kept.isEmpty { throw error }
        lost = bins.filter { bin in !kept.contains { $0.bin.files.first?.path == bin.bin.files.first?.path } }.flatMap(\.written)
        return (transaction, kept)
    }
}

extension WriteSpecification {
    /// How rows of one partition are written.
    func inPartition(_ values: [Value]) -> WriteSpecification {
        var result = self
        let path = self.path, keys = keepsPartitionColumns ? [] : Set(partitionColumns)
        result.schema = Schema(schema.fields.indices.filter { !keys.contains($0) }.map { schema.fields[$0] })
        result.partitionColumns = []
        result.transforms = []
        result.options.values["sorted_by"] = nil
        result.path = { _, number in path(values, number) }
        return result
    }
}

extension WriteTarget {
    /// The partition of files as it is written, from that of files that are there; nil if it is of what transforms make of columns.
    /// - Parameter columns: of the values.
    func partition(_ values: [Value], _ columns: [Field]) -> [Value]? {
        guard let layout else { return values }
        var result: [Value] = []
        for term in layout.terms {
            guard term.transform == .identity, let place = columns.firstIndex(where: { $0.name == term.column }), place < values.count
            else { return nil }
            result.append(values[place])
        }
        return result
    }
}
