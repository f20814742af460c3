/// Output columns as ORDER BY sees them.

import LodePlan

/// An output column that a sort key may name.
struct OrderOutput {
    var name: String
    var column: PlanColumn
    /// What it computes, over the input of the projection.
    var expression: BoundExpression
}
