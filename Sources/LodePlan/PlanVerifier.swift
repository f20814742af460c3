/// Checks that a plan makes sense: run after every optimizer rule.

import LodeCore

package enum PlanVerifier {
    /// - Parameter outer: columns of an enclosing query that the plan may read.
    /// - Throws: `XX000` with what is wrong, naming the rule that ran last.
    package static func verify(_ plan: LogicalPlan, after rule: String, outer: Set<ColumnID> = []) throws(SQLError) {
        _ = try produced(by: plan, rule, outer)
    }

    /// Whoever reads the plan, or the statement's client, counts on these columns: their ids, types and order.
    /// - Throws: `XX000`, naming the rule that ran last.
    package static func verify(_ plan: LogicalPlan, gives promised: [PlanColumn], after rule: String) throws(SQLError) {
        let columns = plan.columns
        guard columns.count == promised.count, zip(columns, promised).allSatisfy({ $0.id == $1.id && $0.type == $1.type }) else {
            func text(_ columns: [PlanColumn]) -> String { columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ") }
            throw fault(plan.node, rule, "gives (\(text(columns))) where (\(text(promised))) was promised")
        }
    }

    /// The ids that a plan which makes sense produces, in order. They are handed up: asking every node for its columns
    /// would look at the whole tree below each.
    private static func produced(by plan: LogicalPlan, _ rule: String, _ outer: Set<ColumnID>) throws(SQLError) -> [ColumnID] {
        let node = plan.node
        var inputs: [[ColumnID]] = []
        for (index, child) in plan.children.enumerated() {
            let visible = index == node.lateralInput ? outer.union(inputs.joined()) : outer
            inputs.append(try produced(by: child, rule, visible))
        }
        let own = node.columnIDs(from: inputs)
        try verifyReads(node, inputs, rule, outer)
        if let wrong = node.fault(of: inputs) { throw fault(node, rule, wrong) }
        if Set(own).count != own.count { throw fault(node, rule, "produces a column twice") }
        return own
    }

    private static func verifyReads(
        _ node: any PlanNode, _ inputs: [[ColumnID]], _ rule: String, _ outer: Set<ColumnID>
    ) throws(SQLError) {
        let expressions = node.expressions
        if expressions.isEmpty { return }
        var visible = outer
        for input in inputs { visible.formUnion(input) }
        for column in node.innerColumns { visible.insert(column.id) }
        for expression in expressions {
            if let missing = expression.columns.first(where: { !visible.contains($0) }) {
                throw fault(node, rule, "reads column #\(missing.number), which no input produces: \(expression.text(naming: []))")
            }
        }
    }

    private static func fault(_ node: any PlanNode, _ rule: String, _ what: String) -> SQLError {
        .internalFault("after \(rule), the node \"\(node.title)\" \(what)")
    }
}
