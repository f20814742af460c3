/// Drops DISTINCT where it changes nothing.

import LodeCore
import LodePlan

/// - DISTINCT inside an aggregate that ignores duplicates anyway (`min(distinct x)`).
/// - Grouping without aggregates on the build side of a semi or anti join, which asks only whether a match exists.
///
/// - Sound because: neither can tell one copy of a row from two.
/// - Order: after push-down, before join ordering sees the extra operator.
struct RemoveRedundantDistinct: NodeRule {
    static let name = "remove_redundant_distinct"
    private static let duplicateBlind: Set<String> = ["min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "any_value"]

    func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan? {
        switch node {
        case .aggregate(var aggregate):
            guard aggregate.aggregates.contains(where: { $0.isDistinct && Self.duplicateBlind.contains($0.name) }) else { return nil }
            for index in aggregate.aggregates.indices where Self.duplicateBlind.contains(aggregate.aggregates[index].name) {
                aggregate.aggregates[index].isDistinct = false
            }
            return .aggregate(aggregate)
        case .join(var join):
            guard join.kind == .semi || join.kind == .anti, case .aggregate(let distinct) = join.right,
                distinct.aggregates.isEmpty, distinct.sets == nil, !distinct.groups.isEmpty
            else { return nil }
            join.right = .project(ProjectNode(input: distinct.input, items: distinct.groups))
            return .join(join)
        default: return nil
        }
    }
}
