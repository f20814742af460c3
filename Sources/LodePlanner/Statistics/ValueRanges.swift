/// Between which values numbers and dates lie, for certain.

import LodeCore
import LodePlan

/// The ranges of a plan's columns, learned from the leaves up. Dates are days, timestamps microseconds.
///
/// Unlike estimates these are facts: bounds that files give, numbers of rows, and what follows from them. NULL lies in every
/// range, and a column of which nothing is known in that of its type.
struct ValueRanges {
    struct Range {
        var low: Double
        var high: Double

        init(_ low: Double, _ high: Double) {
            self.low = low
            self.high = high
        }

        func union(_ other: Range) -> Range { Range(min(low, other.low), max(high, other.high)) }

        /// All of `corners`, of which one is the least and one the greatest.
        init(around corners: [Double]) {
            self.init(corners.min() ?? 0, corners.max() ?? 0)
        }
    }

    private let relations: Relations
    private var known: [ColumnID: Range] = [:]
    private var scanned: [ColumnID: (relation: ScannedRelation, index: Int)] = [:]
    private var tables: [Int: [PlanColumn]] = [:]

    /// No table has more rows, nor a sum more terms.
    private static let maxRows = 1e15

    init(_ relations: Relations) { self.relations = relations }

    /// Takes in what `node` computes; its inputs have been taken in before.
    mutating func learn(_ node: LogicalPlan) {
        switch node {
        case .scan(let scan):
            for output in scan.outputs where output.path.isEmpty && output.index < scan.relation.schema.count {
                scanned[output.column.id] = (scan.relation, output.index)
            }
        case .project(let project): for item in project.items { set(item.column, range(of: item.expression)) }
        case .aggregate(let aggregate):
            for group in aggregate.groups { set(group.column, range(of: group.expression)) }
            for call in aggregate.aggregates { set(call.column, range(ofAggregate: call.name, call.arguments)) }
        case .window(let window): for call in window.calls { set(call.column, range(of: call)) }
        case .setOperation(let operation):
            for (index, column) in operation.columns.enumerated() {
                let parts = operation.inputs.map { range(of: $0.columns[index].reference) }
                set(column, parts.dropFirst().reduce(parts[0]) { all, part in all.flatMap { a in part.map { a.union($0) } } })
            }
        case .cteScan(let scan):
            guard let columns = tables[scan.cte], columns.count == scan.columns.count else { return }
            for (column, source) in zip(scan.columns, columns) { set(column, range(of: source.reference)) }
        default: break
        }
    }

    /// Takes in a CTE, so that its scans know what it computes.
    mutating func learn(table: Int, _ columns: [PlanColumn]) { tables[table] = columns }

    private mutating func set(_ column: PlanColumn, _ range: Range?) { known[column.id] = range }

    /// The values that `expression` can have; nil for types without ranges.
    func range(of expression: BoundExpression) -> Range? {
        switch expression {
        case .column(let id, let type): return column(id, type)
        case .constant(.null, _): return Range(0, 0)
        case .constant(.interval(let interval), _):
            let days = (Double(interval.months) * 31).magnitude + Double(interval.days).magnitude
            let reach = days * Double(CivilDate.microsPerDay) + Double(interval.micros).magnitude
            return Range(-reach, reach)
        case .constant(let value, let type): return value.position.map { Range($0, $0) } ?? Self.range(of: type)
        case .cast(let operand, let type, _, _): return range(ofCast: operand, to: type)
        case .conditional(let branches, let otherwise, _): return union(branches.map(\.result) + [otherwise])
        case .coalesce(let parts, _): return union(parts)
        case .call(let call): return range(of: call) ?? Self.range(of: call.function.returns)
        case .attempt(let operand): return range(of: operand)
        default: return Self.range(of: expression.type)
        }
    }

    private func union(_ parts: [BoundExpression]) -> Range? {
        var result: Range?
        for part in parts {
            guard let own = range(of: part) else { return nil }
            result = result?.union(own) ?? own
        }
        return result
    }

    private func column(_ id: ColumnID, _ type: SQLType) -> Range? {
        if let range = known[id] { return range }
        guard let (name, index) = scanned[id], Self.range(of: type) != nil, let relation = relations[name],
            let found = relation.readStatistics(of: [index]).columns[index],
            let low = found.minimum?.position, let high = found.maximum?.position
        else { return Self.range(of: type) }
        return Range(low, high)
    }

