/// One atomic commit for what a statement wrote and what its readers rejected.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodePlan
import LodePlanner
import LodeTables

extension Session {
    /// Publishes `changes` and the rejected rows together.
    /// - Returns: outcomes of `changes`, in their order.
    @discardableResult
    func commit(changes: [TableChange], rejects: RejectTables) throws(SQLError) -> [CommitOutcome] {
        let collectors = rejects.all
        if collectors.isEmpty { return changes.isEmpty ? [] : try catalog.commit(changes) }
        // From before the first file until it is published.
        let lease = catalog.lease()
        defer { withExtendedLifetime(lease) {} }
        var all = changes
        var kept: [RejectCollector] = []
        var written: [DataFile] = []
        do throws(SQLError) {
            for collector in collectors { all += try rejectsChanges(collector, &kept, &written) }
            let outcomes = Array(try catalog.commit(all).prefix(changes.count))
            for collector in kept { collector.keep() }
            return outcomes
        } catch {
            if !error.leavesCommitUnknown { discard(written) }
            throw error
        }
    }

    /// Appends to a rejects table, or makes it. A row that the table has already, since the same file was read before, is not added
    /// again.
    private func rejectsChanges(
        _ collector: RejectCollector, _ kept: inout [RejectCollector], _ written: inout [DataFile]
    ) throws(SQLError) -> [TableChange] {
        let table = collector.table, schema = RejectTables.schema
        var files = try collector.finish(), known: [DataFile] = []
        var transaction: (any TableTransaction)?
        if let existing = try catalog.table(table) {
            guard existing.kind == .managed, try existing.schema().fields.map(\.type) == schema.fields.map(\.type) else {
                throw SQLError(.datatypeMismatch, "\"\(table)\" is not a rejects table", hint: "Name another table, or drop it first.")
            }
            try require(.insert, on: existing, at: nil)
            let begun = try catalog.beginWrite(table)
            transaction = begun
            let sources = AscendingValues(collector.sources.map { .text(SQLText($0)) })
            if !files.isEmpty { known = try begun.snapshot.plan(.isIn(column: "file", sources)).files }
        }
        if !files.isEmpty, !known.isEmpty || collector.mayRepeat {
            let target = WriteTarget(
                location: try catalog.managedLocation(of: table), schema: schema, partitionColumns: [], stores: engine.stores,
                properties: [:], relation: "\(table)")
            files = try writeFresh(collector, files, known, to: target, &written)
        } else {
            kept.append(collector)
        }
        guard let transaction else {
            var database = GlueDatabase(name: table.database)
            database.owner = currentUser
            if try catalog.database(table.database) == nil { try requireSchemaCreation(at: nil) }
            return [
                .createDatabase(database, ifNotExists: true),
                .create(try made(try GlueTable.define(table, schema), replacing: false), files: files),
            ]
        }
        transaction.append(files)
        return [transaction.change]
    }

    /// Rows that are compared with those of the table at a time, if memory is enough for them.
    private static let rowsCompared = 500_000

    /// Writes the rows of `files`, each once, that are not among those of `known`: in as many slices as memory asks for.
    private func writeFresh(
        _ collector: RejectCollector, _ files: [DataFile], _ known: [DataFile], to target: WriteTarget, _ written: inout [DataFile]
    ) throws(SQLError) -> [DataFile] {
        let offsets = files.compactMap { file -> Int64? in
            if case .integer(let offset)? = file.statistics["byte_offset"]?.maximum { offset } else { nil }
        }
        let end = (offsets.max() ?? 0) + 1, rows = files.reduce(0) { $0 + ($1.rowCount ?? 0) }
        let width = max(1, end / Int64(1 + rows / Self.rowsCompared) + 1)
        var slices = stride(from: 0, to: end, by: Int(width)).reversed().map { $0..<min($0 + width, end) }
        var fresh: [DataFile] = []
        while let slice = slices.popLast() {
            do throws(SQLError) {
                let context = statementContext()
                fresh += try write(self.fresh(collector, files, known, slice, context), to: target, context).files
            } catch {
                guard error.state == .outOfMemory, slice.count > 1 else {
                    written += fresh
                    throw error
                }
                let middle = slice.lowerBound + Int64(slice.count / 2)
                slices += [middle..<slice.upperBound, slice.lowerBound..<middle]
            }
        }
        written += fresh
        return fresh
    }

    /// The rows of `files` at some offsets, each once, that are not among those of `known`.
    private func fresh(
        _ collector: RejectCollector, _ files: [DataFile], _ known: [DataFile], _ slice: Range<Int64>, _ context: StatementContext
    ) throws(SQLError) -> BoundQuery {
        let ids = context.columnIDs, schema = RejectTables.schema, stores = engine.stores
        // The last column tells when a row was rejected, which is no part of what it is.
        let fields = schema.fields.dropLast()
        func scan(_ files: [DataFile]) throws(SQLError) -> LogicalPlan {
            let source = FilesRelation(
                displayName: "\(collector.table)", schema: schema, format: try FileFormats.named("parquet"), stores: stores
            ) { _ in FileListing(files: files, filesTotal: files.count) }
            let outputs = fields.enumerated().map { ScanOutput(PlanColumn(ids.fresh(), $1.name, $1.type), index: $0) }
            let low = BoundExpression.constant(.integer(slice.lowerBound), .bigint)
            let end = BoundExpression.constant(.integer(slice.upperBound), .bigint)
            let filters = outputs.map(\.column).filter { $0.name == "byte_offset" }.flatMap { offset in
                [BoundExpression.comparison(.greaterOrEqual, offset.reference, low, nil), .comparison(.less, offset.reference, end, nil)]
            }
            return .scan(ScanNode(context.execution.relations.add(source), outputs: outputs, filters: filters))
        }
        var plan = try scan(files)
        if collector.mayRepeat {
            plan = .aggregate(AggregateNode(input: plan, groups: ProjectNode.Item.passing(plan.columns), aggregates: []))
        }
        if !known.isEmpty {
            let held = try scan(known)
            let keys = zip(plan.columns, held.columns).map { JoinNode.Key($0.reference, $1.reference, matchesNull: true) }
            plan = .join(JoinNode(kind: .anti, left: plan, right: held, keys: keys))
        }
        let at = PlanColumn(ids.fresh(), schema.fields[fields.count].name, schema.fields[fields.count].type)
        let stamp = ProjectNode.Item(at, .constant(.timestamp(collector.rejectedAt), at.type))
        let items = ProjectNode.Item.passing(plan.columns) + [stamp]
        return BoundQuery(plan: .project(ProjectNode(input: plan, items: items)), names: schema.fields.map(\.name))
    }
}
