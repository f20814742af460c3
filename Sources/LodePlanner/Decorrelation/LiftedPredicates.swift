/// Decorrelation the cheap way: correlated predicates are lifted to the top of the subquery.

import LodeCore
import LodePlan

/// A subquery with its correlated conjuncts taken out; put above it, they mean the same.
///
///     Filter t.x = outer.x and t.y > 0             (t.x = outer.x)  lifted
///     └─ Scan t                            ──▶     Filter t.y > 0
///                                                  └─ Scan t
///
/// Above an aggregate, the inner side of a lifted equality becomes a further group key. What can fail is not computed for rows
/// that a lifted conjunct is to remove: conditions are lifted along with those before them, all else is left to other ways.
struct LiftedPredicates {
    let outer: Set<ColumnID>
    let context: RuleContext
    var lifted: [BoundExpression] = []
    /// Group keys were added: a group without rows no longer gives a row, where the whole aggregate did.
    var lostEmptyGroup = false

    /// The join without correlation; nil if something correlated can't be lifted.
    static func lift(_ join: DependentJoinNode, _ outer: Set<ColumnID>, _ context: RuleContext) -> LogicalPlan? {
        var lifting = LiftedPredicates(outer: outer, context: context)
        var right = join.right
        // EXISTS asks for rows only: their order, number and columns don't matter.
        if join.predicate == .true, asksForExistence(join.kind) { right = withoutOrder(right) }
        guard let plain = lifting.strip(right) else { return nil }
        if !plain.freeColumns.isDisjoint(with: outer) { return nil }
        if lifting.lostEmptyGroup { return lifting.restoringEmptyGroups(join, plain) }
        let membership = MembershipCondition(join.kind, predicate: join.predicate, membership: lifting.lifted, right: plain)
        return UnnestDependentJoins.plainJoin(join.kind, join.left, membership.right, membership.condition)
    }

    private static func asksForExistence(_ kind: JoinNode.Kind) -> Bool {
        switch kind {
        case .semi, .anti, .mark: true
        case .inner, .left, .right, .full, .single: false
        }
    }

    private static func withoutOrder(_ plan: LogicalPlan) -> LogicalPlan {
        switch plan {
        case .sort(let node): return withoutOrder(node.input)
        case .limit(let node):
            // Any positive LIMIT keeps a row if there is one.
            guard node.offset == nil, case .constant(.integer(let count), _)? = node.count, count > 0 else { return plan }
            return withoutOrder(node.input)
        case .project(var node):
            node.input = withoutOrder(node.input)
            return .project(node)
        default: return plan
        }
    }

    private func isCorrelated(_ expression: BoundExpression) -> Bool { !expression.columns.isDisjoint(with: outer) }

    /// The plan without its correlated conjuncts, which go to `lifted`; nil where that is not possible.
    private mutating func strip(_ plan: LogicalPlan) -> LogicalPlan? {
        if plan.freeColumns.isDisjoint(with: outer) { return plan }
        let before = lifted.count
        guard let stripped = stripCorrelated(plan) else { return nil }
        switch plan {
        case .filter: return stripped
        case .join(let node) where node.kind == .inner: return stripped
        default: return lifted.count > before && plan.expressions.contains(where: \.canFail) ? nil : stripped
        }
    }

    private mutating func stripCorrelated(_ plan: LogicalPlan) -> LogicalPlan? {
        switch plan {
        case .filter(let node): return node.isBarrier ? nil : stripFilter(node)
        case .project(let node): return stripProject(node)
        case .aggregate(let node): return stripAggregate(node)
        case .join(let node): return stripJoin(node)
        case .sort(let node) where node.limit == nil && !node.keys.contains(where: { isCorrelated($0.expression) }):
            guard let input = strip(node.input) else { return nil }
            return .sort(SortNode(input: input, keys: node.keys))
        case .window(let node): return stripWindow(node)
        case .dependentJoin(var node):
            // Its left side's rows pass as they are; a right side that reads further out needs the general way.
            guard node.kind != .right, node.kind != .full, node.right.freeColumns.isDisjoint(with: outer), !isCorrelated(node.predicate),
                let left = strip(node.left)
            else { return nil }
            node.left = left
            return .dependentJoin(node)
        default: return nil
        }
    }

    private mutating func stripFilter(_ node: FilterNode) -> LogicalPlan? {
        let before = lifted.count
        guard let input = strip(node.input) else { return nil }
        let local = lift(from: node.predicate.conjuncts, since: before)
        return local.isEmpty ? input : .filter(FilterNode(input: input, predicate: .conjunction(local)))
    }

