/// Moves filters towards the scans.

import LodeCore
import LodePlan

/// Carries conjuncts down from where they stand to the lowest place where their columns exist.
///
///     Filter a.x > 1 and a.k = b.k         Join a.k = b.k
///     └─ Cross join                  ──▶   ├─ Scan a  filter: x > 1
///        ├─ Scan a                         └─ Scan b
///        └─ Scan b
///
/// On the way it turns outer joins inner whose NULL rows a filter would drop, mark joins into semi and anti joins, finds join
/// keys, and copies conditions on a key to the other side of its equality.
///
/// - Sound because: a conjunct moves below an operator only if it depends on nothing that the operator makes: not below a
///   LIMIT, not past the side of an outer join that is filled with NULLs, into grouping only on keys that all sets share.
///   Volatile conjuncts never move.
/// - Order of evaluation: conjuncts that can fail stay behind all that was written before them or inside. Where such a one
///   would be computed for rows that something else removes, only its early form goes down, and it stays itself.
/// - Order: after decorrelation; before join ordering, which reads the filters at the scans.
struct PushFilterDown: OptimizerRule {
    static let name = "push_filter_down"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        FilterPush(context: context).push([], into: plan)
    }
}

/// One descent. Conjuncts that arrive at a node are over its output columns.
struct FilterPush {
    let context: RuleContext
    /// What joins right above test of these rows: outer joins need not make rows for which that can't be true.
    var tested: [BoundExpression] = []

    func push(_ conjuncts: [BoundExpression], into plan: LogicalPlan) -> LogicalPlan {
        switch plan {
        case .filter(let node) where !node.isBarrier: return push(unique(node.predicate.conjuncts + conjuncts), into: node.input)
        case .join(let node): return JoinFilterPush(self, node).push(conjuncts)
        default: return FilterPush(context: context).pushBelowJoins(conjuncts, into: plan)
        }
    }

    private func pushBelowJoins(_ conjuncts: [BoundExpression], into plan: LogicalPlan) -> LogicalPlan {
        switch plan {
        case .filter(let node) where node.isBarrier: return pushThroughBarrier(conjuncts, node)
        case .project(let node): return pushThroughProject(conjuncts, node)
        case .setOperation(let node): return pushThroughSetOperation(conjuncts, node)
        case .with(var node):
            node.definition = push([], into: node.definition)
            node.body = push(conjuncts, into: node.body)
            return .with(node)
        case .scan(var node):
            let (below, above) = split(conjuncts) { !$0.hasSubquery }
            node.filters = unique(node.filters + below)
            return filtered(.scan(node), above)
        case .values(let node) where conjuncts.contains(.false):
            return .values(ValuesNode(columns: node.columns, rows: []))
        default: return pushThrough(conjuncts, plan)
        }
    }

    /// A filter with `conjuncts` above `plan`, if there are any.
    func filtered(_ plan: LogicalPlan, _ conjuncts: [BoundExpression]) -> LogicalPlan {
        conjuncts.isEmpty ? plan : .filter(FilterNode(input: plan, predicate: .conjunction(conjuncts)))
    }

    /// Parts `conjuncts` into those that may move below an operator and those that must stay; volatile ones stay.
    ///
    /// One that can fail moves as it is only if nothing before it stays and the operator itself (`removesRows`) keeps all rows.
    func split(
        _ conjuncts: [BoundExpression], removesRows: Bool = false, _ mayMove: (BoundExpression) -> Bool
    ) -> (below: [BoundExpression], above: [BoundExpression]) {
        var below: [BoundExpression] = [], above: [BoundExpression] = []
        for conjunct in conjuncts {
            guard !conjunct.isVolatile, mayMove(conjunct) else {
                above.append(conjunct)
                continue
            }
            if (removesRows || !above.isEmpty) && conjunct.canFail {
                above.append(conjunct)
                below.append(conjunct.earlyForm)
            } else {
                below.append(conjunct)
            }
        }
        return (below, above)
    }

