/// Checks that a plan makes sense: run after every optimizer rule.

import LodeCore

package enum PlanVerifier {
    /// - Parameter outer: columns of an enclosing query that the plan may read.
    /// - Throws: `XX000` with what is wrong, naming the rule that ran last.
    package static func verify(_ plan: LogicalPlan, after rule: String, outer: Set<ColumnID> = []) throws(SQLError) {
        let inputs = plan.children.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columnIDs) }
        var visible = inputs.union(outer).union(plan.node.innerColumns.map(\.id))
        if case .scan = plan { visible.formUnion(plan.columnIDs) }
        for expression in plan.expressions {
            if let missing = expression.columns.first(where: { !visible.contains($0) }) {
                throw fault(plan, rule, "reads column #\(missing.number), which no input produces: \(expression.text(naming: []))")
            }
        }
        try verifyTypes(plan, rule)
        if Set(plan.columns.map(\.id)).count != plan.columns.count {
            throw fault(plan, rule, "produces a column twice")
        }
        for (index, child) in plan.children.enumerated() {
            var seen = outer
            if case .dependentJoin(let join) = plan, index == 1 { seen.formUnion(join.left.columnIDs) }
            try verify(child, after: rule, outer: seen)
        }
    }

    private static func verifyTypes(_ plan: LogicalPlan, _ rule: String) throws(SQLError) {
        switch plan {
        case .filter(let node):
            if node.predicate.type != .boolean { throw fault(plan, rule, "filters by a \(node.predicate.type)") }
        case .project(let node):
            for item in node.items where item.column.type != item.expression.type {
                throw fault(plan, rule, "calls a \(item.expression.type) a \(item.column.type): \(item.column.name)")
            }
        case .join(let node):
            for key in node.keys where key.left.type != key.right.type {
                throw fault(plan, rule, "compares \(key.left.type) with \(key.right.type)")
            }
            let left = node.left.columnIDs, right = node.right.columnIDs
            for key in node.keys where !key.left.columns.isDisjoint(with: right) || !key.right.columns.isDisjoint(with: left) {
                throw fault(plan, rule, "has a key with its sides exchanged")
            }
        case .setOperation(let node):
            for input in node.inputs where input.columns.map(\.type) != node.columns.map(\.type) {
                throw fault(plan, rule, "combines inputs of other types")
            }
        default: break
        }
    }

    private static func fault(_ plan: LogicalPlan, _ rule: String, _ what: String) -> SQLError {
        .internalFault("after \(rule), the node \"\(plan.node.title)\" \(what)")
    }
}
