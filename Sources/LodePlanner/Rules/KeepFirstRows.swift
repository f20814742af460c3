/// Lets a window leave out rows that its filter will refuse.

import LodeCore
import LodePlan

/// A filter that keeps what ranks first tells the window below that nothing else is wanted.
///
///     Filter  row_number = 1          Filter  row_number = 1
///     └─ Window  row_number     ──▶   └─ Window  row_number, first rows only
///
/// "The latest row of each key" then sorts about a row a key instead of all.
/// - Sound because: rows behind the first have no part in the numbers of the first, for functions that rank. The filter stays.
/// - Not for other functions: `sum(x) OVER (…)` of the first row needs the rows that its frame reaches.
struct KeepFirstRows: NodeRule {
    static let name = "keep_first_rows"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .filter(var filter) = node, case .window(var window) = filter.input, !window.wantsFirstRows, !window.order.isEmpty else {
            return nil
        }
        guard window.calls.allSatisfy(Self.ranks) else { return nil }
        let numbers = Set(window.calls.map(\.column.id))
        guard filter.predicate.conjuncts.contains(where: { Self.wantsFirst($0, numbers) }) else { return nil }
        window.wantsFirstRows = true
        filter.input = .window(window)
        return .filter(filter)
    }

    private static func ranks(_ call: WindowCall) -> Bool {
        if case .window(let kind) = call.function { kind.isRowNumber } else { false }
    }

    /// `n = 1`, `n <= 1`, `n < 2`, for one of `numbers`.
    private static func wantsFirst(_ condition: BoundExpression, _ numbers: Set<ColumnID>) -> Bool {
        guard case .comparison(let op, .column(let id, _), .constant(.integer(let bound), _), _) = condition, numbers.contains(id) else {
            return false
        }
        return switch op {
        case .equal, .lessOrEqual: bound == 1
        case .less: bound == 2
        default: false
        }
    }
}
