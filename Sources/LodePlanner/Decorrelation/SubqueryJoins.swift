/// Subqueries of one expression, as joins.

import LodeCore
import LodePlan

/// An input that grows a join for every subquery that is taken out of an expression.
struct SubqueryJoins {
    var input: LogicalPlan
    let context: RuleContext
    /// What stands for subqueries that were joined already.
    private var replaced: [BoundExpression: BoundExpression] = [:]

    init(input: LogicalPlan, context: RuleContext) {
        self.input = input
        self.context = context
    }

    typealias RewritePlan = (LogicalPlan, RuleContext) throws(SQLError) -> LogicalPlan

    /// Keeps the rows that fulfil plain conditions.
    mutating func keep(_ conjuncts: [BoundExpression]) {
        if !conjuncts.isEmpty { input = .filter(FilterNode(input: input, predicate: .conjunction(conjuncts))) }
    }

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
        case .any(let op) where !negated: join(.semi, plan, condition(op, query.operands, plan))
        // Not all are so if one is certainly not so.
        case .all(let op) where negated: join(.semi, plan, condition(op.negated, query.operands, plan))
        case .any(let op): return joinAsNone(op, query.operands, plan)
        case .all(let op): return joinAsNone(op.negated, query.operands, plan)
        case .scalar: return false
        }
        return true
    }

    /// `not (x op any (q))`: no row compares true, nor NULL.
    private mutating func joinAsNone(_ op: BoundExpression.Comparison, _ operands: [BoundExpression], _ plan: LogicalPlan) -> Bool {
        let compared = condition(op, operands, plan)
        if neverNull(operands, plan) {
            join(.anti, plan, compared)
            return true
        }
        // What is compared here can't be hashed: where that is all there is, a NULL-aware mark does better.
        let isCorrelated = !plan.freeColumns.isDisjoint(with: input.columnIDs)
        if op == .equal, !isCorrelated { return false }
        join(.anti, plan, .coalesce([compared, .true], .boolean))
        return true
    }

    /// The expression with columns of new joins in the place of its subqueries.
    mutating func replaceSubqueries(in expression: BoundExpression, _ rewrite: RewritePlan) throws(SQLError) -> BoundExpression {
        if case .subquery(let query) = expression {
            if let known = replaced[expression] { return known }
            var operands: [BoundExpression] = []
            for operand in query.operands { operands.append(try replaceSubqueries(in: operand, rewrite)) }
            let result = try replace(query, operands, rewrite)
            replaced[expression] = result
            return result
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
