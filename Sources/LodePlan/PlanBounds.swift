/// How many rows a plan can give at most, known for certain.

import LodeCore

package enum PlanBounds {
    /// An upper bound of the number of rows, or nil.
    package static func maximumRows(_ plan: LogicalPlan) -> Int? {
        switch plan {
        case .values(let node): return node.rows.count
        case .aggregate(let node):
            if node.groups.isEmpty, node.sets == nil { return 1 }
            guard let sets = node.sets else { return maximumRows(node.input) }
            // Each set has a row at most for every row, and the empty one has a row even for none.
            return maximumRows(node.input).flatMap { product(max($0, 1), sets.count) }
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
                guard let pairs = product(max(left, 1), max(right, 1)) else { return nil }
                // Where nothing matches, a full join gives both sides one after the other.
                return node.kind == .full ? max(pairs, left.addingReportingOverflow(right).partialValue) : pairs
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
        case .dependentJoin(let node):
            switch node.kind {
            case .semi, .anti, .mark, .single: return maximumRows(node.left)
            case .inner, .left, .right, .full: return nil
            }
        case .scan, .series, .cteScan, .unnest, .recursive: return nil
        }
    }

    private static func product(_ left: Int, _ right: Int) -> Int? {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : product
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
