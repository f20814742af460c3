/// Which conditions can't be true of rows that an outer join filled with NULLs.

import LodeCore
import LodePlan

extension BoundExpression {
    /// Whether it is certainly not true (false or NULL) for rows in which all of `columns` are NULL.
    func isNeverTrue(whereNull columns: Set<ColumnID>) -> Bool {
        switch self {
        case .and(let parts): parts.contains { $0.isNeverTrue(whereNull: columns) }
        case .or(let parts): parts.allSatisfy { $0.isNeverTrue(whereNull: columns) }
        case .not(.isNull(let inner)): inner.isNull(whereNull: columns)
        case .not(let inner): inner.isNull(whereNull: columns)
        default: isNull(whereNull: columns)
        }
    }

    /// Whether it is certainly NULL for rows in which all of `columns` are NULL.
    func isNull(whereNull columns: Set<ColumnID>) -> Bool {
        switch self {
        case .column(let id, _): columns.contains(id)
        case .constant(let value, _): value.isNull
        case .comparison(let op, let a, let b, _):
            op != .isDistinct && op != .isNotDistinct && (a.isNull(whereNull: columns) || b.isNull(whereNull: columns))
        case .not(let inner), .cast(let inner, _, _, _): inner.isNull(whereNull: columns)
        case .isIn(let operand, _): operand.isNull(whereNull: columns)
        case .call(let call): call.isStrict && call.arguments.contains { $0.isNull(whereNull: columns) }
        default: false
        }
    }
}
