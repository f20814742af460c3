/// Ties top-Ns to the scans that feed them.

import LodeCore
import LodePlan

/// A top-N that sorts by a column first tells the scan of that column the value of its last row, which rises while the query
/// runs: rows, pages and row groups behind it are left out.
///
///     Top-N  total desc  limit: 10  ── the tenth row so far ──┐
///     └─ Scan  orders   top-N filter: total  <────────────────┘
///
/// Where groups are sorted by one of their keys, the grouping tells the scan: as soon as it has seen as many keys as groups are wanted,
/// rows of the groups behind them are left out.
///
/// - Sound because: on the way from the scan to the top-N every row keeps its key, and no other row comes to be because it is
///   missing. Rows that equal the last one are kept where later keys decide among them.
/// - Order: last, when it is known which sides of joins are read while the top-N runs; the others are read before.
struct AssignTopNFilters: NodeRule {
    static let name = "assign_top_n_filters"

    /// Sorts of more rows are not cut while they run.
    private static let maxRows = 256 * 1024
    /// Keys of more groups are not watched.
    private static let maxGroups = 16 * 1024

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .sort(var sort) = node, let limit = sort.limit, limit <= Self.maxRows, let key = sort.keys.first,
            case .column(let id, let type) = key.expression, Self.isOrderedByBounds(type)
        else { return nil }
        let filter = context.freshDynamicFilter()
        if let input = Self.attach(filter, id, to: sort.input) {
            sort.input = input
            sort.topNFilter = filter
            return .sort(sort)
        }
        guard limit > 0, limit <= Self.maxGroups, let input = Self.watchGroups(filter, key, id, limit, in: sort.input) else { return nil }
        sort.input = input
        return .sort(sort)
    }

    /// `plan` with the filter below the grouping whose key is column `id`; nil where the top-N does not see each group.
    private static func watchGroups(_ filter: Int, _ order: SortKey, _ id: ColumnID, _ limit: Int, in plan: LogicalPlan) -> LogicalPlan? {
        switch plan {
        case .project(let node):
            guard let column = node.origins(of: id).first?.column,
                let input = watchGroups(filter, order, column, limit, in: node.input)
            else { return nil }
            return plan.replacing(children: [input])
        case .aggregate(var node):
            guard node.sets == nil, let key = node.groups.firstIndex(where: { $0.column.id == id }),
                case .column(let column, _) = node.groups[key].expression, let input = attach(filter, column, to: node.input)
            else { return nil }
            node.input = input
            var read = order
            read.expression = node.groups[key].expression
            node.firstGroups = FirstGroups(filter: filter, key: key, order: read, limit: limit)
            return .aggregate(node)
        default: return nil
        }
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
