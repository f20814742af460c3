/// A plan as an indented tree.

import LodeCore

/// Draws plans for EXPLAIN and for plan tests, one node a block:
///
///     Project name, total
///     └─ Hash Inner Join  o_custkey = c_custkey  (~120 rows)
///        ├─ Scan orders …
///        └─ Scan customer …
package enum PlanPrinter {
    /// `annotate` adds text to a node's first line: estimates, or what EXPLAIN ANALYZE measured.
    package static func text(_ plan: LogicalPlan, annotate: (LogicalPlan) -> String? = { _ in nil }) -> String {
        var lines: [String] = []
        draw(plan, first: "", rest: "", annotate, &lines)
        return lines.joined(separator: "\n")
    }

    private static func draw(
        _ plan: LogicalPlan, first: String, rest: String, _ annotate: (LogicalPlan) -> String?, _ lines: inout [String]
    ) {
        let node = plan.node
        let details = node.details
        var head = first + node.title
        if let detail = details.first { head += "  " + detail }
        if let note = annotate(plan) { head += "  " + note }
        lines.append(head)
        let children = plan.children
        for detail in details.dropFirst() { lines.append(rest + (children.isEmpty ? "     " : "│    ") + detail) }
        for (index, child) in children.enumerated() {
            let last = index == children.count - 1
            draw(child, first: rest + (last ? "└─ " : "├─ "), rest: rest + (last ? "   " : "│  "), annotate, &lines)
        }
    }
}
