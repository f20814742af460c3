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
        if plan.readsByPosition { children = zip(children, plan.children).map { $0.withColumns(like: $1) } }
        let rebuilt = inputs.isEmpty ? plan : plan.replacing(children: children)
        let estimates = inputs.map(\.estimate)
        let own = combined(plan, estimates)
        return (transform(rebuilt, estimates, own), own)
    }

    /// The estimate of a node whose inputs have been estimated.
    private func combined(_ plan: LogicalPlan, _ inputs: [RelationEstimate]) -> RelationEstimate {
        switch plan {
        case .scan(let node): return Self.scan(node)
        case .values(let node): return Self.plain(plan, Double(node.rows.count))
        case .series(let node): return Self.plain(plan, Self.length(of: node))
        case .cteScan(let node): return reading(node)
        case .filter(let node): return Selectivity(inputs[0]).applying(node.predicate.conjuncts)
        case .project(let node): return Self.project(node, inputs[0])
        case .aggregate(let node): return Self.aggregate(node, inputs[0])
        case .window(let node):
            var result = inputs[0]
            for call in node.calls { result.columns[call.column.id] = .unknown(result.rows) }
            return result
        case .sort(let node):
            guard let limit = node.limit, Double(limit) < inputs[0].rows else { return inputs[0] }
            return inputs[0].scaled(to: Double(limit))
        case .limit:
            guard let most = PlanBounds.maximumRows(plan), Double(most) < inputs[0].rows else { return inputs[0] }
            return inputs[0].scaled(to: Double(most))
        case .distinctOn(let node): return inputs[0].scaled(to: Self.groups(node.keys, inputs[0]))
        case .unnest(let node):
            var result = inputs[0]
            result.rows *= 4
            for column in node.elements + (node.ordinality.map { [$0] } ?? []) { result.columns[column.id] = .unknown(result.rows) }
            return result
        case .join(let node): return Self.join(node, inputs[0], inputs[1])
        case .dependentJoin: return inputs[0]
        case .setOperation(let node): return Self.setOperation(node, inputs)
        case .with: return inputs[1]
        case .recursive(let node):
            var result = inputs[0].scaled(to: inputs[0].rows * 10)
            result.columns = Dictionary(uniqueKeysWithValues: node.columns.map { ($0.id, .unknown(result.rows)) })
            return result
        }
    }

    private func reading(_ node: CTEScanNode) -> RelationEstimate {
        guard let known = ctes[node.cte], known.columns.count == node.columns.count else { return Self.plain(.cteScan(node), 1000) }
        var result = RelationEstimate(rows: known.estimate.rows, baseRows: known.estimate.baseRows)
        for (column, source) in zip(node.columns, known.columns) {
            result.columns[column.id] = known.estimate.columns[source] ?? .unknown(result.rows)
        }
        return result
    }
}