    /// What can't fail passes, but for early forms; what is left of the barrier's own condition stays where it is.
    private func pushThroughBarrier(_ conjuncts: [BoundExpression], _ node: FilterNode) -> LogicalPlan {
        func passes(_ conjunct: BoundExpression) -> Bool {
            !conjunct.canFail && !conjunct.contains { if case .attempt = $0 { true } else { false } }
        }
        var copy = node
        let (own, kept) = split(node.predicate.conjuncts) { !$0.canFail }
        copy.input = push(unique(own + conjuncts.filter(passes)), into: node.input)
        copy.predicate = .conjunction(kept)
        return filtered(.filter(copy), conjuncts.filter { !passes($0) })
    }

    func unique(_ conjuncts: [BoundExpression]) -> [BoundExpression] {
        var seen: Set<BoundExpression> = []
        return conjuncts.filter { $0.isVolatile || seen.insert($0).inserted }
    }

    private func pushThroughProject(_ conjuncts: [BoundExpression], _ node: ProjectNode) -> LogicalPlan {
        var replacements: [ColumnID: BoundExpression] = [:]
        var fixed: Set<ColumnID> = []
        for item in node.items {
            replacements[item.column.id] = item.expression
            if item.expression.isVolatile || item.expression.hasSubquery { fixed.insert(item.column.id) }
        }
        let (below, above) = split(conjuncts) { $0.columns.isDisjoint(with: fixed) }
        let moved = below.map { conjunct in
            conjunct.substituting(replacements).mapped { SimplifyExpressions.simplified(SimplifyExpressions.folded($0, context)) }
        }
        let input = push(moved.flatMap(\.conjuncts), into: node.input)
        return filtered(.project(ProjectNode(input: input, items: node.items)), above)
    }

    /// What looks only at values that the input knows goes below.
    private func pushThrough(_ conjuncts: [BoundExpression], _ plan: LogicalPlan) -> LogicalPlan {
        let node = plan.node, inputs = plan.children
        guard inputs.count == 1 else { return filtered(plan.replacing(children: inputs.map { push([], into: $0) }), conjuncts) }
        var values: [ColumnID: BoundExpression] = [:]
        let (below, above) = split(conjuncts, removesRows: node.dropsRows) { conjunct in
            let columns = conjunct.columns
            // Without rows, an ungrouped aggregate would have one all the same.
            if columns.isEmpty { return node.isEmptyForEmptyInput }
            return columns.allSatisfy { id in
                guard let value = values[id] ?? node.origins(of: id).first?.value else { return false }
                values[id] = value
                return true
            }
        }
        // What a disjunction says of these values alone goes below beside it.
        let known = Set(above.flatMap(\.columns).filter { id in
            guard let value = values[id] ?? node.origins(of: id).first?.value else { return false }
            values[id] = value
            return true
        })
        let implied = above.compactMap { ImpliedConditions.restriction(of: $0, to: known) }.filter { !$0.canFail }
        let input = push((below + implied).map { $0.substituting(values) }, into: inputs[0])
        return filtered(plan.replacing(children: [input]), above)
    }

    private func pushThroughSetOperation(_ conjuncts: [BoundExpression], _ node: SetOperationNode) -> LogicalPlan {
        var copy = node
        let removesRows: Bool =
            switch node.kind {
            case .unionAll, .union: false
            case .intersect, .intersectAll, .except, .exceptAll: true
            }
        let (below, above) = split(conjuncts, removesRows: removesRows) { _ in true }
        copy.inputs = node.inputs.map { input in
            var renaming: [ColumnID: BoundExpression] = [:]
            for (column, source) in zip(node.columns, input.columns) { renaming[column.id] = source.reference }
            return push(below.map { $0.substituting(renaming) }, into: input)
        }
        return filtered(.setOperation(copy), above)
    }
}
