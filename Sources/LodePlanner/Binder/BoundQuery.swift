/// A query with its names resolved: what the optimizer takes.

import LodeCore
import LodePlan

/// The plan of a query and how its result is called.
package struct BoundQuery: Sendable {
    package var plan: LogicalPlan
    /// Aligned with the plan's columns. Names may occur twice.
    package var names: [String]
    package var types: [SQLType]

    package init(plan: LogicalPlan, names: [String]) {
        self.plan = plan
        self.names = names
        types = plan.columns.map(\.type)
    }

    /// Names, types and nullability of the result.
    package var schema: Schema {
        Schema(zip(names, plan.columns).map { Field($0, $1.type, nullable: $1.nullable) })
    }
}
