/// What to compute, as a tree of relational operators: data only.

import LodeCore

/// A query. Each case has a node struct that says what it means; `children` and `columns` are all that most rules need.
package indirect enum LogicalPlan: Sendable {
    // Leaves.
    case scan(ScanNode)
    case values(ValuesNode)
    case series(SeriesNode)
    case cteScan(CTEScanNode)
    // One input.
    case filter(FilterNode)
    case project(ProjectNode)
    case aggregate(AggregateNode)
    case window(WindowNode)
    case sort(SortNode)
    case limit(LimitNode)
    case distinctOn(DistinctOnNode)
    case unnest(UnnestNode)
    // Two or more inputs.
    case join(JoinNode)
    case dependentJoin(DependentJoinNode)
    case setOperation(SetOperationNode)
    case with(WithNode)
    case recursive(RecursiveNode)
}

extension LogicalPlan {
    /// The node struct behind the case.
    package var node: any PlanNode {
        switch self {
        case .scan(let n): n
        case .values(let n): n
        case .series(let n): n
        case .cteScan(let n): n
        case .filter(let n): n
        case .project(let n): n
        case .aggregate(let n): n
        case .window(let n): n
        case .sort(let n): n
        case .limit(let n): n
        case .distinctOn(let n): n
        case .unnest(let n): n
        case .join(let n): n
        case .dependentJoin(let n): n
        case .setOperation(let n): n
        case .with(let n): n
        case .recursive(let n): n
        }
    }

    package var children: [LogicalPlan] { node.children }
    /// What the node produces, in order.
    package var columns: [PlanColumn] { node.columns }
    package var columnIDs: Set<ColumnID> { Set(columns.map(\.id)) }
    /// The expressions that the node itself evaluates.
    package var expressions: [BoundExpression] { node.expressions }

    package func replacing(children: [LogicalPlan]) -> LogicalPlan { node.replacing(children: children) }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { node.replacing(expressions: expressions) }

    /// The columns that the tree reads but does not produce: those of an outer query.
    package var freeColumns: Set<ColumnID> {
        var free: Set<ColumnID> = []
        for expression in expressions { free.formUnion(expression.columns) }
        let inputs = children
        if !free.isEmpty {
            for input in inputs { for column in input.columns { free.remove(column.id) } }
            for column in node.innerColumns { free.remove(column.id) }
        }
        for (index, input) in inputs.enumerated() {
            var inner = input.freeColumns
            if index == node.lateralInput, !inner.isEmpty { for before in inputs.prefix(index) { inner.subtract(before.columnIDs) } }
            free.formUnion(inner)
        }
        return free
    }

    /// Calls `body` for the node and then for all below it.
    package func visit(_ body: (LogicalPlan) -> Void) {
        body(self)
        for child in children { child.visit(body) }
    }

    /// Rewrites bottom-up.
    package func mapped<E: Error>(_ transform: (LogicalPlan) throws(E) -> LogicalPlan) throws(E) -> LogicalPlan {
        let inputs = children
        if inputs.isEmpty { return try transform(self) }
        var rewritten: [LogicalPlan] = []
        for input in inputs { rewritten.append(try input.mapped(transform)) }
        return try transform(replacing(children: rewritten))
    }

    /// Rewrites the node's own expressions.
    package func mappingExpressions<E: Error>(
        _ transform: (BoundExpression) throws(E) -> BoundExpression
    ) throws(E) -> LogicalPlan {
        let own = expressions
        if own.isEmpty { return self }
        var rewritten: [BoundExpression] = []
        for expression in own { rewritten.append(try transform(expression)) }
        return replacing(expressions: rewritten)
    }
}

extension LogicalPlan {
    /// The scans of the whole statement, those in its subqueries included.
    package var scans: [ScanNode] {
        var found: [ScanNode] = []
        collect(&found)
        return found
    }

    private func collect(_ found: inout [ScanNode]) {
        if case .scan(let scan) = self { found.append(scan) }
        for child in children { child.collect(&found) }
        for expression in expressions {
            _ = expression.contains { part in
                if case .subquery(let query) = part { query.plan.collect(&found) }
                return false
            }
        }
    }
}
