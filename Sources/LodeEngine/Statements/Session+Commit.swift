/// One atomic commit for what a statement wrote and what its readers rejected.

import LodeCatalog
import LodeCore
import LodeExecution
import LodePlan
import LodePlanner
import LodeTables

extension Session {
    /// Publishes `changes` and the rejected rows together.
    /// - Returns: outcomes of `changes`, in their order.
    @discardableResult
    func commit(changes: [TableChange], rejects: RejectTables) throws(SQLError) -> [CommitOutcome] {
        if rejects.isEmpty { return changes.isEmpty ? [] : try engine.catalog.commit(changes) }
        // From before the first file until it is published.
        let lease = engine.catalog.lease()
        defer { withExtendedLifetime(lease) {} }
        var all = changes
        var written: [DataFile] = []
        do throws(SQLError) {
            for (name, rows) in rejects.rows(at: Engine.nowMicros()) {
                all += try rejectsChanges(name, rows, &written)
            }
            return Array(try engine.catalog.commit(all).prefix(changes.count))
        } catch {
            discard(written)
            throw error
        }
    }

    /// Appends to a rejects table, or makes it.
    private func rejectsChanges(_ name: String, _ rows: [[Value]], _ written: inout [DataFile]) throws(SQLError) -> [TableChange] {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0).lowercased() }
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw SQLError(.invalidName, "improper name of a rejects table: \(name)", hint: "Write table or schema.table.")
        }
        let table = TableName(parts.count == 2 ? parts[0] : currentSchema, parts[parts.count - 1])
        let location = try engine.catalog.managedLocation(of: table)
        var files: [DataFile] = []
        if !rows.isEmpty {
            let source = try ChunksTableSource(displayName: name, schema: RejectTables.schema, rows: rows)
            let ids = ColumnIDs()
            let outputs = RejectTables.schema.fields.enumerated().map { ScanOutput(PlanColumn(ids.fresh(), $1.name, $1.type), index: $0) }
            let bound = BoundQuery(plan: .scan(ScanNode(source: source, outputs: outputs)), names: RejectTables.schema.fields.map(\.name))
            let target = WriteTarget(location: location, schema: RejectTables.schema, partitionColumns: [], properties: [:], relation: name)
            files = try write(bound, to: target, statementContext()).files
            written += files
        }
        if let existing = try engine.catalog.table(table) {
            guard existing.kind == .managed, try existing.schema().fields.map(\.type) == RejectTables.schema.fields.map(\.type) else {
                throw SQLError(.datatypeMismatch, "\"\(name)\" is not a rejects table", hint: "Name another table, or drop it first.")
            }
            let transaction = try engine.catalog.beginWrite(table)
            transaction.append(files)
            return [transaction.change]
        }
        return [
            .createDatabase(GlueDatabase(name: table.database), ifNotExists: true),
            .create(try GlueTable.define(table, RejectTables.schema), files: files),
        ]
    }
}
