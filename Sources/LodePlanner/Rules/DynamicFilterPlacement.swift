/// Finds the scans at which a join's filter on a column may drop rows.

import LodeCore
import LodePlan

/// The descent of one dynamic filter. Rows above which no operator can do without are never dropped: what arrives at the join
/// that made the filter lacks only rows that it would have dropped itself.
struct DynamicFilterPlacement {
    let filter: Int

    /// `plan` with the filter on column `id` attached to scans; nil where it can't be.
    func attach(_ id: ColumnID, to plan: LogicalPlan) -> LogicalPlan? {
        if case .scan(var node) = plan {
            guard node.limit == nil, node.outputs.contains(where: { $0.column.id == id }) else { return nil }
            node.dynamicFilters.append(DynamicFilterUse(filter: filter, column: id))
            return .scan(node)
        }
        var inputs = plan.children
        var isPlaced = false
        for origin in plan.node.origins(of: id) {
            guard let column = origin.column, let input = attach(column, to: inputs[origin.input]) else { continue }
            inputs[origin.input] = input
            isPlaced = true
        }
        return isPlaced ? plan.replacing(children: inputs) : nil
    }
}
