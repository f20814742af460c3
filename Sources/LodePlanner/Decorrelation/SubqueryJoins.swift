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
    private mutating func joinAsNone(_ op: ComparisonOperator, _ operands: [BoundExpression], _ plan: LogicalPlan) -> Bool {
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
        try replaceSubqueries(in: expression, where: .true, rewrite)
    }

    /// - Parameter reached: true for the rows that need the expression; it has no subqueries itself.
    private mutating func replaceSubqueries(
        in expression: BoundExpression, where reached: BoundExpression, _ rewrite: RewritePlan
    ) throws(SQLError) -> BoundExpression {
        if case .subquery(var query) = expression {
            if let known = replaced[expression] { return known }
            var operands: [BoundExpression] = []
            for operand in query.operands { operands.append(try replaceSubqueries(in: operand, where: reached, rewrite)) }
            query.plan = guarded(query, by: reached)
            let result = try replace(query, operands, rewrite)
            // Of copies that a construct makes, the first is the one that most rows reach.
            replaced[expression] = result
            return result
        }
        if !expression.hasSubquery { return expression }
        // Some parts are computed only for rows that the parts before them leave open.
        var parts: [BoundExpression] = []
        var open = reached.conjuncts
        for (index, child) in expression.children.enumerated() {
            var here = open
            // Of CASE, conditions and results take turns.
            if case .conditional = expression, index % 2 == 1 { here.append(parts[index - 1]) }
            let part = try replaceSubqueries(in: child, where: .conjunction(here), rewrite)
            parts.append(part)
            switch expression {
            case .and: open.append(part)
            case .or: open.append(.coalesce([.not(part), .true], .boolean))
            case .coalesce: open.append(.isNull(part))
            case .conditional where index % 2 == 1: open.append(.coalesce([.not(parts[index - 1]), .true], .boolean))
            default: break
            }
        }
        return expression.replacing(children: parts)
    }

    /// The plan of a subquery that can fail, with NULLs for the values of rows that don't need it.
    private func guarded(_ query: SubqueryExpression, by reached: BoundExpression) -> LogicalPlan {
        if reached == .true || reached.isVolatile || !query.canFailInside { return query.plan }
        let read = query.plan.freeColumns
        var values: [ColumnID: BoundExpression] = [:]
        for column in input.columns where read.contains(column.id) {
            let value = BoundExpression.Branch(condition: reached, result: column.reference)
            values[column.id] = .conditional([value], otherwise: .constant(.null, column.type), column.type)
        }
        return values.isEmpty ? query.plan : query.plan.substitutingEverywhere(values)
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
        _ op: ComparisonOperator, _ operands: [BoundExpression], _ plan: LogicalPlan
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

extension SubqueryExpression {
    /// Whether computing its rows could raise an error, or their number be one.
    fileprivate var canFailInside: Bool {
        if kind == .scalar, plan.maxRows.map({ $0 > 1 }) ?? true { return true }
        var found = false
        plan.visit { node in found = found || node.expressions.contains(where: \.canFail) }
        return found
    }
}
