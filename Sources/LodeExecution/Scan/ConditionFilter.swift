/// A pushed-down condition as file readers want it.

import LodeCore
import LodeFormats
import LodeFunctions
import LodePlan
import LodeVectors

/// One conjunct of a scan's filter over the columns of one file.
final class ConditionFilter: ScanFilter {
    /// Positions in the scan's projection.
    let columns: [Int]
    let bounds: ColumnPredicate
    let isPureOverOneColumn: Bool
    private let filter: RowFilter
    /// What brings a file's columns to the types that the condition expects; nil where they are so already.
    private let casts: [FileCast?]

    /// - Parameter inputs: the columns that the condition reads, with their positions and casts.
    init(
        _ condition: BoundExpression, inputs: [(column: PlanColumn, position: Int, cast: FileCast?)], bounds: ColumnPredicate,
        functions: FunctionContext
    ) throws(SQLError) {
        columns = inputs.map(\.position) + inputs.compactMap(\.cast?.numbers)
        casts = inputs.map(\.cast)
        self.bounds = bounds
        filter = try RowFilter(condition, columns: inputs.map(\.column), functions: functions)
        // Values of a dictionary that no row has may be asked about too: the condition must not fail for them.
        isPureOverOneColumn = inputs.count == 1 && casts[0] == nil && !condition.canFail && Self.rejectsNull(condition)
    }

    /// Whether the condition surely isn't true for NULL.
    private static func rejectsNull(_ condition: BoundExpression) -> Bool {
        switch condition {
        case .comparison(let comparison, let left, let right, _):
            comparison != .isDistinct && comparison != .isNotDistinct && (passesNull(left) || passesNull(right))
        case .isIn(let operand, _): passesNull(operand)
        case .not(.isNull(let operand)): passesNull(operand)
        case .not(let inner): rejectsNullWhenNegated(inner)
        case .and(let parts): parts.contains(where: rejectsNull)
        case .or(let parts): parts.allSatisfy(rejectsNull)
        case .call(let call): call.isStrict && call.arguments.contains(where: passesNull)
        case .column: true
        default: false
        }
    }

    private static func rejectsNullWhenNegated(_ condition: BoundExpression) -> Bool {
        switch condition {
        case .comparison, .isIn, .call, .column: rejectsNull(condition)
        default: false
        }
    }

    /// Whether the expression is NULL when the one column is.
    private static func passesNull(_ expression: BoundExpression) -> Bool {
        switch expression {
        case .column: true
        case .cast(let operand, _, _, _): passesNull(operand)
        case .call(let call): call.isStrict && call.arguments.contains(where: passesNull)
        default: false
        }
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        var ready: [Column] = []
        ready.reserveCapacity(columns.count)
        var numbers = columns[casts.count...]
        for (column, cast) in zip(columns, casts) {
            guard let cast else {
                ready.append(column)
                continue
            }
            ready.append(try cast.apply(column, count, numbers: cast.wantsNumbers ? numbers.popFirst() : nil))
        }
        try filter.select(ready, count: count, into: survivors)
    }
}

extension BoundExpression {
    /// How dear a condition is, roughly: what is tested first decides what the others see.
    var filterCost: Int {
        switch self {
        case .comparison(_, let left, let right, _): 1 + left.filterCost + right.filterCost + (left.type.isText ? 2 : 0)
        case .isIn(let operand, _): 2 + operand.filterCost + (operand.type.isText ? 2 : 0)
        case .column, .constant: 0
        case .call(let call): (call.arguments.contains { $0.type.isText } ? 20 : 5) + call.arguments.reduce(0) { $0 + $1.filterCost }
        default: 3 + children.reduce(0) { $0 + $1.filterCost }
        }
    }
}
