/// Folds constants and tidies boolean logic.

import LodeCore
import LodePlan

/// Computes what has no columns, drops what can't matter, and puts comparisons into one shape (column left, constant
/// right).
///
///     where 1 + 1 = x and true          where x = 2
///     where (a and b) or (a and c)      where a and (b or c)
///
/// - Sound because: no volatile function is folded, and a constant whose computation fails is left for the executor,
///   which raises the error only if a row gets there.
/// - Order: first, and again after rules that make new predicates.
struct SimplifyExpressions: OptimizerRule {
    static let name = "simplify_expressions"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        try plan.mapped { (node) throws(SQLError) in
            let rewritten = try node.mappingExpressions { (expression) throws(SQLError) in
                try simplify(expression, context)
            }
            return dropTrivialFilter(rewritten)
        }
    }

    private func simplify(_ expression: BoundExpression, _ context: RuleContext) throws(SQLError) -> BoundExpression {
        try expression.mapped { (part) throws(SQLError) in
            if case .subquery(var query) = part {
                query.plan = try apply(query.plan, context)
                return .subquery(query)
            }
            return Self.simplified(Self.folded(part, context))
        }
    }

    /// `part` as a constant, if it is one.
    static func folded(_ part: BoundExpression, _ context: RuleContext) -> BoundExpression {
        switch part {
        case .column, .constant, .parameter, .lambda, .subquery: return part
        // What is stable stays the same for the whole statement, for which the plan is made.
        case .call(let call) where call.volatility == .volatile: return part
        default: break
        }
        let constants = part.children.allSatisfy { if case .constant = $0 { true } else { false } }
        guard constants, !part.type.isNested, let value = try? context.evaluateConstant(part) else { return part }
        return .constant(value, part.type)
    }

    /// One step of boolean algebra at the top of `expression`, whose parts are simplified already.
    static func simplified(_ expression: BoundExpression) -> BoundExpression {
        switch expression {
        case .and(let parts): return conjunction(parts)
        case .or(let parts): return disjunction(parts)
        case .not(let inner): return negation(inner)
        case .comparison(let op, let left, let right, let span):
            if case .constant = left, !isConstant(right) { return .comparison(op.mirrored, right, left, span) }
            if op != .isDistinct, op != .isNotDistinct, isNull(left) || isNull(right) { return .constant(.null, .boolean) }
            return expression
        case .isIn(let operand, let list):
            if list.count == 1 { return .comparison(.equal, operand, list[0], nil) }
            return expression
        case .conditional(let branches, let otherwise, let type): return conditional(branches, otherwise, type)
        case .coalesce(let parts, let type): return coalesced(parts, type)
        case .cast(let inner, let type, _, _): return inner.type == type ? inner : expression
        default: return expression
        }
    }

    private static func isConstant(_ expression: BoundExpression) -> Bool {
        if case .constant = expression { true } else { false }
    }

    private static func isNull(_ expression: BoundExpression) -> Bool {
        if case .constant(.null, _) = expression { true } else { false }
    }

    private static func conjunction(_ parts: [BoundExpression]) -> BoundExpression {
        var kept: [BoundExpression] = []
        var seen: Set<BoundExpression> = []
        for part in parts.flatMap(\.conjuncts) {
            if part == .false { return .false }
            if part == .true { continue }
            if part.isVolatile || seen.insert(part).inserted { kept.append(part) }
        }
        return kept.isEmpty ? .true : kept.count == 1 ? kept[0] : .and(kept)
    }

    private static func disjunction(_ parts: [BoundExpression]) -> BoundExpression {
        var kept: [BoundExpression] = []
        var seen: Set<BoundExpression> = []
        for part in parts.flatMap({ if case .or(let inner) = $0 { inner } else { [$0] } }) {
            if part == .true { return .true }
            if part == .false { continue }
            if part.isVolatile || seen.insert(part).inserted { kept.append(part) }
        }
        if kept.isEmpty { return .false }
        if kept.count == 1 { return kept[0] }
        return factored(merged(kept))
    }

    /// `(a and b) or (a and c)` is `a and (b or c)`: a join key may hide in every branch.
    private static func factored(_ branches: [BoundExpression]) -> BoundExpression {
        let lists = branches.map(\.conjuncts)
        guard lists.count > 1 else { return branches[0] }
        // What can fail stays behind what is before it in its branch.
        let common = lists[0].filter { part in !part.canFail && lists.dropFirst().allSatisfy { $0.contains(part) } }
        if common.isEmpty { return .or(branches) }
        let rest = lists.map { BoundExpression.conjunction($0.filter { !common.contains($0) }) }
        if rest.contains(.true) { return .conjunction(common) }
        return .conjunction(common + [.or(rest)])
    }

    /// `x = 1 or x = 2` is `x in (1, 2)`, which is looked up instead of compared in turn.
    private static func merged(_ branches: [BoundExpression]) -> [BoundExpression] {
        var result: [BoundExpression] = []
        var place: [BoundExpression: Int] = [:]
        for branch in branches {
            let operand: BoundExpression, values: [BoundExpression]
            switch branch {
            case .comparison(.equal, let left, let right, _) where isConstant(right) && !isConstant(left):
                (operand, values) = (left, [right])
            case .isIn(let left, let list) where list.allSatisfy(isConstant): (operand, values) = (left, list)
            default:
                result.append(branch)
                continue
            }
            if let index = place[operand] {
                let before: [BoundExpression] =
                    switch result[index] {
                    case .isIn(_, let list): list
                    case .comparison(_, _, let value, _): [value]
                    default: []
                    }
                result[index] = .isIn(operand, before + values.filter { !before.contains($0) })
            } else {
                place[operand] = result.count
                result.append(branch)
            }
        }
        return result
    }

    private static func negation(_ inner: BoundExpression) -> BoundExpression {
        switch inner {
        case .not(let twice): return twice
        case .constant(.boolean(let flag), _): return flag ? .false : .true
        case .constant(.null, let type): return .constant(.null, type)
        case .comparison(let op, let left, let right, let span): return .comparison(op.negated, left, right, span)
        case .and(let parts): return disjunction(parts.map(negation))
        case .or(let parts): return conjunction(parts.map(negation))
        default: return .not(inner)
        }
    }

    private static func conditional(
        _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression, _ type: SQLType
    ) -> BoundExpression {
        var kept: [BoundExpression.Branch] = []
        for branch in branches {
            if branch.condition == .false || isNull(branch.condition) { continue }
            if branch.condition == .true {
                return kept.isEmpty ? branch.result : .conditional(kept, otherwise: branch.result, type)
            }
            kept.append(branch)
        }
        // What comes of the last branches anyway needs no asking.
        while let last = kept.last, isSame(last.result, otherwise), !last.condition.canFail { kept.removeLast() }
        return kept.isEmpty ? otherwise : .conditional(kept, otherwise: otherwise, type)
    }

    /// Whether both give the same bits: zeros of both signs are equal, but not the same.
    private static func isSame(_ left: BoundExpression, _ right: BoundExpression) -> Bool {
        left == right && zeros(in: left) == zeros(in: right)
    }

    /// The signs of the floating-point zeros among the constants, in order.
    private static func zeros(in expression: BoundExpression) -> [FloatingPointSign] {
        if case .constant(let value, _) = expression { zeros(in: value) } else { expression.children.flatMap { zeros(in: $0) } }
    }

    private static func zeros(in value: Value) -> [FloatingPointSign] {
        switch value {
        case .double(let number): number == 0 ? [number.sign] : []
        case .list(let parts), .structure(let parts): parts.flatMap { zeros(in: $0) }
        case .map(let entries): entries.flatMap { zeros(in: $0.key) + zeros(in: $0.value) }
        default: []
        }
    }

    private static func coalesced(_ parts: [BoundExpression], _ type: SQLType) -> BoundExpression {
        var kept: [BoundExpression] = []
        for part in parts where !isNull(part) {
            kept.append(part)
            if isConstant(part) { break }
        }
        return kept.isEmpty ? .constant(.null, type) : kept.count == 1 ? kept[0] : .coalesce(kept, type)
    }

    /// A filter that keeps everything goes; one that keeps nothing takes its input with it.
    private func dropTrivialFilter(_ node: LogicalPlan) -> LogicalPlan {
        guard case .filter(let filter) = node else { return node }
        if filter.predicate == .true, !filter.isBarrier { return filter.input }
        if filter.predicate == .false || Self.isNull(filter.predicate) {
            return .values(ValuesNode(columns: filter.input.columns, rows: []))
        }
        return node
    }
}
