/// Drops columns that nobody reads.

import LodeCore
import LodePlan

/// Tells every node, from the top, which of its columns are wanted, and shortens scans, projections, aggregates, windows and
/// unions to those.
///
/// - Sound because: a column that no node above reads can't change a result. Rows stay: a scan may end up with no column
///   at all and still gives its rows.
/// - Order: before join ordering, which then weighs what is really carried, and again after all rules that move expressions.
struct PruneColumns: OptimizerRule {
    static let name = "prune_columns"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var wantedOfCTEs: [Int: Set<Int>] = [:]
        return Self.prune(plan, plan.columnIDs, &wantedOfCTEs)
    }

    private static func prune(
        _ plan: LogicalPlan, _ wanted: Set<ColumnID>, _ ctes: inout [Int: Set<Int>]
    ) -> LogicalPlan {
        switch plan {
        case .setOperation(let node): return pruneSetOperation(node, wanted, &ctes)
        case .cteScan(let node):
            let read = node.columns.indices.filter { wanted.contains(node.columns[$0].id) }
            ctes[node.cte, default: []].formUnion(read)
            return plan
        case .with(let node): return pruneWith(node, wanted, &ctes)
        default: return pruneNode(plan, wanted, &ctes)
        }
    }

    private static func pruneNode(_ plan: LogicalPlan, _ wanted: Set<ColumnID>, _ ctes: inout [Int: Set<Int>]) -> LogicalPlan {
        let inputs = plan.children
        if plan.node.matchesByPosition { return plan.replacing(children: inputs.map { prune($0, $0.columnIDs, &ctes) }) }
        guard let kept = plan.node.pruned(to: wanted) else { return prune(inputs[0], wanted, &ctes) }
        let read = kept.node.requiredColumns(for: wanted)
        let pruned = kept.replacing(children: kept.children.map { prune($0, read.intersection($0.columnIDs), &ctes) })
        if case .project(let node) = pruned { return collapsed(node) }
        return pruned
    }

    /// A CTE keeps the columns that some scan of it reads. They correspond by position, so all change together.
    private static func pruneWith(
        _ node: WithNode, _ wanted: Set<ColumnID>, _ ctes: inout [Int: Set<Int>]
    ) -> LogicalPlan {
        var copy = node
        let body = prune(node.body, wanted, &ctes)
        let kept = (ctes[node.cte] ?? []).sorted()
        copy.body = body.mapped { plan in
            guard case .cteScan(var scan) = plan, scan.cte == node.cte else { return plan }
            scan.columns = kept.map { scan.columns[$0] }
            return .cteScan(scan)
        }
        let columns = kept.map { node.definition.columns[$0] }
        let definition = prune(node.definition, Set(columns.map(\.id)), &ctes)
        copy.definition =
            definition.columns.map(\.id) == columns.map(\.id)
            ? definition : .project(ProjectNode(input: definition, items: ProjectNode.Item.passing(columns)))
        return .with(copy)
    }

    /// Two projections in a row become one, if that computes nothing twice.
    private static func collapsed(_ node: ProjectNode) -> LogicalPlan {
        if node.items.map(\.column.id) == node.input.columns.map(\.id), node.items.allSatisfy({ $0.expression == $0.column.reference }) {
            return node.input
        }
        guard case .project(let inner) = node.input else { return .project(node) }
        var uses: [ColumnID: Int] = [:]
        for item in node.items { countColumns(item.expression, &uses) }
        let simple = inner.items.allSatisfy { item in
            if case .column = item.expression { return true }
            if case .constant = item.expression { return true }
            return (uses[item.column.id] ?? 0) <= 1 && !item.expression.isVolatile
                && node.items.contains { $0.expression == item.column.reference }
        }
        guard simple else { return .project(node) }
        let replacements = Dictionary(inner.items.map { ($0.column.id, $0.expression) }, uniquingKeysWith: { a, _ in a })
        return collapsed(
            ProjectNode(input: inner.input, items: node.items.map { .init($0.column, $0.expression.substituting(replacements)) }))
    }

    private static func countColumns(_ expression: BoundExpression, _ uses: inout [ColumnID: Int]) {
        if case .column(let id, _) = expression { uses[id, default: 0] += 1 }
        for child in expression.children { countColumns(child, &uses) }
    }

    private static func pruneSetOperation(
        _ node: SetOperationNode, _ wanted: Set<ColumnID>, _ ctes: inout [Int: Set<Int>]
    ) -> LogicalPlan {
        var copy = node
        // Whether rows are equal depends on all columns, but for UNION ALL.
        let kept =
            node.kind == .unionAll ? node.columns.indices.filter { wanted.contains(node.columns[$0].id) } : Array(node.columns.indices)
        copy.columns = kept.map { node.columns[$0] }
        copy.inputs = node.inputs.map { input in
            let read = kept.map { input.columns[$0] }
            let pruned = prune(input, Set(read.map(\.id)), &ctes)
            if pruned.columns.map(\.id) == read.map(\.id) { return pruned }
            return .project(ProjectNode(input: pruned, items: ProjectNode.Item.passing(read)))
        }
        return .setOperation(copy)
    }
}
