/// A top-N's knowledge of its last row at work in a scan.

import LodeCore
import LodeFormats
import LodeFunctions
import LodePlan
import LodeVectors

/// Keeps the rows that may still come before the last one.
final class ThresholdFilter: ScanFilter {
    let columns: [Int]
    /// Worth asking about a dictionary as soon as something is known; NULL passes where it comes first, or is the last row's value.
    var isPureOverOneColumn: Bool { !threshold.nullsFirst && threshold.current?.value.isNull == false }
    private let threshold: Threshold
    private let column: PlanColumn
    private let name: String
    private let functions: FunctionContext
    /// What was compiled for a version of the threshold.
    private let compiled = Lock<(version: Int, filter: RowFilter)?>(nil)

    /// - Parameters: `position` is the column's in the scan's projection, `name` its name in the file.
    init(_ threshold: Threshold, _ column: PlanColumn, position: Int, name: String, functions: FunctionContext) {
        self.threshold = threshold
        self.column = column
        self.name = name
        self.functions = functions
        columns = [position]
    }

    var bounds: ColumnPredicate { Self.bounds(threshold, name, functions) }

    /// What statistics of the column called `name` are asked.
    static func bounds(_ threshold: Threshold, _ name: String, _ functions: FunctionContext) -> ColumnPredicate {
        guard let (value, _) = threshold.current else { return .anything }
        let column = PlanColumn(ColumnID(0), name, threshold.type)
        return PredicateBounds.predicate(condition(threshold, value, column.reference), [column.id: name], functions)
    }

    /// The condition on rows, given the last one's value.
    private static func condition(_ threshold: Threshold, _ last: Value, _ operand: BoundExpression) -> BoundExpression {
        if last.isNull {
            if threshold.nullsFirst { return threshold.isOnlyKey ? .false : .isNull(operand) }
            return threshold.isOnlyKey ? .not(.isNull(operand)) : .true
        }
        let inside = BoundExpression.comparison(threshold.comparison, operand, .constant(last, threshold.type), nil)
        return threshold.nullsFirst ? .or([.isNull(operand), inside]) : inside
    }

    private func filter() throws(SQLError) -> RowFilter? {
        let version = threshold.version
        if version == 0 { return nil }
        if let ready = compiled.withLock({ $0?.version == version ? $0?.filter : nil }) { return ready }
        guard let (value, known) = threshold.current else { return nil }
        let fresh = try RowFilter(Self.condition(threshold, value, column.reference), columns: [column], functions: functions)
        compiled.withLock { $0 = (known, fresh) }
        return fresh
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        if let filter = try filter() { return try filter.select(columns, count: count, into: survivors) }
        survivors.takeAll(count)
    }
}
