/// Ties top-Ns to the scans that feed them.

import LodeCore
import LodePlan

/// A top-N that sorts by a column first tells the scan of that column the value of its last row, which rises while the query
/// runs: rows, pages and row groups behind it are left out.
///
///     Top-N  total desc  limit: 10  ── the tenth row so far ──┐
///     └─ Scan  orders   top-N filter: total  <────────────────┘
///
/// - Sound because: on the way from the scan to the top-N every row keeps its key, and no other row comes to be because it is
///   missing. Rows that equal the last one are kept where later keys decide among them.
/// - Order: last, when it is known which sides of joins are read while the top-N runs; the others are read before.
struct AssignTopNFilters: NodeRule {
    static let name = "assign_top_n_filters"

    /// Sorts of more rows are not cut while they run.
    private static let maxRows = 256 * 1024

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .sort(var sort) = node, let limit = sort.limit, limit <= Self.maxRows, let key = sort.keys.first,
            case .column(let id, let type) = key.expression, Self.isOrderedByBounds(type)
        else { return nil }
        let filter = context.freshDynamicFilter()
        guard let input = Self.attach(filter, id, to: sort.input) else { return nil }
        sort.input = input
        sort.topNFilter = filter
        return .sort(sort)
    }

    /// Whether statistics of the type are in the order of ORDER BY.
    private static func isOrderedByBounds(_ type: SQLType) -> Bool {
        switch type {
        case .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal, .date, .time, .timestamp, .timestamptz, .timestampNanos,
            .timestamptzNanos, .varchar, .uuid: true
        default: false
        }
    }

    /// `plan` with the filter on column `id` at the scans that give it row by row; nil where something waits for all rows.
    private static func attach(_ filter: Int, _ id: ColumnID, to plan: LogicalPlan) -> LogicalPlan? {
        if case .scan(var node) = plan {
            guard node.limit == nil, node.outputs.contains(where: { $0.column.id == id }) else { return nil }
            node.topNFilters.append(DynamicFilterUse(filter: filter, column: id))
            return .scan(node)
        }
        var inputs = plan.children
        var isPlaced = false
        for origin in plan.node.origins(of: id) where plan.node.streams(origin.input) {
            guard let column = origin.column, let input = attach(filter, column, to: inputs[origin.input]) else { continue }
            inputs[origin.input] = input
            isPlaced = true
        }
        return isPlaced ? plan.replacing(children: inputs) : nil
    }
}
