/// How many rows a plan will give, guessed from what files say of themselves.

import LodeCore
import LodePlan

/// Estimates bottom-up. Uses row counts and min/max of Parquet files; knows no histograms.
struct CardinalityEstimator {
    /// What CTEs give, by number: the estimate and the columns in their order.
    private var ctes: [Int: (estimate: RelationEstimate, columns: [ColumnID])] = [:]

    mutating func estimate(_ plan: LogicalPlan) -> RelationEstimate {
        if case .with(let node) = plan {
            learn(node)
            return estimate(node.body)
        }
        let inputs = plan.children.map { estimate($0) }
        return combined(plan, inputs)
    }

    /// Notes what the definition of a CTE gives, before plans that read it are estimated.
    mutating func learn(_ node: WithNode) {
        ctes[node.cte] = (estimate(node.definition), node.definition.columns.map(\.id))
    }

    /// Rewrites bottom-up; `transform` gets each node with the estimates of its inputs and its own, and must not change how many rows it
    /// gives; columns may change places where that means nothing. Every node is estimated once.
    mutating func mapped(
        _ plan: LogicalPlan, _ transform: (_ node: LogicalPlan, _ inputs: [RelationEstimate], _ own: RelationEstimate) -> LogicalPlan
    ) -> (plan: LogicalPlan, estimate: RelationEstimate) {
        if case .with(var node) = plan {
            let definition = mapped(node.definition, transform)
            ctes[node.cte] = (definition.estimate, node.definition.columns.map(\.id))
            let body = mapped(node.body, transform)
            node.definition = definition.plan.withColumns(like: node.definition)
            node.body = body.plan
            return (transform(.with(node), [definition.estimate, body.estimate], body.estimate), body.estimate)
        }
        let inputs = plan.children.map { mapped($0, transform) }
        var children = inputs.map(\.plan)
        if plan.node.matchesByPosition { children = zip(children, plan.children).map { $0.withColumns(like: $1) } }
        let rebuilt = inputs.isEmpty ? plan : plan.replacing(children: children)
        let estimates = inputs.map(\.estimate)
        let own = combined(plan, estimates)
        return (transform(rebuilt, estimates, own), own)
    }

    /// The estimate of a node whose inputs have been estimated. Only CTEs know more than the node and its inputs do.
    private func combined(_ plan: LogicalPlan, _ inputs: [RelationEstimate]) -> RelationEstimate {
        if case .cteScan(let node) = plan { return reading(node) }
        return plan.node.estimate(inputs)
    }

    private func reading(_ node: CTEScanNode) -> RelationEstimate {
        guard let known = ctes[node.cte], known.columns.count == node.columns.count else { return node.estimate([]) }
        var result = RelationEstimate(rows: known.estimate.rows, baseRows: known.estimate.baseRows)
        for (column, source) in zip(node.columns, known.columns) {
            result.columns[column.id] = known.estimate.columns[source] ?? .unknown(result.rows)
        }
        return result
    }
}
