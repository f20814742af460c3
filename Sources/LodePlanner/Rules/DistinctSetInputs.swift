/// Drops duplicates before INTERSECT and EXCEPT look for rows.

import LodeCore
import LodePlan

/// Both ask their right side only whether a row is there: a table of it need not hold the same row many times.
///
///     Intersect                          Intersect
///     ├─ Scan sales  item      ──▶       ├─ Scan sales  item
///     └─ Scan stock  item                └─ Distinct  by: item
///                                           └─ Scan stock
///
/// - Sound because: the result has each row once, however often the inputs have it. The ALL forms count copies and stay.
/// - Order: after join ordering, which finds what the inputs cost.
struct DistinctSetInputs: OptimizerRule {
    static let name = "distinct_set_inputs"

    /// Rows a distinct row, from which on it pays.
    private static let worthwhile = 4.0

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var estimator = CardinalityEstimator()
        return estimator.mapped(plan) { node, inputs, _ in
            guard case .setOperation(var operation) = node, operation.kind == .intersect || operation.kind == .except,
                let right = operation.inputs.last, let estimate = inputs.last
            else { return node }
            if case .aggregate(let aggregate) = right, aggregate.aggregates.isEmpty { return node }
            guard estimate.groups(right.columns.map(\.reference)) * Self.worthwhile <= estimate.rows else { return node }
            let groups = right.columns.map { ProjectNode.Item(context.copy($0), $0.reference) }
            operation.inputs[operation.inputs.count - 1] = .aggregate(AggregateNode(input: right, groups: groups, aggregates: []))
            return .setOperation(operation)
        }.plan
    }
}
