/// The domain through grouping sets with a grand total.

import LodeCore
import LodePlan

extension DomainPushDown {
    /// A grand total has a row even over no rows. Grouped by D it lost that row for every row of D without rows, so these are
    /// added to `grouped`, which is `node` for every row of D:
    ///
    ///     CTE  groups
    ///     ├─ Group by sets, D
    ///     └─ Union All
    ///        ├─ CTE Scan  groups
    ///        └─ Project  NULL as the keys, 0 as the counts            for every empty set
    ///           └─ Hash Anti Join on D
    ///              ├─ D
    ///              └─ CTE Scan  groups
    func withTotals(_ grouped: Pushed, _ node: AggregateNode) -> Pushed {
        let cte = context.freshCTE(), name = "groups"
        let columns = grouped.plan.columns
        let definition = LogicalPlan.project(
            ProjectNode(input: grouped.plan, items: columns.map { .init(context.copy($0), $0.reference) }))
        var inputs = [LogicalPlan.cteScan(CTEScanNode(cte: cte, name: name, columns: columns.map { context.copy($0) }))]
        let keys = Set(grouped.columns.map(\.id))
        for (position, set) in (node.sets ?? []).enumerated() where set.isEmpty {
            let domain = rows()
            let copies = columns.map { context.copy($0) }
            let found = zip(columns, copies).filter { keys.contains($0.0.id) }.map(\.1)
            let missing = UnnestDependentJoins.plainJoin(
                .anti, domain.plan, .cteScan(CTEScanNode(cte: cte, name: name, columns: copies)),
                .conjunction(zip(domain.columns, found).map { same($0, $1) }))
            var values: [ColumnID: BoundExpression] = [:]
            for call in node.aggregates { values[call.column.id] = .constant(EmptyGroups.value(of: call), call.column.type) }
            if let setColumn = node.setColumn { values[setColumn.id] = .constant(.integer(Int64(position)), setColumn.type) }
            for (key, column) in zip(grouped.columns, domain.columns) { values[key.id] = column.reference }
            let items = columns.map { ProjectNode.Item(context.copy($0), values[$0.id] ?? .constant(.null, $0.type)) }
            inputs.append(.project(ProjectNode(input: missing, items: items)))
        }
        let whole = LogicalPlan.setOperation(SetOperationNode(kind: .unionAll, inputs: inputs, columns: columns))
        return Pushed(plan: .with(WithNode(cte: cte, name: name, definition: definition, body: whole)), columns: grouped.columns)
    }
}
