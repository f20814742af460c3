/// Brings limits to where fewer rows save work.

import LodeCore
import LodePlan

/// Sets the row bound of a sort below a limit (top-N), and copies limits through projections, into every input of
/// UNION ALL, to the row-preserving side of a left join, and to scans as a hint.
///
///     Limit 10                Limit 10
///     └─ Sort x      ──▶      └─ Top-N x  limit: 10
///
/// - Sound because: the limit itself stays where it was; what is copied below keeps at least the rows that it can show.
/// - Order: after join ordering, which could put other joins between a limit and what it was meant for.
struct PushLimitDown: NodeRule {
    static let name = "push_limit_down"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .limit(var limit) = node, limit.ties.isEmpty, let rows = Self.bound(limit) else { return nil }
        if rows == 0 { return .values(ValuesNode(columns: node.columns, rows: [])) }
        limit.input = push(rows, into: limit.input)
        return .limit(limit)
    }

    /// Limit plus offset, when both are known.
    private static func bound(_ limit: LimitNode) -> Int? {
        guard case .constant(.integer(let count), _)? = limit.count, count >= 0 else { return nil }
        guard let offset = limit.offset else { return Int(clamping: count) }
        guard case .constant(.integer(let skip), _) = offset, skip >= 0 else { return nil }
        if count == 0 { return 0 }
        let (sum, overflow) = count.addingReportingOverflow(skip)
        return overflow ? nil : Int(clamping: sum)
    }

    private func push(_ rows: Int, into plan: LogicalPlan) -> LogicalPlan {
        switch plan {
        case .sort(var node):
            node.limit = min(rows, node.limit ?? .max)
            return .sort(node)
        case .project(var node):
            node.input = push(rows, into: node.input)
            return .project(node)
        case .scan(var node):
            node.limit = min(rows, node.limit ?? .max)
            return .scan(node)
        case .setOperation(var node) where node.kind == .unionAll:
            node.inputs = node.inputs.map { input in
                if let most = PlanBounds.maximumRows(input), most <= rows { return input }
                return .limit(LimitNode(input: push(rows, into: input), count: .constant(.integer(Int64(rows)), .bigint), offset: nil))
            }
            return .setOperation(node)
        case .join(var node) where node.kind == .left || node.kind == .single:
            // Every left row gives at least one row, so the first ones suffice.
            if let most = PlanBounds.maximumRows(node.left), most <= rows { return plan }
            if case .left = node.kind, case .scan = node.left {
                node.left = .limit(LimitNode(input: push(rows, into: node.left), count: .constant(.integer(Int64(rows)), .bigint), offset: nil))
            }
            return .join(node)
        default: return plan
        }
    }
}
