/// Computes once what several expressions of a node compute.

import LodeCore
import LodePlan

/// Puts repeated sub-expressions of an aggregate, projection or window into a projection below.
///
///     Group sum(a * (1 - b)), sum(a * (1 - b) * c)       Group sum(t), sum(t * c)
///     └─ Scan                                     ──▶    └─ Project a * (1 - b) as t, c
///                                                           └─ Scan
///
/// - Sound because: only expressions are shared that every row computes anyway (not inside CASE branches, nor behind
///   AND), that can't be volatile.
/// - Order: after push-down; before pruning, which drops what the projection needn't pass on.
struct ShareCommonSubexpressions: NodeRule {
    static let name = "share_common_subexpressions"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        switch node {
        case .aggregate, .project, .window: break
        default: return nil
        }
        var counted = Counts()
        for expression in Self.computedForAllRows(node) { counted.add(expression) }
        let repeated = counted.order.filter { counted.counts[$0, default: 0] > 1 }
        guard !repeated.isEmpty, let input = node.children.first else { return nil }
        // Parts of a larger repeated expression that occur nowhere else need no column of their own.
        let shared = repeated.filter { candidate in
            let inLarger = repeated.filter { $0 != candidate }.reduce(0) {
                $0 + $1.occurrences(of: candidate) * counted.counts[$1, default: 0]
            }
            return counted.counts[candidate, default: 0] > inLarger || inLarger == 0
        }
        if shared.isEmpty { return nil }
        let items = shared.map { ProjectNode.Item(PlanColumn(context.columnIDs.fresh(), "shared", $0.type), $0) }
        let below = LogicalPlan.project(ProjectNode(input: input, items: ProjectNode.Item.passing(input.columns) + items))
        let columns = Dictionary(items.map { ($0.expression, $0.column) }, uniquingKeysWith: { a, _ in a })
        let rewritten = node.mappingExpressions { $0.replacingTopDown(columns) }
        // A window passes its whole input on, so what is shared must not show above it.
        return rewritten.replacing(children: [below]).withColumns(like: node)
    }

    /// Arguments behind a FILTER are computed for some rows only; those that can fail must not be computed for others.
    private static func computedForAllRows(_ node: LogicalPlan) -> [BoundExpression] {
        switch node {
        case .aggregate(let aggregate):
            aggregate.groups.map(\.expression)
                + aggregate.aggregates.flatMap { call in call.expressions.filter { call.filter == nil || !$0.canFail } }
        case .window(let window):
            window.partition + window.order.map(\.expression)
                + window.calls.flatMap { call in call.expressions.filter { call.filter == nil || !$0.canFail } }
        default: node.expressions
        }
    }

    /// How often expressions occur where every row computes them, in the order in which they were met.
    private struct Counts {
        var counts: [BoundExpression: Int] = [:]
        var order: [BoundExpression] = []

        mutating func add(_ expression: BoundExpression) {
            switch expression {
            case .column, .constant, .parameter, .subquery, .lambda: return
            default: break
            }
            // Branches are computed for some rows only: what is in them is not shared.
            switch expression {
            case .conditional(let branches, _, _): if let first = branches.first { add(first.condition) }
            case .coalesce(let parts, _): if let first = parts.first { add(first) }
            case .and(let parts), .or(let parts): if let first = parts.first { add(first) }
            case .attempt: break
            default: for child in expression.children { add(child) }
            }
            if expression.isVolatile { return }
            if counts.updateValue(counts[expression, default: 0] + 1, forKey: expression) == nil { order.append(expression) }
        }
    }
}

extension BoundExpression {
    fileprivate func occurrences(of other: BoundExpression) -> Int {
        (self == other ? 1 : 0) + children.reduce(0) { $0 + $1.occurrences(of: other) }
    }

    fileprivate func replacingTopDown(_ columns: [BoundExpression: PlanColumn]) -> BoundExpression {
        if let column = columns[self] { return column.reference }
        let parts = children
        return parts.isEmpty ? self : replacing(children: parts.map { $0.replacingTopDown(columns) })
    }
}
