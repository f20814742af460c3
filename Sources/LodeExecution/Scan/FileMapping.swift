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
        try plan.source.checkNumbers(of: scan, file)
        var projection: [Int] = []
        var constants: [ColumnID: BoundExpression] = [:]
        var inputs: [ColumnID: (position: Int, cast: FileCast?, name: String)] = [:]
        for output in plan.outputs {
            let id = output.column.id, type = output.column.type
            if let constant = Self.constant(output, file, scan, plan.source) {
                constants[id] = .constant(constant, type)
                continue
            }
            guard let place = try Self.place(output, file, scan, plan) else {
                constants[id] = .constant(.null, type)
                continue
            }
            inputs[id] = (projection.count, place.cast, place.name)
            projection.append(place.position)
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
        if let deletes = file.deletes { filters.insert(try Self.filter(deletes, file, scan, plan.source, &projection), at: 0) }
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

    /// The value that a column has in all rows of the file, if the file itself does not have the column.
    private static func constant(
        _ output: ScanPlan.Output, _ file: DataFile, _ scan: any FileScan, _ source: FilesRelation
    ) -> Value? {
        if output.isFilename { return .text(FilesRelation.shownPath(file)) }
        if output.isRowNumber { return nil }
        if output.partition != nil, let value = file.partitionValue(of: output.field.name, source.partitionFields) { return value }
        return source.position(of: output.field.name, in: scan) == nil ? .null : nil
    }

    /// Where the file has a column or field, and what brings it to the table's type; nil if it has no such field.
    private static func place(
        _ output: ScanPlan.Output, _ file: DataFile, _ scan: any FileScan, _ plan: ScanPlan
    ) throws(SQLError) -> (position: Int, cast: FileCast?, name: String)? {
        if output.isRowNumber {
            guard let position = scan.rowNumberPosition else { throw .internalFault("rows of \(file.path) have no numbers") }
            return (position, nil, output.name)
        }
        guard let index = plan.source.position(of: output.field.name, in: scan) else { return nil }
        var names = [scan.schema.fields[index].name], type = scan.schema.fields[index].type
        var mapped = plan.source.mapped(output.field.name)
        for name in output.path {
            guard case .structure(let fields) = type else {
                throw mismatch(names, type, "a struct", file)
            }
            mapped = mapped?.parts.first { $0.name == name }
            guard let field = Schema(fields).index(of: mapped?.fileName ?? name).map({ fields[$0] }) else { return nil }
            names.append(field.name)
            type = field.type
        }
        guard let position = output.path.isEmpty ? index : scan.position(ofField: names) else {
            throw .internalFault("\(file.path) does not read fields by themselves")
        }
        let wanted = output.column.type, labeled = mapped?.relabeled(type, like: wanted) ?? type
        if type == wanted, labeled == wanted { return (position, nil, FieldPath.name(names)) }
        var cast = FileCast(functions: plan.functions, keepsValues: PredicateBounds.keepsValues(labeled, wanted))
        if labeled != type { cast.label = labeled }
        if labeled != wanted {
            guard let kernel = Casts.kernelByName(from: labeled, to: wanted) else { throw mismatch(names, type, "\(wanted)", file) }
            cast.kernel = kernel
        }
        return (position, cast, FieldPath.name(names))
    }

    private static func mismatch(_ names: [String], _ type: SQLType, _ wanted: String, _ file: DataFile) -> SQLError {
        SQLError(
            .datatypeMismatch, "column \"\(names.joined(separator: "."))\" is \(type) in a file, and \(wanted) in the table",
            in: file.path)
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

    /// Leaves out the rows that were deleted; their numbers are read for it.
    private static func filter(
        _ deletes: RowDeletes, _ file: DataFile, _ scan: any FileScan, _ source: FilesRelation, _ projection: inout [Int]
    ) throws(SQLError) -> any ScanFilter {
        guard let numbers = scan.rowNumberPosition, let rows = try source.positions(deletes, in: scan) else {
            throw SQLError.unsupported("reading a data file of which rows are deleted").within(file.path)
        }
        if let known = projection.firstIndex(of: numbers) { return DeletedRowsFilter(rows, column: known) }
        projection.append(numbers)
        return DeletedRowsFilter(rows, column: projection.count - 1)
    }

    /// The scan's columns from a chunk of the projection.
    func output(_ chunk: Chunk, batch: Int) throws(SQLError) -> Chunk {
        var columns: [Column] = []
        columns.reserveCapacity(origins.count)
        for origin in origins {
            switch origin {
            case .file(let position, let cast):
                let column = chunk.columns[position]
                columns.append(try cast?.apply(column, chunk.count) ?? column)
            case .constant(let value): columns.append(Column(repeating: value, count: chunk.count))
            }
        }
        return Chunk(columns: columns, count: chunk.count, batch: batch)
    }
}
