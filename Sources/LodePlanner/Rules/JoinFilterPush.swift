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
        var copy = self
        copy.node.kind = strengthened(conjuncts)
        return copy.pushStrengthened(conjuncts)
    }

    /// The join kind that is left when rows that `conjuncts` drop anyway need not be made.
    private func strengthened(_ conjuncts: [BoundExpression]) -> JoinNode.Kind {
        switch node.kind {
        case .left, .single: 
            if case .left = node.kind, rejectsNulls(conjuncts, right) { return .inner }
            return node.kind
        case .right: return rejectsNulls(conjuncts, left) ? .inner : .right
        case .full:
            switch (rejectsNulls(conjuncts, left), rejectsNulls(conjuncts, right)) {
            case (true, true): return .inner
            case (true, false): return .left
            case (false, true): return .right
            case (false, false): return .full
            }
        case .mark(let column, let isNullAware):
            if conjuncts.contains(column.reference) { return .semi }
            if conjuncts.contains(.not(column.reference)), !isNullAware || !mayMarkNull { return .anti }
            return node.kind
        case .inner, .semi, .anti: return node.kind
        }
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
        let all = descent.unique(TransitiveConditions.extended(conjuncts + node.conditions))
        let (toLeft, rest) = descent.split(all) { !$0.columns.isEmpty && $0.columns.isSubset(of: left) }
        let (toRight, on) = descent.split(rest) { !$0.columns.isEmpty && $0.columns.isSubset(of: right) }
        return rebuilt(toLeft, toRight, on)
    }

    /// Kinds that give every left row at most as it is: conditions on it can be tested before.
    private func pushLeftPreserving(_ conjuncts: [BoundExpression]) -> LogicalPlan {
        var kept = conjuncts
        var toLeft: [BoundExpression] = []
        if case .mark = node.kind {} else if case .semi = node.kind {
            // A former mark column is true for every row that is left.
            let known = left
            kept.removeAll { !$0.columns.isEmpty && !$0.columns.isSubset(of: known) && $0.columns.isDisjoint(with: known) && isMark($0) }
        } else if case .anti = node.kind {
            kept.removeAll { isNegatedMark($0) }
        }
        let (below, above) = descent.split(kept) { !$0.columns.isEmpty && $0.columns.isSubset(of: left) }
        toLeft += below
        let conditions = node.conditions
        // What the left side is known to satisfy holds for the matching right rows too.
        let implied = TransitiveConditions.extended(below + conditions).filter { !below.contains($0) && !conditions.contains($0) }
        var (toRight, on) = descent.split(conditions + implied) { !$0.columns.isEmpty && $0.columns.isSubset(of: right) }
        if case .mark(_, true) = node.kind {
            // A right row that is dropped can turn NULL into false: only true conditions of the subquery itself may go.
            (toRight, on) = ([], conditions)
        }
        if case .semi = node.kind {
            let (more, rest) = descent.split(on) { !$0.columns.isEmpty && $0.columns.isSubset(of: left) }
            toLeft += more
            on = rest
        }
        on.removeAll { implied.contains($0) }
        return descent.filtered(rebuilt(toLeft, toRight, on), above)
    }

    private func isMark(_ conjunct: BoundExpression) -> Bool {
        if case .column(let id, .boolean) = conjunct { return !left.contains(id) && !right.contains(id) }
        return false
    }

    private func isNegatedMark(_ conjunct: BoundExpression) -> Bool {
        if case .not(let inner) = conjunct { return isMark(inner) }
        return false
    }

    private func rebuilt(
        _ toLeft: [BoundExpression], _ toRight: [BoundExpression], _ on: [BoundExpression]
    ) -> LogicalPlan {
        var copy = node
        copy.left = descent.push(toLeft, into: node.left)
        copy.right = descent.push(descent.unique(toRight), into: node.right)
        let parts = JoinCondition(on, left, right)
        copy.keys = parts.keys
        copy.residual = parts.residual
        return .join(copy)
    }
}

extension BoundExpression {
    /// Whether it is certainly not true (false or NULL) for rows in which all of `columns` are NULL.
    func isNeverTrue(whereNull columns: Set<ColumnID>) -> Bool {
        switch self {
        case .and(let parts): parts.contains { $0.isNeverTrue(whereNull: columns) }
        case .or(let parts): parts.allSatisfy { $0.isNeverTrue(whereNull: columns) }
        case .not(.isNull(let inner)): inner.isNull(whereNull: columns)
        case .not(let inner): inner.isNull(whereNull: columns)
        default: isNull(whereNull: columns)
        }
    }

    /// Whether it is certainly NULL for rows in which all of `columns` are NULL.
    private func isNull(whereNull columns: Set<ColumnID>) -> Bool {
        switch self {
        case .column(let id, _): columns.contains(id)
        case .constant(let value, _): value.isNull
        case .comparison(let op, let a, let b, _):
            op != .isDistinct && op != .isNotDistinct && (a.isNull(whereNull: columns) || b.isNull(whereNull: columns))
        case .not(let inner), .cast(let inner, _, _, _): inner.isNull(whereNull: columns)
        case .isIn(let operand, _): operand.isNull(whereNull: columns)
        case .call(let call): call.isStrict && call.arguments.contains { $0.isNull(whereNull: columns) }
        default: false
        }
    }
}
