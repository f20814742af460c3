/// Estimated rows for EXPLAIN.

import LodePlan

/// The estimate of rows that a plan gives, as EXPLAIN shows it.
package enum EstimatedPlan {
    package static func rows(_ plan: LogicalPlan) -> Double {
        var estimator = CardinalityEstimator()
        return estimator.estimate(plan).rows
    }

    package static func text(_ plan: LogicalPlan) -> String {
        PlanPrinter.text(plan) { "(~\(Int(min(rows($0).rounded(), 1e15))) rows)" }
    }
}
