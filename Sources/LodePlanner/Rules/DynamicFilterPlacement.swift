/// Finds the scans at which a join's filter on a column may drop rows.

import LodeCore
import LodePlan

/// The descent of one dynamic filter. Rows above which no operator can do without are never dropped: what arrives at the join
/// that made the filter lacks only rows that it would have dropped itself.
struct DynamicFilterPlacement {
    let filter: Int

    /// `plan` with the filter on column `id` attached to scans; nil where it can't be.
    func attach(_ id: ColumnID, to plan: LogicalPlan) -> LogicalPlan? {
        switch plan {
        case .scan(var node):
            guard node.limit == nil, node.outputs.contains(where: { $0.column.id == id }) else { return nil }
            node.dynamicFilters.append(DynamicFilterUse(filter: filter, column: id))
            return .scan(node)
        case .filter(let node): return attach(id, to: node.input).map { plan.replacing(children: [$0]) }
        case .sort(let node) where node.limit == nil: return attach(id, to: node.input).map { plan.replacing(children: [$0]) }
        case .unnest(let node): return attach(id, to: node.input).map { plan.replacing(children: [$0]) }
        case .project(let node):
            return through(node.items, id).flatMap { attach($0, to: node.input) }.map { plan.replacing(children: [$0]) }
        case .aggregate(let node) where node.sets == nil:
            return through(node.groups, id).flatMap { attach($0, to: node.input) }.map { plan.replacing(children: [$0]) }
        case .window(let node):
            // Whole partitions go, so that no window of a row that stays misses one.
            let isKey = node.partition.contains { if case .column(id, _) = $0 { true } else { false } }
            return isKey ? attach(id, to: node.input).map { plan.replacing(children: [$0]) } : nil
        case .setOperation(let node): return attach(id, to: node)
        case .join(let node): return attach(id, to: node)
        case .with(var node):
            guard let body = attach(id, to: node.body) else { return nil }
            node.body = body
            return .with(node)
        case .values, .series, .cteScan, .sort, .limit, .distinctOn, .aggregate, .dependentJoin, .recursive: return nil
        }
    }

    /// The input column that `id` passes on.
    private func through(_ items: [ProjectNode.Item], _ id: ColumnID) -> ColumnID? {
        guard let item = items.first(where: { $0.column.id == id }), case .column(let source, _) = item.expression else { return nil }
        return source
    }

    /// Equal rows of the inputs go together, so each may drop its own.
    private func attach(_ id: ColumnID, to node: SetOperationNode) -> LogicalPlan? {
        guard let position = node.columns.firstIndex(where: { $0.id == id }) else { return nil }
        var copy = node
        var reached = false
        for index in node.inputs.indices {
            guard let input = attach(node.inputs[index].columns[position].id, to: node.inputs[index]) else { continue }
            copy.inputs[index] = input
            reached = true
        }
        return reached ? .setOperation(copy) : nil
    }

    /// The side that the column comes from, if the join only drops or repeats its rows; and the other side, by an equality
    /// with the column: what it loses could only have met rows that are dropped above.
    private func attach(_ id: ColumnID, to node: JoinNode) -> LogicalPlan? {
        let inLeft = node.left.columns.contains { $0.id == id }
        switch node.kind {
        case .inner: break
        case .left, .semi, .anti, .single, .mark: if !inLeft { return nil }
        case .right: if inLeft { return nil }
        case .full: return nil
        }
        var copy = node
        var reached = false
        if let side = attach(id, to: inLeft ? node.left : node.right) {
            if inLeft { copy.left = side } else { copy.right = side }
            reached = true
        }
        // A NULL that the right side of a NULL-aware mark loses would make unknown marks false.
        if case .mark(_, true) = node.kind { return reached ? .join(copy) : nil }
        for key in node.keys where !key.matchesNull {
            guard case .column(let own, _) = inLeft ? key.left : key.right, own == id,
                case .column(let other, _) = inLeft ? key.right : key.left,
                let side = attach(other, to: inLeft ? copy.right : copy.left)
            else { continue }
            if inLeft { copy.right = side } else { copy.left = side }
            reached = true
        }
        return reached ? .join(copy) : nil
    }
}
