/// How filters pass a join.

import LodeCore
import LodePlan

/// The part of `PushFilterDown` that knows which side of which join kind a conjunct may go to.
struct JoinFilterPush {
    let descent: FilterPush
    var node: JoinNode
    let left: Set<ColumnID>
    let right: Set<ColumnID>

    init(_ descent: FilterPush, _ node: JoinNode) {
        self.descent = descent
        self.node = node
        left = node.left.columnIDs
        right = node.right.columnIDs
    }

    func push(_ conjuncts: [BoundExpression]) -> LogicalPlan {
        if let known = pushKnownMark(conjuncts) ?? pushMissing(conjuncts) { return known }
        var copy = self
        copy.node.kind = strengthened(conjuncts + descent.tested)
        return copy.pushStrengthened(conjuncts)
    }

    /// The join kind that is left when rows that `conjuncts` drop anyway need not be made.
    private func strengthened(_ conjuncts: [BoundExpression]) -> JoinNode.Kind {
        switch node.kind {
        case .left: return rejectsNulls(conjuncts, right) ? .inner : .left
        case .right: return rejectsNulls(conjuncts, left) ? .inner : .right
        case .full:
            switch (rejectsNulls(conjuncts, left), rejectsNulls(conjuncts, right)) {
            case (true, true): return .inner
            case (true, false): return .left
            case (false, true): return .right
            case (false, false): return .full
            }
        case .inner, .semi, .anti, .single, .mark: return node.kind
        }
    }

    /// A mark join whose mark is the same for all rows that are wanted is a semi or anti join, beside a constant.
    private func pushKnownMark(_ conjuncts: [BoundExpression]) -> LogicalPlan? {
        guard case .mark(let column, let isNullAware) = node.kind else { return nil }
        let wantsTrue = conjuncts.contains(column.reference)
        guard wantsTrue || (conjuncts.contains(.not(column.reference)) && (!isNullAware || !mayMarkNull)) else { return nil }
        var copy = self
        copy.node.kind = wantsTrue ? .semi : .anti
        // Only true counts now, so what keeps false and NULL apart can go.
        let conditions = node.conditions.map { condition in
            if case .coalesce(let parts, _) = condition, parts.count == 2, parts[1] == .false { parts[0] } else { condition }
        }
        let parts = JoinCondition(conditions, left, right, copy.node.kind)
        copy.node.keys = parts.keys
        copy.node.residual = parts.residual
        let mark: BoundExpression = wantsTrue ? .true : .false
        let rest = conjuncts.flatMap { $0.substituting([column.id: mark]).mapped(SimplifyExpressions.simplified).conjuncts }
        let joined = copy.pushStrengthened(rest)
        return .project(ProjectNode(input: joined, items: ProjectNode.Item.passing(node.left.columns) + [.init(column, mark)]))
    }

    /// Whether a NULL may be among the compared values of a mark join.
    private var mayMarkNull: Bool {
        let nullable = Dictionary(
            (node.left.columns + node.right.columns).map { ($0.id, $0.nullable) }, uniquingKeysWith: { a, _ in a })
        if node.residual != nil { return true }
        return node.keys.contains { key in
            [key.left, key.right].contains { if case .column(let id, _) = $0 { nullable[id] ?? true } else { true } }
        }
    }

    /// Whether some conjunct cannot be true where all of `columns` are NULL.
    private func rejectsNulls(_ conjuncts: [BoundExpression], _ columns: Set<ColumnID>) -> Bool {
        conjuncts.contains { $0.isNeverTrue(whereNull: columns) }
    }

    private func pushStrengthened(_ conjuncts: [BoundExpression]) -> LogicalPlan {
        switch node.kind {
        case .inner: return pushInner(conjuncts)
        case .semi, .anti, .mark, .single, .left: return pushLeftPreserving(conjuncts)
        case .right:
            let (toRight, above) = descent.split(conjuncts) { $0.columns.isSubset(of: right) && !$0.columns.isEmpty }
            let (onLeft, on) = descent.split(node.conditions) { $0.columns.isSubset(of: left) && !$0.columns.isEmpty }
            return descent.filtered(rebuilt(onLeft, toRight, on), above)
        case .full:
            return descent.filtered(rebuilt([], [], node.conditions), conjuncts)
        }
    }

