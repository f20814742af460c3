/// Computes nothing where nothing can come out.

import LodeCore
import LodePlan

/// Filters that no row satisfies become empty relations, and these take the operators above them along.
///
///     Hash Inner Join                          Values (0 rows)
///     ├─ Scan orders                    ──▶
///     └─ Filter id = 1 and id = 2
///
/// - Sound because: an inner join with nothing is nothing, an outer one fills its other side's rows with NULLs; a grouping of
///   nothing has no groups. An ungrouped aggregate has a row all the same, and so have grouping sets with the empty set.
/// - Order: after push-down brought conditions together.
struct PropagateEmpty: NodeRule {
    static let name = "propagate_empty"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        switch node {
        case .filter(let filter):
            return isEmpty(filter.input) || Contradiction.isNeverTrue(filter.predicate.conjuncts) ? empty(node) : nil
        case .scan(let scan): return Contradiction.isNeverTrue(scan.filters) ? empty(node) : nil
        case .project, .sort, .limit, .window, .distinctOn, .unnest:
            return node.children.allSatisfy(isEmpty) ? empty(node) : nil
        case .aggregate(let aggregate):
            return !aggregate.groups.isEmpty && aggregate.sets == nil && isEmpty(aggregate.input) ? empty(node) : nil
        case .join(let join): return rewrite(join)
        case .setOperation(let operation): return rewrite(operation)
        case .values, .series, .cteScan, .dependentJoin, .with, .recursive: return nil
        }
    }

    private func isEmpty(_ plan: LogicalPlan) -> Bool {
        if case .values(let values) = plan { values.rows.isEmpty } else { false }
    }

    private func empty(_ plan: LogicalPlan) -> LogicalPlan { .values(ValuesNode(columns: plan.columns, rows: [])) }

    private func rewrite(_ join: JoinNode) -> LogicalPlan? {
        let left = isEmpty(join.left), right = isEmpty(join.right)
        guard left || right || (join.residual.map { Contradiction.isNeverTrue($0.conjuncts) } ?? false) else { return nil }
        // From here on no pair matches.
        let whole = LogicalPlan.join(join)
        switch join.kind {
        case .inner, .semi: return empty(whole)
        case .left, .single: return left ? empty(whole) : filled(join.left, whole.columns)
        case .right: return right ? empty(whole) : filled(join.right, whole.columns)
        case .full:
            if left, right { return empty(whole) }
            return left ? filled(join.right, whole.columns) : right ? filled(join.left, whole.columns) : nil
        case .anti: return join.left
        case .mark(let column, let isNullAware):
            if left { return empty(whole) }
            // A condition that is never true may be NULL.
            if isNullAware, !right { return nil }
            let items = UnnestDependentJoins.passing(join.left.columns) + [.init(column, .false)]
            return .project(ProjectNode(input: join.left, items: items))
        }
    }

    /// `plan` with NULLs for the columns that it doesn't have.
    private func filled(_ plan: LogicalPlan, _ columns: [PlanColumn]) -> LogicalPlan {
        let present = plan.columnIDs
        return .project(
            ProjectNode(input: plan, items: columns.map { .init($0, present.contains($0.id) ? $0.reference : .constant(.null, $0.type)) }))
    }

    private func rewrite(_ node: SetOperationNode) -> LogicalPlan? {
        let whole = LogicalPlan.setOperation(node)
        switch node.kind {
        case .unionAll, .union:
            let inputs = node.inputs.filter { !isEmpty($0) }
            if inputs.count == node.inputs.count { return nil }
            guard let only = inputs.first else { return empty(whole) }
            if inputs.count > 1 { return .setOperation(SetOperationNode(kind: node.kind, inputs: inputs, columns: node.columns)) }
            let items = zip(node.columns, only.columns).map { ProjectNode.Item($0, $1.reference) }
            return node.kind == .unionAll
                ? .project(ProjectNode(input: only, items: items)) : .aggregate(AggregateNode(input: only, groups: items, aggregates: []))
        case .intersect, .intersectAll: return node.inputs.contains(where: isEmpty) ? empty(whole) : nil
        case .except, .exceptAll: return node.inputs.first.map(isEmpty) ?? false ? empty(whole) : nil
        }
    }
}
