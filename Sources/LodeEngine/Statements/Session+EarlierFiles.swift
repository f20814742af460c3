/// INSERT OVERWRITE where files are from before the table was divided as it is.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFunctions
import LodePlan
import LodePlanner
import LodeTables
import LodeVectors

extension Session {
    /// Takes rows of partitions that are emptied out of files that were divided otherwise, and may have them beside others: those that stay
    /// are written anew.
    /// - Returns: the files with the latter.
    func emptyEarlierFiles(
        of partitions: Set<[Value]>, _ change: RowChange, _ context: StatementContext
    ) throws(SQLError) -> [DataFile] {
        let transaction = change.transaction
        guard !partitions.isEmpty, transaction.snapshot.mayBeDividedOtherwise else { return [] }
        let files = try change.relation.files(nil).files.filter(\.isDividedOtherwise)
        if files.isEmpty { return [] }
        var changed = try findRows(try rows(of: partitions, in: files, change, context), change, context)
        try rewrite(&changed, change, context)
        transaction.examined(files.map(\.path))
        transaction.deleteFiles(changed.deleted.map(\.file.path))
        return changed.written
    }

    /// The query for such rows.
    private func rows(
        of partitions: Set<[Value]>, in files: [DataFile], _ change: RowChange, _ context: StatementContext
    ) throws(SQLError) -> BoundChange {
        let listing = FileListing(files: files, filesTotal: files.count), terms = change.transaction.table.partitionTerms
        let source = try CatalogRelation.identified(change.transaction, change.writeTarget.stores) { _ in listing }
        let schema = source.schema
        func output(_ field: Field, _ index: Int) -> ScanOutput {
            ScanOutput(PlanColumn(context.columnIDs.fresh(), field.name, field.type, nullable: field.nullable), index: index)
        }
        let identity = source.hiddenFields.enumerated().map { output($1, schema.count + $0) }
        var sources: [ScanOutput] = []
        for term in terms {
            guard let index = schema.index(of: term.column) else { throw .internalFault("a table divided by columns that it has not") }
            sources.append(output(schema.fields[index], index))
        }
        let lies = BoundScalar(parameters: sources.map(\.column.type), returns: .boolean, canFail: true) {
            (columns, count, _) throws(SQLError) in
            try Self.lie(columns, count, in: partitions, by: terms.map(\.transform))
        }
        let call = ScalarCall(
            name: "partition", function: lies, volatility: .immutable, isStrict: false, arguments: sources.map { $0.column.reference },
            span: nil)
        let scan = ScanNode(context.execution.relations.add(source), outputs: identity + sources)
        let found = LogicalPlan.filter(FilterNode(input: .scan(scan), predicate: .call(call)))
        let columns = identity.map(\.column)
        return BoundChange(
            removing: BoundQuery(
                plan: .project(ProjectNode(input: found, items: ProjectNode.Item.passing(columns))), names: columns.map(\.name)),
            RowChanges(newRow: 0..<0, file: 0, returned: 0..<0))
    }

    /// Whether rows lie in one of the partitions.
    private static func lie(
        _ columns: [Column], _ count: Int, in partitions: Set<[Value]>, by transforms: [IcebergTransform]
    ) throws(SQLError) -> Column {
        var keys: [Column] = []
        for (column, transform) in zip(columns, transforms) { keys.append(try transform.apply(column)) }
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in 0..<count { values.append(.boolean(partitions.contains(keys.map { $0.value(at: row) }))) }
        return try Column.make(.boolean, values)
    }
}
