/// Estimated rows for EXPLAIN.

import LodePlan

/// The estimate of rows that a plan gives, as EXPLAIN shows it.
package enum EstimatedPlan {
    package static func rows(_ plan: LogicalPlan) -> Double {
        var estimator = CardinalityEstimator()
        return estimator.estimate(plan).rows
    }

    /// The plan as a tree, each node with its estimate.
    package static func text(_ plan: LogicalPlan) -> String {
        var estimates = nodes(plan)[...]
        return PlanPrinter.text(plan) { _ in "(~\(Int(min((estimates.popFirst() ?? 0).rounded(), 1e15))) rows)" }
    }

    /// The estimates of all nodes in the order in which the plan is printed: each before its inputs.
    package static func nodes(_ plan: LogicalPlan) -> [Double] {
        var estimator = CardinalityEstimator()
        var finished: [[Double]] = []
        _ = estimator.mapped(plan) { node, inputs, own in
            // The inputs are those that finished last.
            let below = finished.suffix(inputs.count)
            finished.removeLast(inputs.count)
            finished.append([own.rows] + below.flatMap { $0 })
            return node
        }
        return finished.first ?? []
    }
}
