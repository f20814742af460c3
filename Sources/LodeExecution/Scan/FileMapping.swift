/// How the columns of one file become those of the scan.

import LodeCore
import LodeFormats
import LodeFunctions
import LodePlan
import LodeTables
import LodeVectors

/// An opened file, with the scan's request in terms of its own columns.
final class FileMapping: Sendable {
    private enum Origin: Sendable {
        /// Position in the projection, and what brings it to the table's type.
        case file(Int, FileCast?)
        case constant(Column)
    }

    let path: String
    let scan: any FileScan
    let request: ScanRequest
    /// Whether conditions on the file's constants rule out all of its rows.
    let isRuledOut: Bool
    private let origins: [Origin]

    init(_ plan: ScanPlan, _ file: DataFile, _ scan: any FileScan, cancellation: Cancellation) throws(SQLError) {
        self.scan = scan
        let columns = plan.source.columns(of: scan, file.path)
        try columns.checkNumbers()
        var projection: [Int] = []
        var constants: [ColumnID: BoundExpression] = [:]
        var inputs: [ColumnID: (position: Int, cast: FileCast?, name: String)] = [:]
        for output in plan.outputs {
            let id = output.column.id, type = output.column.type
            switch try Self.origin(output, file, columns, plan) {
            case .value(let value): constants[id] = .constant(value, type)
            case .place(let position, var cast, let name):
                if cast?.wantsNumbers == true {
                    guard let numbers = scan.rowNumberPosition else { throw .internalFault("rows of \(file.path) have no numbers") }
                    cast?.numbers = Self.project(numbers, &projection)
                }
                inputs[id] = (Self.project(position, &projection), cast, name)
            }
        }
        var filters: [any ScanFilter] = []
        var isRuledOut = false
        for (condition, bounds) in zip(plan.conditions, plan.bounds) {
            let own = condition.substituting(constants)
            if own.columns.isEmpty {
                if try ConstantFolder.evaluate(own, plan.functions) != .boolean(true) { isRuledOut = true }
                continue
            }
            filters.append(try Self.filter(own, bounds, plan, inputs))
        }
        for (filter, output) in plan.dynamic {
            guard let input = inputs[plan.outputs[output].column.id], input.cast == nil else { continue }
            filters.append(JoinKeyFilter(filter, column: input.position, name: input.name))
        }
        for (threshold, output) in plan.thresholds {
            let column = plan.outputs[output].column
            guard let input = inputs[column.id], input.cast == nil else { continue }
            filters.append(ThresholdFilter(threshold, column, position: input.position, name: input.name, functions: plan.functions))
        }
        // Before all others: what is deleted is not there to fail a condition.
        if let deletes = file.deletes {
            filters = try Self.filters(deletes, file, columns, plan, cancellation, &projection) + filters
        }
        path = file.path
        self.isRuledOut = isRuledOut
        request = ScanRequest(
            projection: projection, filters: filters, cancellation: cancellation,
            zones: try TimeZoneRules.zones(session: plan.functions.timeZone))
        var origins: [Origin] = []
        for output in plan.outputs where output.isWanted {
            if let input = inputs[output.column.id] {
                origins.append(.file(input.position, input.cast))
            } else if case .constant(let value, let type)? = constants[output.column.id] {
                origins.append(.constant(try Column.constant(value, type, count: 1)))
            }
        }
        self.origins = origins
    }

    private static func origin(
        _ output: ScanPlan.Output, _ file: DataFile, _ columns: FileColumns, _ plan: ScanPlan
    ) throws(SQLError) -> FileOrigin {
        if output.isFilename { return .value(.text(FilesRelation.shownPath(file))) }
        if output.isRowNumber {
            guard let position = columns.scan.rowNumberPosition else { throw .internalFault("rows of \(file.path) have no numbers") }
            return .place(position: position, cast: nil, name: output.name)
        }
        if let part = output.lineage, let lineage = plan.source.lineage {
            return try part == .id
                ? FileLineage.id(lineage, file, columns, plan.functions) : FileLineage.change(lineage, file, columns, plan.functions)
        }
        if output.partition != nil, let value = file.partitionValue(of: output.field.name, plan.source.partitionFields) {
            return .value(value)
        }
        return try columns.origin(of: output.field.name, output.path, as: output.column.type, plan.functions)
    }

    /// Where a position of the file is in the projection, which has each once.
    private static func project(_ position: Int, _ projection: inout [Int]) -> Int {
        if let known = projection.firstIndex(of: position) { return known }
        projection.append(position)
        return projection.count - 1
    }

    private static func filter(
        _ condition: BoundExpression, _ bounds: ColumnPredicate, _ plan: ScanPlan,
        _ inputs: [ColumnID: (position: Int, cast: FileCast?, name: String)]
    ) throws(SQLError) -> any ScanFilter {
        let used = condition.columns
        var columns: [(column: PlanColumn, position: Int, cast: FileCast?)] = []
        for output in plan.outputs where used.contains(output.column.id) {
            guard let input = inputs[output.column.id] else { throw .internalFault("a filter reads a column that its scan has not") }
            columns.append((output.column, input.position, input.cast))
        }
        var names: [String: String] = [:]
        for output in plan.outputs {
            // Of a cast only that of numbers to larger ones surely leaves values and their order as they are.
            guard let input = inputs[output.column.id], input.cast?.keepsValues ?? true else { continue }
            names[output.name] = input.name
        }
        return try ConditionFilter(condition, inputs: columns, bounds: bounds.renamed { names[$0] }, functions: plan.functions)
    }

    /// What leaves out the rows that were deleted; their numbers, and the columns that deletes compare, are read for it.
    private static func filters(
        _ deletes: RowDeletes, _ file: DataFile, _ columns: FileColumns, _ plan: ScanPlan, _ cancellation: Cancellation,
        _ projection: inout [Int]
    ) throws(SQLError) -> [any ScanFilter] {
        var filters: [any ScanFilter] = []
        if deletes.namesRows || deletes.equalities.isEmpty {
            guard let numbers = columns.scan.rowNumberPosition,
                let rows = try plan.deletes.positions(deletes, of: columns.scan, cancellation)
            else { throw SQLError.unsupported("reading a data file of which rows are deleted").within(file.path) }
            filters.append(DeletedRowsFilter(rows, column: project(numbers, &projection)))
        }
        for group in deletes.equalities {
            guard let number = file.sequenceNumber else { throw .internalFault("nothing tells which commit \(file.path) is of") }
            if !group.apply(to: number) { continue }
            let keys = try plan.deletes.keys(group, cancellation)
            var inputs: [EqualityFilter.Input] = []
            for key in group.keys {
                switch try plan.source.origin(of: key, file, columns, plan.functions) {
                case .value(let value): inputs.append(.constant(try Column.constant(value, key.type, count: 1)))
                case .place(let position, let cast, _): inputs.append(.file(project(position, &projection), cast))
                }
            }
            filters.append(EqualityFilter(keys, after: number, inputs))
        }
        return filters
    }

    /// The scan's columns from a chunk of the projection.
    func output(_ chunk: Chunk, batch: Int) throws(SQLError) -> Chunk {
        var columns: [Column] = []
        columns.reserveCapacity(origins.count)
        for origin in origins {
            switch origin {
            case .file(let position, let cast):
                let column = chunk.columns[position]
                let numbers = cast?.numbers.map { chunk.columns[$0] }
                columns.append(try cast?.apply(column, chunk.count, numbers: numbers) ?? column)
            case .constant(let value): columns.append(Column(repeating: value, count: chunk.count))
            }
        }
        return Chunk(columns: columns, count: chunk.count, batch: batch)
    }
}
