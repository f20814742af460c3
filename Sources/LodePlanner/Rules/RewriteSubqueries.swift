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
        case .scan, .series, .limit, .dependentJoin:
            throw SQLError.unsupported("a subquery in \(node.node.title)")
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
        var rest: [BoundExpression] = []
        // Plain conjuncts first, so that the joins see fewer rows.
        let plain = filter.predicate.conjuncts.filter { !$0.hasSubquery }
        if !plain.isEmpty { builder.input = .filter(FilterNode(input: builder.input, predicate: .conjunction(plain))) }
        for conjunct in filter.predicate.conjuncts where conjunct.hasSubquery {
            if try !builder.joinAsFilter(conjunct, apply) {
                rest.append(try builder.replaceSubqueries(in: conjunct, apply))
            }
        }
        var result = builder.input
        if !rest.isEmpty { result = .filter(FilterNode(input: result, predicate: .conjunction(rest))) }
        return project(result, to: filter.input.columns)
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
        let leftIDs = join.left.columnIDs
        let columns = LogicalPlan.join(join).columns
        let rewritten = try LogicalPlan.join(join).mappingExpressions { (expression) throws(SQLError) in
            try expression.mapped { (part) throws(SQLError) in
                guard case .subquery = part else { return part }
                return part.columns.isDisjoint(with: leftIDs)
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

/// An input that grows a join for every subquery that is taken out of an expression.
struct SubqueryJoins {
    var input: LogicalPlan
    let context: RuleContext
    typealias RewritePlan = (LogicalPlan, RuleContext) throws(SQLError) -> LogicalPlan

    /// Makes a conjunct of WHERE a semi or anti join, if it has the form of one.
    mutating func joinAsFilter(_ conjunct: BoundExpression, _ rewrite: RewritePlan) throws(SQLError) -> Bool {
        var expression = conjunct
        var negated = false
        while case .not(let inner) = expression {
            expression = inner
            negated.toggle()
        }
        guard case .subquery(let query) = expression, !query.operands.contains(where: \.hasSubquery) else { return false }
        let plan = try rewrite(query.plan, context)
        switch query.kind {
        case .exists:
            join(negated ? .anti : .semi, plan, .true)
            return true
        case .any(let op) where !negated:
            join(.semi, plan, condition(op, query.operands, plan))
            return true
        case .any(.equal) where negated && neverNull(query.operands, plan):
            join(.anti, plan, condition(.equal, query.operands, plan))
            return true
        case .all(let op) where !negated && neverNull(query.operands, plan):
            join(.anti, plan, condition(op.negated, query.operands, plan))
            return true
        default: return false
        }
    }

    /// The expression with columns of new joins in the place of its subqueries.
    mutating func replaceSubqueries(in expression: BoundExpression, _ rewrite: RewritePlan) throws(SQLError) -> BoundExpression {
        if case .subquery(let query) = expression {
            var operands: [BoundExpression] = []
            for operand in query.operands { operands.append(try replaceSubqueries(in: operand, rewrite)) }
            return try replace(query, operands, rewrite)
        }
        if !expression.hasSubquery { return expression }
        var parts: [BoundExpression] = []
        for child in expression.children { parts.append(try replaceSubqueries(in: child, rewrite)) }
        return expression.replacing(children: parts)
    }

    private mutating func replace(
        _ query: SubqueryExpression, _ operands: [BoundExpression], _ rewrite: RewritePlan
    ) throws(SQLError) -> BoundExpression {
        let plan = try rewrite(query.plan, context)
        switch query.kind {
        case .scalar:
            guard let column = plan.columns.first else { throw .internalFault("a scalar subquery without a column") }
            join(.single, plan, .true)
            return .column(column.id, column.type)
        case .exists: return mark(plan, .true, isNullAware: false)
        case .any(let op): return mark(plan, condition(op, operands, plan), isNullAware: true)
        case .all(let op): return .not(mark(plan, condition(op.negated, operands, plan), isNullAware: true))
        }
    }

    private mutating func mark(_ plan: LogicalPlan, _ predicate: BoundExpression, isNullAware: Bool) -> BoundExpression {
        let column = PlanColumn(context.columnIDs.fresh(), "matched", .boolean, nullable: isNullAware)
        join(.mark(column, isNullAware: isNullAware), plan, predicate)
        return column.reference
    }

    private mutating func join(_ kind: JoinNode.Kind, _ plan: LogicalPlan, _ predicate: BoundExpression) {
        input = .dependentJoin(DependentJoinNode(kind: kind, left: input, right: plan, predicate: predicate))
    }

    private func condition(
        _ op: BoundExpression.Comparison, _ operands: [BoundExpression], _ plan: LogicalPlan
    ) -> BoundExpression {
        let pairs = zip(operands, plan.columns).map { BoundExpression.comparison(op, $0, $1.reference, nil) }
        // Rows differ where any column does.
        return op == .notEqual && pairs.count > 1 ? .or(pairs) : .conjunction(pairs)
    }

    private func neverNull(_ operands: [BoundExpression], _ plan: LogicalPlan) -> Bool {
        let nullable = Dictionary(input.columns.map { ($0.id, $0.nullable) }, uniquingKeysWith: { a, _ in a })
        return plan.columns.allSatisfy { !$0.nullable }
            && operands.allSatisfy { if case .column(let id, _) = $0 { nullable[id] == false } else { false } }
    }
}
