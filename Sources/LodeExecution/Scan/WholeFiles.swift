/// Conditions that metadata answers for all rows of a file at once.

import LodeCore
import LodeFunctions
import LodePlan
import LodeTables

package enum WholeFiles {
    /// The files of which every row that `rows` gives is wanted, and all of it; nil if that takes reading some file.
    ///
    /// `rows` is a scan of a table, under a filter or not: `DELETE … WHERE day = '2024-01-31'` of a table that is partitioned by day
    /// takes away whole files.
    /// - Parameter counted: whether it must be known how many rows they have.
    package static func chosen(
        by rows: LogicalPlan, counted: Bool = true, _ context: ExecutionContext
    ) throws(SQLError) -> [DataFile]? {
        guard let (scan, source, conditions) = filteredScan(rows, context) else { return nil }
        let columns = scan.outputs.filter { $0.path.isEmpty }.map { ($0.column.id, source.field($0.index).name) }
        let names = Dictionary(columns, uniquingKeysWith: { first, _ in first })
        let keys = source.partitionColumns
        for condition in conditions {
            if condition.isVolatile || condition.hasSubquery { return nil }
            guard condition.columns.allSatisfy({ names[$0].map { keys.contains($0) } ?? false }) else { return nil }
        }
        let bounds = conditions.map { PredicateBounds.predicate($0, names, context.functions) }
        var chosen: [DataFile] = []
        for file in try source.files(bounds.isEmpty ? nil : .conjunction(bounds)).files {
            var values: [ColumnID: BoundExpression] = [:]
            for output in scan.outputs where keys.contains(source.field(output.index).name) {
                guard let value = file.partitionValue(of: source.field(output.index).name, source.partitionFields) else { return nil }
                values[output.column.id] = .constant(value, output.column.type)
            }
            if counted, file.liveRowCount == nil { return nil }
            if try holds(conditions, values, context.functions) { chosen.append(file) }
        }
        return chosen
    }

    /// Which rows of its table `rows` can give; nil if it is more than a scan under filters.
    package static func bounds(of rows: LogicalPlan, _ context: ExecutionContext) -> ColumnPredicate? {
        guard let (scan, source, conditions) = filteredScan(rows, context) else { return nil }
        let columns = scan.outputs.filter { $0.path.isEmpty }.map { ($0.column.id, source.field($0.index).name) }
        let names = Dictionary(columns, uniquingKeysWith: { first, _ in first })
        return .conjunction(conditions.map { PredicateBounds.predicate($0, names, context.functions) })
    }

    private static func holds(
        _ conditions: [BoundExpression], _ values: [ColumnID: BoundExpression], _ functions: FunctionContext
    ) throws(SQLError) -> Bool {
        for condition in conditions {
            if try ConstantFolder.evaluate(condition.substituting(values), functions) != .boolean(true) { return false }
        }
        return true
    }

    private static func filteredScan(_ rows: LogicalPlan, _ context: ExecutionContext) -> (ScanNode, FilesRelation, [BoundExpression])? {
        var conditions: [BoundExpression] = [], plan = rows
        while true {
            switch plan {
            case .project(let node): plan = node.input
            case .filter(let node):
                conditions = node.predicate.conjuncts + conditions
                plan = node.input
            case .scan(let scan):
                guard let source = context.relations[scan.relation] as? FilesRelation, scan.limit == nil else { return nil }
                return (scan, source, scan.filters + conditions)
            default: return nil
            }
        }
    }
}
