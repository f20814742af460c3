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
        case .scan(var node):
            let read = wanted.union(node.filters.reduce(into: Set()) { $0.formUnion($1.columns) })
            node.outputs = node.outputs.filter { read.contains($0.column.id) }
            return .scan(node)
        case .project(var node):
            node.items = node.items.filter { wanted.contains($0.column.id) }
            node.input = prune(node.input, columns(of: node.items.map(\.expression)), &ctes)
            return collapsed(node)
        case .aggregate(var node):
            node.aggregates = node.aggregates.filter { wanted.contains($0.column.id) }
            // One row, whatever the input has.
            if node.aggregates.isEmpty, node.groups.isEmpty, node.sets == nil { return .values(.singleRow) }
            node.input = prune(node.input, columns(of: LogicalPlan.aggregate(node).expressions), &ctes)
            return .aggregate(node)
        case .window(var node):
            node.calls = node.calls.filter { wanted.contains($0.column.id) }
            if node.calls.isEmpty { return prune(node.input, wanted, &ctes) }
            let own = columns(of: LogicalPlan.window(node).expressions)
            node.input = prune(node.input, wanted.intersection(node.input.columnIDs).union(own), &ctes)
            return .window(node)
        case .unnest(var node):
            let own = columns(of: node.lists)
            node.input = prune(node.input, wanted.intersection(node.input.columnIDs).union(own), &ctes)
            return .unnest(node)
        case .join(var node):
            let read = wanted.union(columns(of: LogicalPlan.join(node).expressions))
            node.left = prune(node.left, read.intersection(node.left.columnIDs), &ctes)
            node.right = prune(node.right, read.intersection(node.right.columnIDs), &ctes)
            return .join(node)
        case .dependentJoin(var node):
            let read = wanted.union(node.predicate.columns).union(node.right.freeColumns)
            node.left = prune(node.left, read.intersection(node.left.columnIDs), &ctes)
            node.right = prune(node.right, read.intersection(node.right.columnIDs), &ctes)
            return .dependentJoin(node)
        case .setOperation(let node): return pruneSetOperation(node, wanted, &ctes)
        case .cteScan(let node):
            let read = node.columns.indices.filter { wanted.contains(node.columns[$0].id) }
            ctes[node.cte, default: []].formUnion(read)
            return plan
        case .with(let node): return pruneWith(node, wanted, &ctes)
        case .filter, .sort, .limit, .distinctOn:
            let read = wanted.union(columns(of: plan.expressions))
            return plan.replacing(children: plan.children.map { prune($0, read.intersection($0.columnIDs), &ctes) })
        default:
            return plan.replacing(children: plan.children.map { prune($0, $0.columnIDs, &ctes) })
        }
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
            ? definition : .project(ProjectNode(input: definition, items: UnnestDependentJoins.passing(columns)))
        return .with(copy)
    }

    private static func columns(of expressions: [BoundExpression]) -> Set<ColumnID> {
        expressions.reduce(into: Set()) { $0.formUnion($1.columns) }
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
            return (uses[item.column.id] ?? 0) <= 1 && !item.expression.isVolatile && node.items.contains { $0.expression == item.column.reference }
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
        let kept = node.kind == .unionAll ? node.columns.indices.filter { wanted.contains(node.columns[$0].id) } : Array(node.columns.indices)
        copy.columns = kept.map { node.columns[$0] }
        copy.inputs = node.inputs.map { input in
            let read = kept.map { input.columns[$0] }
            let pruned = prune(input, Set(read.map(\.id)), &ctes)
            if pruned.columns.map(\.id) == read.map(\.id) { return pruned }
            return .project(ProjectNode(input: pruned, items: UnnestDependentJoins.passing(read)))
        }
        return .setOperation(copy)
    }
}
