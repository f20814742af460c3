/// Answers aggregates from what files say of themselves.

import LodeCore
import LodePlan

/// Replaces `count`, `min` and `max` over whole files by their values, where the metadata of every file has them exactly.
///
///     Aggregate  count(*), max(day)      ──▶      Values  1 row from the metadata of orders
///     └─ Scan  orders
///
/// Filters over columns that are constant in each file (partition columns) choose among the files.
/// - Sound because: only bounds count that are values of the data (no floating-point numbers, whose NaN stands in no bound; no
///   strings that may have been cut short), and one file of which too little is known leaves the scan as it is.
/// - Order: when filters have reached the scan and unused columns are gone; before joins are ordered, which then know the value.
struct AnswerFromMetadata: NodeRule {
    static let name = "answer_from_metadata"

    /// What an aggregate asks, by position in the scan's source.
    private enum Question {
        case rows
        case present(Int)
        case least(Int)
        case greatest(Int)
    }

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .aggregate(let aggregate) = node, aggregate.groups.isEmpty, aggregate.sets == nil, !aggregate.aggregates.isEmpty,
            let (scan, renamed) = Self.scan(aggregate.input), scan.limit == nil, scan.dynamicFilters.isEmpty,
            !scan.filters.contains(where: \.isVolatile)
        else { return nil }
        // What is known of a struct tells nothing of its fields.
        let whole = scan.outputs.filter(\.path.isEmpty)
        let places = Dictionary(whole.map { ($0.column.id, $0.index) }, uniquingKeysWith: { first, _ in first })
        var questions: [Question] = []
        for call in aggregate.aggregates {
            guard let question = Self.question(call, renamed, places) else { return nil }
            questions.append(question)
        }
        guard let files = context.relations[scan.relation]?.fileMetadata(), let kept = Self.chosen(files, scan, context) else { return nil }
        var answers: [BoundExpression] = []
        for (call, question) in zip(aggregate.aggregates, questions) {
            guard let value = Self.answer(question, kept) else { return nil }
            answers.append(.constant(value, call.column.type))
        }
        return .values(ValuesNode(columns: aggregate.columns, rows: [answers], metadataOf: scan.relation.displayName))
    }

    /// The scan below projections that only pass columns on, and what these call them.
    private static func scan(_ plan: LogicalPlan) -> (ScanNode, [ColumnID: ColumnID])? {
        switch plan {
        case .scan(let node): return (node, [:])
        case .project(let node):
            guard let (scan, below) = scan(node.input) else { return nil }
            var names: [ColumnID: ColumnID] = [:]
            for item in node.items {
                guard case .column(let id, _) = item.expression else { continue }
                names[item.column.id] = below[id] ?? id
            }
            return (scan, names)
        default: return nil
        }
    }

    private static func question(_ call: AggregateCall, _ renamed: [ColumnID: ColumnID], _ places: [ColumnID: Int]) -> Question? {
        guard call.filter == nil else { return nil }
        switch (call.name, call.arguments.first) {
        case ("count", nil): return .rows
        case ("count", .constant(let value, _)?) where !value.isNull && !call.isDistinct: return .rows
        case ("count", .column(let id, _)?) where !call.isDistinct: return places[renamed[id] ?? id].map { .present($0) }
        case ("min", .column(let id, let type)?), ("max", .column(let id, let type)?):
            guard call.arguments.count == 1, hasExactBounds(type), call.column.type == type, let place = places[renamed[id] ?? id] else {
                return nil
            }
            return call.name == "min" ? .least(place) : .greatest(place)
        default: return nil
        }
    }

    /// Whether a bound of the type that is a value of the data is the least or greatest of them.
    private static func hasExactBounds(_ type: SQLType) -> Bool {
        switch type {
        case .boolean, .tinyint, .smallint, .integer, .bigint, .decimal, .date, .time, .timestamp, .timestamptz, .timestampNanos,
            .timestamptzNanos, .varchar, .uuid: true
        default: false
        }
    }

    /// The files whose rows all pass the filters; nil where a filter looks into files.
    private static func chosen(
        _ files: [any FileMetadata], _ scan: ScanNode, _ context: RuleContext
    ) -> [any FileMetadata]? {
        if scan.filters.isEmpty { return files }
        let condition = BoundExpression.conjunction(scan.filters)
        let used = condition.columns
        let read = scan.outputs.filter { used.contains($0.column.id) && $0.path.isEmpty }
        guard read.count == used.count else { return nil }
        var kept: [any FileMetadata] = []
        for file in files {
            var constants: [ColumnID: BoundExpression] = [:]
            for output in read {
                guard let value = file.constant(output.index) else { return nil }
                constants[output.column.id] = .constant(value, output.column.type)
            }
            // What fails is for the scan to report.
            guard let verdict = try? context.evaluateConstant(condition.substituting(constants)) else { return nil }
            if verdict == .boolean(true) { kept.append(file) }
        }
        return kept
    }

    private static func answer(_ question: Question, _ files: [any FileMetadata]) -> Value? {
        var count = 0
        var known: ColumnStatistics?
        for file in files {
            guard let rows = file.rowCount else { return nil }
            if rows == 0 { continue }
            let column: ColumnStatistics
            switch question {
            case .rows: column = ColumnStatistics(nullCount: 0, rowCount: rows)
            case .present(let place), .least(let place), .greatest(let place):
                guard let found = statistics(place, file, rows) else { return nil }
                column = found
            }
            switch question {
            case .rows, .present:
                guard let nulls = column.nullCount, nulls <= rows else { return nil }
                let (sum, overflow) = count.addingReportingOverflow(rows - nulls)
                if overflow { return nil }
                count = sum
            case .least, .greatest:
                guard column.isAllNull || (column.boundsAreExact && column.minimum != nil && column.maximum != nil) else { return nil }
                known = known?.merged(with: column) ?? column
            }
        }
        switch question {
        case .rows, .present: return .integer(Int64(count))
        case .least: return bound(known, known?.minimum)
        case .greatest: return bound(known, known?.maximum)
        }
    }

    /// NULL where there is no value; nil where it isn't known.
    private static func bound(_ known: ColumnStatistics?, _ value: Value?) -> Value? {
        guard let known, !known.isAllNull else { return .null }
        return value
    }

    private static func statistics(_ place: Int, _ file: any FileMetadata, _ rows: Int) -> ColumnStatistics? {
        guard let constant = file.constant(place) else {
            guard var known = file.statistics(place) else { return nil }
            known.rowCount = rows
            return known
        }
        if constant.isNull { return ColumnStatistics(nullCount: rows, rowCount: rows) }
        return ColumnStatistics(minimum: constant, maximum: constant, nullCount: 0, rowCount: rows, boundsAreExact: true)
    }
}
