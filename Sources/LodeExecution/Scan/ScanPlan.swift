/// A scan of a table of files with everything resolved that does not depend on a single file.

import LodeCore
import LodeFormats
import LodeFunctions
import LodePlan
import LodeTables
import LodeVectors

/// What all workers of one scan share.
final class ScanPlan: Sendable {
    struct Output: Sendable {
        let column: PlanColumn
        let field: Field
        /// Position among the partition columns; nil for columns of the files.
        let partition: Int?
        let isFilename: Bool
        let isRowNumber: Bool
        /// Which of the table's numbers of rows it is; nil for other columns.
        let lineage: LineagePart?
        /// From the column to a field inside of it; empty for the column itself.
        let path: [String]
        /// Whether the chunks must have it; else only filters read it.
        let isWanted: Bool

        /// The column, or field, as predicates name it.
        var name: String { FieldPath.name([field.name] + path) }
    }

    enum LineagePart { case id, change }

    let source: FilesRelation
    let outputs: [Output]
    /// Conjuncts, cheap ones first.
    let conditions: [BoundExpression]
    /// What each condition asks of statistics, by the table's column names.
    let bounds: [ColumnPredicate]
    let dynamic: [(filter: DynamicFilter, output: Int)]
    let thresholds: [(threshold: Threshold, output: Int)]
    let functions: FunctionContext
    /// What has been read of the files that delete rows.
    let deletes: DeleteReader
    /// Rows that suffice, if no condition drops any.
    let limit: Int?
    let metrics: OperatorMetrics

    init(
        _ node: ScanNode, _ source: FilesRelation, dynamic: [(filter: DynamicFilter, output: Int)],
        thresholds: [(threshold: Threshold, output: Int)] = [], required: Set<ColumnID>?, functions: FunctionContext,
        memory: MemoryBudget, metrics: OperatorMetrics
    ) {
        self.source = source
        self.dynamic = dynamic
        self.thresholds = thresholds
        self.functions = functions
        self.metrics = metrics
        deletes = DeleteReader(source.stores, functions, memory)
        outputs = node.outputs.map { output in
            let field = source.field(output.index)
            return Output(
                column: output.column, field: field,
                partition: source.partitionFields.firstIndex { $0.name == field.name },
                isFilename: source.filenameColumn == field.name, isRowNumber: source.rowNumberColumn == field.name,
                lineage: source.lineagePart(field.name), path: output.path,
                isWanted: required?.contains(output.column.id) ?? true)
        }
        let conjuncts = node.filters.flatMap(\.conjuncts)
        // What can fail stays behind all that was to protect it.
        let free = conjuncts.filter { !$0.canFail }
        let cheapFirst = free.indices.sorted { (free[$0].filterCost, $0) < (free[$1].filterCost, $1) }
        conditions = cheapFirst.map { free[$0] } + conjuncts.filter(\.canFail)
        let names = Dictionary(outputs.map { ($0.column.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        bounds = conditions.map { PredicateBounds.predicate($0, names, functions) }
        limit = conjuncts.isEmpty && dynamic.isEmpty ? node.limit : nil
    }

    /// The columns of the chunks.
    var columns: [PlanColumn] { outputs.filter(\.isWanted).map(\.column) }

    /// What files must fulfil, by the table's column names.
    var predicate: ColumnPredicate? {
        conditions.isEmpty ? nil : .conjunction(bounds)
    }

    /// What dynamic filters know by now of a file, whose partition values and statistics are known.
    func mayMatchDynamically(_ file: DataFile) -> Bool {
        let known =
            dynamic.map { JoinKeyFilter.bounds($0.filter, outputs[$0.output].name) }
            + thresholds.map { ThresholdFilter.bounds($0.threshold, outputs[$0.output].name, functions) }
        for bounds in known where bounds != .anything {
            if !PartitionPruning.mayMatch(bounds, file.partitionColumns ?? source.partitionFields, file.partitionValues) { return false }
            if !file.statistics.isEmpty, !bounds.mayMatch({ file.statistics[$0] }) { return false }
        }
        return true
    }
}
