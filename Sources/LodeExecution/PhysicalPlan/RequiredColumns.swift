/// Which columns of its inputs a node needs, so that joins don't gather what nobody reads.

import LodePlan

enum RequiredColumns {
    /// What the inputs of `plan` must give if `own` of its columns are needed (nil: all).
    static func below(_ plan: LogicalPlan, _ own: Set<ColumnID>?) -> Set<ColumnID>? {
        let read = plan.expressions.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
        switch plan {
        case .project, .aggregate: return read
        case .filter, .sort, .window, .distinctOn, .unnest, .join: return own.map { $0.union(read) }
        // These match columns by position, or keep whole rows.
        case .limit, .setOperation, .with, .recursive, .scan, .values, .series, .cteScan, .dependentJoin: return nil
        }
    }
}
