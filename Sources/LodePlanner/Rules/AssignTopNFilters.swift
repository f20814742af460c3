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
    private static let mostRows = 256 * 1024

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .sort(var sort) = node, let limit = sort.limit, limit <= Self.mostRows, let key = sort.keys.first,
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
        case .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal, .date, .time, .timestamp, .timestamptz, .varchar, .uuid: true
        default: false
        }
    }

    /// `plan` with the filter on column `id` at the scans that give it row by row; nil where something waits for all rows.
    private static func attach(_ filter: Int, _ id: ColumnID, to plan: LogicalPlan) -> LogicalPlan? {
        switch plan {
        case .scan(var node):
            guard node.limit == nil, node.outputs.contains(where: { $0.column.id == id }) else { return nil }
            node.topNFilters.append(DynamicFilterUse(filter: filter, column: id))
            return .scan(node)
        case .filter(let node): return attach(filter, id, to: node.input).map { plan.replacing(children: [$0]) }
        case .unnest(let node): return attach(filter, id, to: node.input).map { plan.replacing(children: [$0]) }
        case .project(let node):
            guard let item = node.items.first(where: { $0.column.id == id }), case .column(let source, _) = item.expression else { return nil }
            return attach(filter, source, to: node.input).map { plan.replacing(children: [$0]) }
        case .setOperation(let node) where node.kind == .unionAll:
            guard let position = node.columns.firstIndex(where: { $0.id == id }) else { return nil }
            var reached = false
            let inputs = node.inputs.map { input in
                guard let found = attach(filter, input.columns[position].id, to: input) else { return input }
                reached = true
                return found
            }
            return reached ? plan.replacing(children: inputs) : nil
        case .join(let node): return attach(filter, id, to: node)
        default: return nil
        }
    }

    /// The left side, where it probes. A right row that loses its partner would come with NULLs in right and full joins.
    private static func attach(_ filter: Int, _ id: ColumnID, to node: JoinNode) -> LogicalPlan? {
        switch node.kind {
        case .right, .full: return nil
        case .inner, .left, .semi, .anti, .mark, .single: if node.buildsLeft { return nil }
        }
        var copy = node
        guard let left = attach(filter, id, to: node.left) else { return nil }
        copy.left = left
        return .join(copy)
    }
}