    private func pushInner(_ conjuncts: [BoundExpression]) -> LogicalPlan {
        // ON is inside of WHERE.
        let given = node.conditions + conjuncts
        let implied = given.flatMap { conjunct in [left, right].compactMap { ImpliedConditions.restriction(of: conjunct, to: $0) } }
        let all = descent.unique(ImpliedConditions.extended(given) + implied)
        var toLeft: [BoundExpression] = [], toRight: [BoundExpression] = [], on: [BoundExpression] = []
        for conjunct in all {
            let read = conjunct.columns
            let goesLeft = read.isSubset(of: left), goesRight = read.isSubset(of: right)
            // Behind a condition on pairs of rows, one that can fail waits for the pairs.
            let stays = read.isEmpty || conjunct.isVolatile || goesLeft == goesRight || (!on.isEmpty && conjunct.canFail)
            if stays { on.append(conjunct) }
            if read.isEmpty || conjunct.isVolatile { continue }
            if goesLeft { toLeft.append(stays ? conjunct.earlyForm : conjunct) }
            if goesRight { toRight.append(stays ? conjunct.earlyForm : conjunct) }
        }
        return rebuilt(descent.unique(toLeft), toRight, on)
    }

    /// Kinds that give every left row at most as it is: conditions on it can be tested before.
    private func pushLeftPreserving(_ conjuncts: [BoundExpression]) -> LogicalPlan {
        let restricted = conjuncts.compactMap { ImpliedConditions.restriction(of: $0, to: left) }
        let (below, above) = descent.split(descent.unique(conjuncts + restricted), removesRows: node.kind.dropsLeftRows) {
            !$0.columns.isEmpty && $0.columns.isSubset(of: left)
        }
        var toLeft = below
        let conditions = node.conditions
        // A right row that is dropped could turn NULL into false.
        if case .mark(_, true) = node.kind { return descent.filtered(rebuilt(toLeft, [], conditions), above) }
        // What the left side is known to satisfy holds for the matching right rows too.
        let implied = ImpliedConditions.extended(below + conditions).filter { !below.contains($0) && !conditions.contains($0) }
        var (toRight, on) = descent.split(conditions) { !$0.columns.isEmpty && $0.columns.isSubset(of: right) }
        toRight += implied.filter { $0.columns.isSubset(of: right) }
        if case .semi = node.kind {
            let (more, rest) = descent.split(on) { !$0.columns.isEmpty && $0.columns.isSubset(of: left) }
            toLeft += more + implied.filter { $0.columns.isSubset(of: left) }
            on = rest
        }
        return descent.filtered(rebuilt(descent.unique(toLeft), toRight, on), above)
    }

    private func rebuilt(
        _ toLeft: [BoundExpression], _ toRight: [BoundExpression], _ on: [BoundExpression]
    ) -> LogicalPlan {
        var copy = node
        copy.left = side(isLeft: true, on).push(toLeft, into: node.left)
        copy.right = side(isLeft: false, on).push(descent.unique(toRight), into: node.right)
        let parts = JoinCondition(on, left, right, node.kind)
        copy.keys = parts.keys
        copy.residual = parts.residual
        return .join(copy)
    }

    /// The descent into a side: with what is tested above of its rows, if they come out only as they are or not at all, and what is
    /// tested here, if they matter only where they match.
    private func side(isLeft: Bool, _ on: [BoundExpression]) -> FilterPush {
        let tested: [BoundExpression] =
            switch (node.kind, isLeft) {
            case (.inner, _), (.semi, true): descent.tested + on
            case (.left, true), (.right, false), (.anti, true), (.mark, true), (.single, true): descent.tested
            case (.left, false), (.right, true), (.semi, false), (.anti, false): on
            case (.full, _), (.mark, false), (.single, false): []
            }
        return FilterPush(context: descent.context, tested: tested)
    }
}

extension JoinNode.Kind {
    /// Whether some left rows don't come out.
    fileprivate var dropsLeftRows: Bool {
        switch self {
        case .inner, .right, .semi, .anti: true
        case .left, .full, .mark, .single: false
        }
    }
}
