/// Drops limits that their inputs cannot reach.

import LodeCore
import LodePlan

/// Drops a `LIMIT` that its input cannot reach.
///
///     Limit 10                     Values (3 rows)
///     └─ Values (3 rows)     ──▶
///
/// - Sound because: `maximumRows` is an upper bound, and no offset skips rows.
/// - Order: before `PushLimitDown`, which copies limits to other places.
struct EliminateLimit: NodeRule {
    static let name = "eliminate_limit"

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        guard case .limit(let limit) = node, limit.offset == nil || limit.offset == .constant(.integer(0), .bigint) else { return nil }
        switch limit.count {
        case nil, .constant(.null, _): return limit.input
        case .constant(.integer(let count), _):
            guard let bound = limit.input.maxRows, bound <= count else { return nil }
            return limit.input
        default: return nil
        }
    }
}
