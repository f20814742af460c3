/// How many rows a plan can give at most, known for certain.

import LodeCore

package enum PlanBounds {
    /// An upper bound of the number of rows, or nil.
    package static func maximumRows(_ plan: LogicalPlan) -> Int? {
        switch plan {
        case .values(let node): return node.rows.count
        case .aggregate(let node): return node.groups.isEmpty && node.sets == nil ? 1 : maximumRows(node.input)
        case .filter, .project, .window, .sort, .distinctOn: return plan.children.first.flatMap(maximumRows)
        case .limit(let node):
            let inner = maximumRows(node.input)
            if case .constant(.integer(let count), _)? = node.count, count >= 0 { return min(Int(clamping: count), inner ?? .max) }
            return inner
        case .join(let node):
            switch node.kind {
            case .semi, .anti, .mark, .single: return maximumRows(node.left)
            case .inner, .left, .right, .full:
                guard let left = maximumRows(node.left), let right = maximumRows(node.right) else { return nil }
                let (product, overflow) = max(left, 1).multipliedReportingOverflow(by: max(right, 1))
                return overflow ? nil : product
            }
        case .setOperation(let node):
            var total = 0
            for input in node.inputs {
                guard let rows = maximumRows(input) else { return nil }
                let (sum, overflow) = total.addingReportingOverflow(rows)
                if overflow { return nil }
                total = sum
            }
            return total
        case .with(let node): return maximumRows(node.body)
        case .scan, .series, .cteScan, .unnest, .recursive, .dependentJoin: return nil
        }
    }

    /// Whether the plan gives a row even if every table is empty: an aggregate without groups, under row-wise operators.
    package static func alwaysHasRow(_ plan: LogicalPlan) -> Bool {
        switch plan {
        case .aggregate(let node): node.groups.isEmpty && node.sets == nil
        case .values(let node): !node.rows.isEmpty
        case .project(let node): alwaysHasRow(node.input)
        case .sort(let node): alwaysHasRow(node.input)
        default: false
        }
    }
}