    /// Lifts correlated conjuncts, and those that can fail once something was lifted since `before`; the others are returned.
    private mutating func lift(from conjuncts: [BoundExpression], since before: Int) -> [BoundExpression] {
        var local: [BoundExpression] = []
        for conjunct in conjuncts {
            if isCorrelated(conjunct) || (lifted.count > before && conjunct.canFail) {
                lifted.append(conjunct)
            } else {
                local.append(conjunct)
            }
        }
        return local
    }

    private mutating func stripProject(_ node: ProjectNode) -> LogicalPlan? {
        if node.items.contains(where: { isCorrelated($0.expression) }) { return nil }
        let before = lifted.count
        guard let input = strip(node.input) else { return nil }
        // Lifted conjuncts read columns of the input, so these must come through.
        var items = node.items
        let present = Set(items.map(\.column.id))
        let needed = lifted[before...].reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
        for column in input.columns where needed.contains(column.id) && !present.contains(column.id) {
            items.append(.init(column, column.reference))
        }
        return .project(ProjectNode(input: input, items: items))
    }

    private mutating func stripAggregate(_ node: AggregateNode) -> LogicalPlan? {
        if node.sets != nil || node.expressions.contains(where: isCorrelated) { return nil }
        let before = lifted.count
        // An aggregate over one whose empty groups are lost would have to count the rows that are missing.
        guard let input = strip(node.input), !lostEmptyGroup else { return nil }
        var copy = node
        copy.input = input
        let inputIDs = input.columnIDs
        for index in before..<lifted.count {
            // Only `inner = outer` survives grouping: it picks the one group that belongs to an outer row.
            guard case .comparison(let op, let a, let b, let span) = lifted[index], op == .equal || op == .isNotDistinct,
                !lifted[index].canFail
            else { return nil }
            let (inner, other): (BoundExpression, BoundExpression)
            if a.columns.isSubset(of: inputIDs), b.columns.isDisjoint(with: inputIDs) {
                (inner, other) = (a, b)
            } else if b.columns.isSubset(of: inputIDs), a.columns.isDisjoint(with: inputIDs) {
                (inner, other) = (b, a)
            } else {
                return nil
            }
            let key: PlanColumn
            if let existing = copy.groups.first(where: { $0.expression == inner }) {
                key = existing.column
            } else {
                key = PlanColumn(context.columnIDs.fresh(), "key", inner.type)
                copy.groups.append(.init(key, inner))
            }
            lifted[index] = .comparison(op, key.reference, other, span)
        }
        if node.groups.isEmpty { lostEmptyGroup = true }
        return .aggregate(copy)
    }

    private mutating func stripJoin(_ node: JoinNode) -> LogicalPlan? {
        var copy = node
        switch node.kind {
        case .inner:
            let before = lifted.count
            guard let left = strip(node.left), let right = strip(node.right) else { return nil }
            return UnnestDependentJoins.plainJoin(.inner, left, right, .conjunction(lift(from: node.conditions, since: before)))
        case .left, .semi, .anti, .mark, .single:
            if !node.right.freeColumns.isDisjoint(with: outer) || node.conditions.contains(where: isCorrelated) { return nil }
            guard let left = strip(node.left) else { return nil }
            copy.left = left
            return .join(copy)
        case .right, .full: return nil
        }
    }

    private mutating func stripWindow(_ node: WindowNode) -> LogicalPlan? {
        if node.expressions.contains(where: isCorrelated) { return nil }
        let before = lifted.count
        guard let input = strip(node.input) else { return nil }
        var copy = node
        copy.input = input
        let inputIDs = input.columnIDs
        for conjunct in lifted[before...] {
            // Whole partitions are picked only where the other side is the same for all rows.
            guard case .comparison(.equal, let a, let b, _) = conjunct, !conjunct.canFail else { return nil }
            let inner = a.columns.isSubset(of: inputIDs) ? a : b, other = a.columns.isSubset(of: inputIDs) ? b : a
            guard inner.columns.isSubset(of: inputIDs), other.columns.isDisjoint(with: inputIDs) else { return nil }
            if !copy.partition.contains(inner) { copy.partition.append(inner) }
        }
        return .window(copy)
    }

    /// An aggregate without groups gives a row even for nothing; grouped by the lifted keys it doesn't. A left join brings
    /// the row back, with the values that the subquery has over no rows (`count` is 0, not NULL).
    private func restoringEmptyGroups(_ join: DependentJoinNode, _ right: LogicalPlan) -> LogicalPlan? {
        // EXISTS over an aggregate is always true, and the like: rare, left to the general way.
        guard join.predicate == .true, join.right.node.alwaysHasRow else { return nil }
        switch join.kind {
        case .single, .left, .inner: return EmptyGroups.leftJoin(join, right, .conjunction(lifted), context)
        case .right, .full, .semi, .anti, .mark: return nil
        }
    }
}