    /// What `+`, `-` and `*` give if they do not overflow; nil for other calls.
    func range(of call: ScalarCall) -> Range? {
        guard call.arguments.count == 2, let a = range(of: call.arguments[0]), let b = range(of: call.arguments[1]) else { return nil }
        switch (call.name, call.arguments[0].type, call.arguments[1].type) {
        case ("+", .date, .interval), ("+", .timestamp, .interval), ("-", .date, .interval), ("-", .timestamp, .interval):
            return moved(call, a, b)
        case ("+", _, _): return Range(a.low + b.low, a.high + b.high)
        case ("-", _, _): return Range(a.low - b.high, a.high - b.low)
        case ("*", _, _): return Range(around: [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high])
        default: return nil
        }
    }

    /// Dates (days) and timestamps (microseconds) that an interval moves become timestamps.
    private func moved(_ call: ScalarCall, _ start: Range, _ interval: Range) -> Range {
        let unit = call.arguments[0].type == .date ? Double(CivilDate.microsPerDay) : 1
        let reach = max(abs(interval.low), abs(interval.high))
        return Range(start.low * unit - reach, start.high * unit + reach)
    }

    private func range(ofCast operand: BoundExpression, to type: SQLType) -> Range? {
        guard let own = range(of: operand) else { return Self.range(of: type) }
        if operand.type.isNumeric, type == .double { return own }
        guard let whole = Self.range(of: type) else { return nil }
        switch (operand.type, type) {
        case (.date, .timestamp): return Range(own.low * Double(CivilDate.microsPerDay), own.high * Double(CivilDate.microsPerDay))
        case (let from, let to) where from.isNumeric && to.isNumeric:
            return Range(max(own.low - 1, whole.low), min(own.high + 1, whole.high))
        default: return whole
        }
    }

    private func range(ofAggregate name: String, _ arguments: [BoundExpression]) -> Range? {
        let argument = arguments.first.flatMap { range(of: $0) }
        switch name {
        case "count", "count_if", "approx_count_distinct": return Range(0, Self.maxRows)
        case "min", "max", "any_value", "first", "last", "avg": return argument
        case "sum": return argument.map { Range(min(0, $0.low * Self.maxRows), max(0, $0.high * Self.maxRows)) }
        default: return nil
        }
    }

    private func range(of call: WindowCall) -> Range? {
        switch call.function {
        case .aggregate: return range(ofAggregate: call.name, call.arguments)
        case .window(let kind):
            switch kind {
            case .ranking: return kind.isRowNumber ? Range(0, Self.maxRows) : nil
            case .frame: return call.arguments.first.flatMap { range(of: $0) }
            case .offset: return nil
            }
        }
    }

    /// Whether `value` is held by `type` with some room to spare, since bounds are rounded.
    static func holds(_ type: SQLType, _ value: Range) -> Bool {
        let limits: Range
        switch type {
        case .date: limits = Range(-2.4e6, 2.1e9)
        case .timestamp: limits = Range(-2.1e17, 9.2e18)
        case .real: limits = Range(-1e38, 1e38)
        case .double: limits = Range(-1e308, 1e308)
        default:
            guard let whole = range(of: type) else { return false }
            limits = Range(whole.low * 0.999, whole.high * 0.999)
        }
        return value.low >= limits.low && value.high <= limits.high
    }

    /// All values of a type of numbers, dates or timestamps.
    static func range(of type: SQLType) -> Range? {
        switch type {
        case .tinyint: return Range(-0x1p7, 0x1p7)
        case .smallint: return Range(-0x1p15, 0x1p15)
        case .integer: return Range(-0x1p31, 0x1p31)
        case .bigint: return Range(-0x1p63, 0x1p63)
        case .decimal(let precision, let scale):
            let limit = Decimal128.toDouble(Decimal128.power(precision - scale), scale: 0)
            return Range(-limit, limit)
        case .date: return Range(-0x1p31, 0x1p31)
        case .timestamp: return Range(-0x1p63, 0x1p63)
        default: return nil
        }
    }
}
