/// Brings limits to where fewer rows save work.

import LodeCore
import LodePlan

/// Sets the row bound of a sort below a limit (top-N), and copies limits and top-Ns through projections, into every input of
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
            node.input = sorted(node)
            return .sort(node)
        case .scan(var node):
            node.limit = min(rows, node.limit ?? .max)
            return .scan(node)
        default:
            let node = plan.node, inputs = plan.children
            guard inputs.indices.contains(where: node.needsOnlyFirstRows) else { return plan }
            return plan.replacing(
                children: inputs.enumerated().map { index, input in
                    // The limit above is one for an only input.
                    !node.needsOnlyFirstRows(of: index) ? input : inputs.count == 1 ? push(rows, into: input) : limited(input, rows)
                })
        }
    }

    /// The first `rows` rows of `plan`.
    private func limited(_ plan: LogicalPlan, _ rows: Int) -> LogicalPlan {
        if let bound = plan.maxRows, bound <= rows { return plan }
        return .limit(LimitNode(input: push(rows, into: plan), count: .constant(.integer(Int64(rows)), .bigint), offset: nil))
    }

    /// The input of a top-N: below a left join, or in every input of UNION ALL, the first rows by the same order suffice.
    private func sorted(_ sort: SortNode) -> LogicalPlan {
        guard let rows = sort.limit else { return sort.input }
        switch sort.input {
        case .join(var node) where node.needsOnlyFirstRows(of: 0):
            let left = node.left.columnIDs
            guard sort.keys.allSatisfy({ !$0.expression.isVolatile && $0.expression.columns.isSubset(of: left) }) else { return sort.input }
            node.left = first(rows, of: node.left, sort.keys)
            return .join(node)
        case .project(var node):
            // Seen through where the keys are columns that it passes on.
            let replaced = Dictionary(node.items.map { ($0.column.id, $0.expression) }, uniquingKeysWith: { a, _ in a })
            var keys = sort.keys
            for index in keys.indices { keys[index].expression = keys[index].expression.substituting(replaced) }
            guard case .join = node.input, keys.allSatisfy({ if case .column = $0.expression { true } else { false } }) else {
                return sort.input
            }
            node.input = sorted(SortNode(input: node.input, keys: keys, limit: rows))
            return .project(node)
        case .setOperation(var node) where node.kind == .unionAll:
            node.inputs = node.inputs.map { input in
                let renamed = Dictionary(zip(node.columns, input.columns).map { ($0.id, $1.reference) }, uniquingKeysWith: { a, _ in a })
                var keys = sort.keys
                for index in keys.indices { keys[index].expression = keys[index].expression.substituting(renamed) }
                return first(rows, of: input, keys)
            }
            return .setOperation(node)
        default: return sort.input
        }
    }

    private func first(_ rows: Int, of plan: LogicalPlan, _ keys: [SortKey]) -> LogicalPlan {
        if let bound = plan.maxRows, bound <= rows { return plan }
        var node = SortNode(input: plan, keys: keys, limit: rows)
        node.input = sorted(node)
        return .sort(node)
    }
}
