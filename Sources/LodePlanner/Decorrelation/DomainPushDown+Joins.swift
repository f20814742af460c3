/// The domain through joins and limits.

import LodeCore
import LodeFunctions
import LodePlan

extension DomainPushDown {
    /// One side is enough where the other's rows come with it; else both sides for every row of D, matched on D.
    func pushIntoJoin(_ node: JoinNode) throws(SQLError) -> Pushed {
        let inLeft = reads(node.left), inRight = reads(node.right)
        switch node.kind {
        case .inner, .left, .semi, .anti, .mark, .single:
            if !inRight {
                let left = try push(node.left)
                return Pushed(plan: join(node, left.plan, node.right, by: left.columns), columns: left.columns)
            }
        case .right, .full: break
        }
        switch node.kind {
        case .inner, .right:
            if !inLeft {
                let right = try push(node.right)
                return Pushed(plan: join(node, node.left, right.plan, by: right.columns), columns: right.columns)
            }
        case .left, .full, .semi, .anti, .mark, .single: break
        }
        let left = try push(node.left), right = try push(node.right)
        let matches = zip(left.columns, right.columns).map { same($0, $1) }
        let joined = join(node, left.plan, right.plan, by: left.columns, matches)
        switch node.kind {
        case .inner, .left, .semi, .anti, .mark, .single: return Pushed(plan: joined, columns: left.columns)
        case .right: return Pushed(plan: joined, columns: right.columns)
        case .full: return whole(joined, left.columns, right.columns)
        }
    }

    private func join(
        _ node: JoinNode, _ left: LogicalPlan, _ right: LogicalPlan, by columns: [PlanColumn], _ matches: [BoundExpression] = []
    ) -> LogicalPlan {
        let replaced = replacements(columns)
        let predicate = BoundExpression.conjunction(node.conditions.map { $0.substituting(replaced) })
        let membership = MembershipCondition(node.kind, predicate: predicate, membership: matches, right: right)
        return UnnestDependentJoins.plainJoin(node.kind, left, membership.right, membership.condition)
    }

    /// After a full join D's columns are on either side.
    private func whole(_ joined: LogicalPlan, _ left: [PlanColumn], _ right: [PlanColumn]) -> Pushed {
        let columns = left.map { context.copy($0) }
        let items = columns.indices.map { index in
            ProjectNode.Item(columns[index], .coalesce([left[index].reference, right[index].reference], columns[index].type))
        }
        return Pushed(
            plan: .project(ProjectNode(input: joined, items: ProjectNode.Item.passing(joined.columns) + items)), columns: columns)
    }

    /// LIMIT holds for every row of D: rows are numbered within it.
    func pushIntoLimit(_ node: LimitNode) throws(SQLError) -> Pushed {
        if case .project(let project) = node.input {
            // The order is below the projection, so the limit goes there.
            var below = node
            below.input = project.input
            return try push(.project(ProjectNode(input: .limit(below), items: project.items)))
        }
        var input = node.input
        var order: [SortKey] = []
        if case .sort(let sort) = input {
            order = sort.keys
            input = sort.input
        }
        let pushed = try push(input)
        let replaced = replacements(pushed.columns)
        for index in order.indices { order[index].expression = order[index].expression.substituting(replaced) }
        let (skip, last) = try Self.bounds(node)
        let number = PlanColumn(context.columnIDs.fresh(), "row_number", .bigint, nullable: false)
        let rank = PlanColumn(context.columnIDs.fresh(), "rank", .bigint, nullable: false)
        var calls = [
            WindowCall(column: number, name: "row_number", function: .window(.ranking(.rowNumber)), arguments: [], frame: .standard)
        ]
        if !node.ties.isEmpty {
            calls.append(WindowCall(column: rank, name: "rank", function: .window(.ranking(.rank)), arguments: [], frame: .standard))
        }
        var parts: [BoundExpression] = []
        if skip > 0 { parts.append(.comparison(.greater, number.reference, .constant(.integer(skip), .bigint), nil)) }
        if let last {
            // With ties, what ranks no worse than the last row comes too.
            let place = node.ties.isEmpty ? number : rank
            parts.append(.comparison(.lessOrEqual, place.reference, .constant(.integer(last), .bigint), nil))
        }
        let numbered = LogicalPlan.window(
            WindowNode(input: pushed.plan, partition: pushed.columns.map(\.reference), order: order, calls: calls))
        let kept = LogicalPlan.filter(FilterNode(input: numbered, predicate: .conjunction(parts)))
        return Pushed(
            plan: .project(ProjectNode(input: kept, items: ProjectNode.Item.passing(pushed.plan.columns))), columns: pushed.columns)
    }

    /// How many rows are skipped, and the number of the last one that is wanted, if any is.
    private static func bounds(_ node: LimitNode) throws(SQLError) -> (skip: Int64, last: Int64?) {
        guard case .constant(let skipValue, _) = node.offset ?? .constant(.integer(0), .bigint),
            case .constant(let countValue, _) = node.count ?? .constant(.null, .bigint)
        else { throw SQLError.unsupported("a computed LIMIT in a correlated subquery") }
        let skip: Int64 = if case .integer(let number) = skipValue { number } else { 0 }
        guard case .integer(let count) = countValue else { return (skip, nil) }
        if count < 0 || skip < 0 { throw SQLError(.invalidLimit, "LIMIT and OFFSET must not be negative") }
        let last = count.addingReportingOverflow(skip)
        return (skip, last.overflow ? .max : last.partialValue)
    }
}
