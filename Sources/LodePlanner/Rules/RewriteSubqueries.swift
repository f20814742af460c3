/// Turns subqueries in expressions into dependent joins.

import LodeCore
import LodePlan

/// Every `.subquery` becomes a join of the node's input with the subquery's plan:
///
///     where exists (q)          semi join         where not exists (q)     anti join
///     where x in (q)            semi join         x in (q) elsewhere       mark join and its column
///     (q) as a value            single join and its column
///
/// - Sound because: each join kind has the truth table of its expression; NOT IN goes through a NULL-aware mark.
/// - Order: before `UnnestDependentJoins`, which makes plain joins of what this leaves.
struct RewriteSubqueries: OptimizerRule {
    static let name = "rewrite_subqueries"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        try plan.mapped { (node) throws(SQLError) in try rewrite(node, context) }
    }

    private func rewrite(_ node: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        guard node.expressions.contains(where: \.hasSubquery) else { return node }
        switch node {
        case .filter(let filter): return try rewriteFilter(filter, context)
        case .join(let join): return try rewriteJoin(join, context)
        case .values(let values): return try rewriteValues(values, context)
        case .limit: throw SQLError.unsupported("a subquery in \(node.node.title)")
        default:
            // One input: its rows get the subqueries' values as further columns.
            guard let input = node.children.first, node.children.count == 1 else {
                throw SQLError.unsupported("a subquery in \(node.node.title)")
            }
            var builder = SubqueryJoins(input: input, context: context)
            let rewritten = try node.mappingExpressions { (expression) throws(SQLError) in
                try builder.replaceSubqueries(in: expression, apply)
            }
            let result = rewritten.replacing(children: [builder.input])
            return project(result, to: node.columns)
        }
    }

    /// Drops the columns that joins below a pass-through node added.
    private func project(_ plan: LogicalPlan, to columns: [PlanColumn]) -> LogicalPlan {
        if plan.columns.map(\.id) == columns.map(\.id) { return plan }
        return .project(ProjectNode(input: plan, items: columns.map { .init($0, $0.reference) }))
    }

    private func rewriteFilter(_ filter: FilterNode, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var builder = SubqueryJoins(input: filter.input, context: context)
        // What can't fail first, so that the joins see fewer rows; all else in the order in which it was written.
        let conjuncts = filter.predicate.conjuncts
        builder.keep(conjuncts.filter { !$0.canFail })
        for conjunct in conjuncts where conjunct.canFail {
            if !conjunct.hasSubquery {
                builder.keep([conjunct])
            } else if try !builder.joinAsFilter(conjunct, apply) {
                builder.keep([try builder.replaceSubqueries(in: conjunct, apply)])
            }
        }
        if filter.isBarrier { builder.input = .filter(FilterNode(input: builder.input, predicate: .true, isBarrier: true)) }
        return project(builder.input, to: filter.input.columns)
    }

    /// Subqueries in ON: those of an inner join are filtered afterwards, others belong to the side whose columns they use.
    private func rewriteJoin(_ join: JoinNode, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        if case .inner = join.kind {
            let condition = join.keys.map { BoundExpression.comparison($0.matchesNull ? .isNotDistinct : .equal, $0.left, $0.right, nil) }
                + (join.residual.map { [$0] } ?? [])
            let product = LogicalPlan.join(JoinNode(kind: .inner, left: join.left, right: join.right))
            return try rewriteFilter(FilterNode(input: product, predicate: .conjunction(condition)), context)
        }
        var left = SubqueryJoins(input: join.left, context: context), right = SubqueryJoins(input: join.right, context: context)
        let leftIDs = join.left.columnIDs, rightIDs = join.right.columnIDs
        let columns = LogicalPlan.join(join).columns
        let rewritten = try LogicalPlan.join(join).mappingExpressions { (expression) throws(SQLError) in
            try expression.mapped { (part) throws(SQLError) in
                guard case .subquery(let query) = part else { return part }
                let read = part.columns
                if !read.isDisjoint(with: leftIDs), !read.isDisjoint(with: rightIDs) {
                    throw SQLError.unsupported(
                        "a subquery that reads both sides of a \(join.kind.name.lowercased()) join in its condition", at: query.span)
                }
                return read.isDisjoint(with: leftIDs)
                    ? try right.replaceSubqueries(in: part, apply) : try left.replaceSubqueries(in: part, apply)
            }
        }
        return project(rewritten.replacing(children: [left.input, right.input]), to: columns)
    }

    /// VALUES with subqueries is a union of single rows.
    private func rewriteValues(_ values: ValuesNode, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var inputs: [LogicalPlan] = []
        for row in values.rows {
            let items = zip(values.columns, row).map { ProjectNode.Item(context.copy($0), $1) }
            inputs.append(try rewrite(.project(ProjectNode(input: .values(.singleRow), items: items)), context))
        }
        if inputs.count == 1, let only = inputs.first {
            let items = zip(values.columns, only.columns).map { ProjectNode.Item($0, $1.reference) }
            return .project(ProjectNode(input: only, items: items))
        }
        return .setOperation(SetOperationNode(kind: .unionAll, inputs: inputs, columns: values.columns))
    }
}
