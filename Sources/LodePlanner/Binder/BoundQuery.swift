/// A query with its names resolved: what the optimizer takes.

import LodeCore
import LodePlan

/// The plan of a query and how its result is called.
package struct BoundQuery: Sendable {
    package var plan: LogicalPlan
    /// Aligned with the plan's columns. Names may occur twice.
    package var names: [String]
    package var types: [SQLType]
    /// The columns of the catalog that those of the result show, aligned with `names`; empty until the statement is bound.
    var origins: [CatalogColumn?] = []

    package init(plan: LogicalPlan, names: [String]) {
        self.plan = plan
        self.names = names
        types = plan.columns.map(\.type)
    }

    /// Names, types and nullability of the result.
    package var schema: Schema {
        var fields = zip(names, plan.columns).map { Field($0, $1.type, nullable: $1.nullable) }
        for (index, origin) in origins.enumerated() where index < fields.count { fields[index].origin = origin }
        return Schema(fields)
    }
}
