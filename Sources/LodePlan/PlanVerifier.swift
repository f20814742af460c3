/// Checks that a plan makes sense: run after every optimizer rule.

import LodeCore

package enum PlanVerifier {
    /// - Parameter outer: columns of an enclosing query that the plan may read.
    /// - Throws: `XX000` with what is wrong, naming the rule that ran last.
    package static func verify(_ plan: LogicalPlan, after rule: String, outer: Set<ColumnID> = []) throws(SQLError) {
        _ = try produced(by: plan, rule, outer)
    }

    /// The ids that a plan which makes sense produces, in order. They are handed up: asking every node for its columns
    /// would look at the whole tree below each.
    private static func produced(by plan: LogicalPlan, _ rule: String, _ outer: Set<ColumnID>) throws(SQLError) -> [ColumnID] {
        var inputs: [[ColumnID]] = []
        for (index, child) in plan.children.enumerated() {
            if case .dependentJoin = plan, index == 1 {
                inputs.append(try produced(by: child, rule, outer.union(inputs[0])))
            } else {
                inputs.append(try produced(by: child, rule, outer))
            }
        }
        let own = ids(of: plan, inputs)
        try verifyReads(plan, inputs, own, rule, outer)
        try verifyTypes(plan, inputs, rule)
        if Set(own).count != own.count { throw fault(plan, rule, "produces a column twice") }
        return own
    }

    private static func verifyReads(
        _ plan: LogicalPlan, _ inputs: [[ColumnID]], _ own: [ColumnID], _ rule: String, _ outer: Set<ColumnID>
    ) throws(SQLError) {
        let expressions = plan.expressions
        if expressions.isEmpty { return }
        var visible = outer
        for input in inputs { visible.formUnion(input) }
        for column in plan.node.innerColumns { visible.insert(column.id) }
        if case .scan = plan { visible.formUnion(own) }
        for expression in expressions {
            if let missing = expression.columns.first(where: { !visible.contains($0) }) {
                throw fault(plan, rule, "reads column #\(missing.number), which no input produces: \(expression.text(naming: []))")
            }
        }
    }

    private static func ids(of plan: LogicalPlan, _ inputs: [[ColumnID]]) -> [ColumnID] {
        switch plan {
        case .filter, .sort, .limit, .distinctOn: inputs[0]
        case .window(let node): inputs[0] + node.calls.map(\.column.id)
        case .unnest(let node): inputs[0] + node.elements.map(\.id) + (node.ordinality.map { [$0.id] } ?? [])
        case .join(let node): ids(of: node.kind, inputs)
        case .dependentJoin(let node): ids(of: node.kind, inputs)
        case .with: inputs[1]
        case .scan, .values, .series, .cteScan, .project, .aggregate, .setOperation, .recursive: plan.columns.map(\.id)
        }
    }

    private static func ids(of kind: JoinNode.Kind, _ inputs: [[ColumnID]]) -> [ColumnID] {
        switch kind {
        case .inner, .left, .right, .full, .single: inputs[0] + inputs[1]
        case .semi, .anti: inputs[0]
        case .mark(let column, _): inputs[0] + [column.id]
        }
    }

    private static func verifyTypes(_ plan: LogicalPlan, _ inputs: [[ColumnID]], _ rule: String) throws(SQLError) {
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
            if node.keys.isEmpty { return }
            let left = Set(inputs[0]), right = Set(inputs[1])
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
