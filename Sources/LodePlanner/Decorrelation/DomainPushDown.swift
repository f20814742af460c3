/// Decorrelation that always works: the subquery is computed for all distinct outer values at once.

import LodeCore
import LodePlan

/// The domain D is the distinct combinations of the outer columns that a subquery reads. D is pushed down to where they are
/// read, each operator on the way carrying D's columns along; the result joins back with the outer rows on D.
///
///     Dependent Join                      Join on D
///     ├─ outer rows                ──▶    ├─ outer rows
///     └─ Limit 1                          └─ Filter row_number() over (partition by D) <= 1
///        └─ Filter t.k < o.k                 └─ Filter t.k < D.k
///           └─ Scan t                           └─ Join: D, t
///
/// - Source: Neumann, Kemper: "Unnesting Arbitrary Queries", BTW 2015, section 3.
struct DomainPushDown {
    /// The CTE of the outer rows and its columns.
    let cte: Int
    let outer: [PlanColumn]
    /// Positions in `outer` of D's columns.
    let reads: [Int]
    let context: RuleContext
    /// The recursions that the domain is being pushed through: their rows carry D's columns.
    var recursions: Set<Int> = []

    /// A plan that was computed for every row of D.
    struct Pushed {
        var plan: LogicalPlan
        /// D's columns in it, one for each of `reads`.
        var columns: [PlanColumn]
    }

    static func unnest(
        _ join: DependentJoinNode, _ correlated: Set<ColumnID>, _ context: RuleContext
    ) throws(SQLError) -> LogicalPlan {
        let outer = join.left.columns
        let domain = DomainPushDown(
            cte: context.freshCTE(), outer: outer, reads: outer.indices.filter { correlated.contains(outer[$0].id) }, context: context)
        let right = try domain.push(join.right)
        let back = zip(domain.reads, right.columns).map { domain.same(outer[$0], $1) }
        let kind = UnnestDependentJoins.relaxed(join.kind, join.right)
        let membership = MembershipCondition(kind, predicate: join.predicate, membership: back, right: right.plan)

        // The outer rows are read twice, so they are computed once, as a CTE. The copy that joins keeps their ids.
        let left = LogicalPlan.cteScan(CTEScanNode(cte: domain.cte, name: "outer rows", columns: outer))
        let joined = UnnestDependentJoins.plainJoin(kind, left, membership.right, membership.condition)
        let columns = LogicalPlan.dependentJoin(join).columns
        let definition = LogicalPlan.project(ProjectNode(input: join.left, items: outer.map { .init(context.copy($0), $0.reference) }))
        return .with(
            WithNode(
                cte: domain.cte, name: "outer rows", definition: definition,
                body: .project(ProjectNode(input: joined, items: ProjectNode.Item.passing(columns)))))
    }

    /// D itself, under ids of its own: it may be needed in several places of one plan.
    func rows() -> Pushed {
        let all = outer.map { context.copy($0) }
        let keys = reads.map { context.copy(outer[$0]) }
        let groups = zip(keys, reads).map { ProjectNode.Item($0, all[$1].reference) }
        let scan = LogicalPlan.cteScan(CTEScanNode(cte: cte, name: "outer rows", columns: all))
        return Pushed(plan: .aggregate(AggregateNode(input: scan, groups: groups, aggregates: [])), columns: keys)
    }

    /// Equality of two copies of a column of D, in which NULL is a value like others.
    func same(_ a: PlanColumn, _ b: PlanColumn) -> BoundExpression {
        .comparison(a.nullable || b.nullable ? .isNotDistinct : .equal, a.reference, b.reference, nil)
    }

    /// What to put in the place of outer columns above `pushed`.
    func replacements(_ columns: [PlanColumn]) -> [ColumnID: BoundExpression] {
        Dictionary(zip(reads, columns).map { (outer[$0].id, $1.reference) }, uniquingKeysWith: { a, _ in a })
    }

    func reads(_ plan: LogicalPlan) -> Bool {
        let free = plan.freeColumns
        return reads.contains { free.contains(outer[$0].id) } || readsRound(plan)
    }

    /// `plan` for every row of D: its rows with D's columns beside them.
    func push(_ plan: LogicalPlan) throws(SQLError) -> Pushed {
        if !reads(plan) {
            let domain = rows()
            return Pushed(plan: .join(JoinNode(kind: .inner, left: domain.plan, right: plan)), columns: domain.columns)
        }
        switch plan {
        case .aggregate(let node): return try pushIntoAggregate(node)
        case .join(let node): return try pushIntoJoin(node)
        case .dependentJoin(var node):
            // The inner join stays dependent: its right side reads D's columns from its left side now.
            let left = try push(node.left)
            let replaced = replacements(left.columns)
            node.left = left.plan
            node.right = rounds(in: node.right.substitutingEverywhere(replaced), of: left.columns)
            node.predicate = node.predicate.substituting(replaced)
            return Pushed(plan: .dependentJoin(node), columns: left.columns)
        case .limit(let node): return try pushIntoLimit(node)
        case .setOperation(let node): return try pushIntoSetOperation(node)
        case .values(let node): return pushIntoValues(node)
        case .recursive(let node): return try pushIntoRecursion(node)
        case .cteScan(let node): return pushIntoRound(node)
        default: return try pushThrough(plan)
        }
    }

    /// Operators of one input, each of which knows whether it can work within each row of D.
    private func pushThrough(_ plan: LogicalPlan) throws(SQLError) -> Pushed {
        let unsupported = SQLError.unsupported("a correlated subquery through \(plan.node.title)")
        guard plan.children.count == 1 else { throw unsupported }
        let input = try push(plan.children[0])
        let replaced = replacements(input.columns)
        let result = plan.mappingExpressions { $0.substituting(replaced) }.replacing(children: [input.plan])
        guard let apart = result.node.computed(forEach: input.columns) else { throw unsupported }
        return Pushed(plan: apart, columns: input.columns)
    }

    /// Groups by D too. An ungrouped aggregate has a row for every row of D, which a left join from D restores.
    private func pushIntoAggregate(_ node: AggregateNode) throws(SQLError) -> Pushed {
        let input = try push(node.input)
        let replaced = replacements(input.columns)
        let keys = input.columns.map { context.copy($0) }
        guard case .aggregate(var grouped) = LogicalPlan.aggregate(node).mappingExpressions({ $0.substituting(replaced) }) else {
            throw .internalFault("an aggregate that is none")
        }
        grouped.input = input.plan
        let first = grouped.groups.count
        grouped.groups += zip(keys, input.columns).map { .init($0, $1.reference) }
        if !node.groups.isEmpty || node.sets != nil {
            grouped.sets = node.sets?.map { $0 + Array(first..<grouped.groups.count) }
            let pushed = Pushed(plan: .aggregate(grouped), columns: keys)
            return node.sets?.contains(where: \.isEmpty) ?? false ? withTotals(pushed, node) : pushed
        }
        let domain = rows()
        let matches = zip(domain.columns, keys).map { same($0, $1) }
        let whole = DependentJoinNode(kind: .left, left: domain.plan, right: .aggregate(node), predicate: .true)
        guard let joined = EmptyGroups.leftJoin(whole, .aggregate(grouped), .conjunction(matches), context) else {
            throw SQLError.unsupported("this correlated aggregate")
        }
        return Pushed(plan: joined, columns: domain.columns)
    }

    private func pushIntoSetOperation(_ node: SetOperationNode) throws(SQLError) -> Pushed {
        var inputs: [LogicalPlan] = []
        var nullable = Array(repeating: false, count: reads.count)
        for input in node.inputs {
            let pushed = try push(input)
            for (index, column) in pushed.columns.enumerated() where column.nullable { nullable[index] = true }
            inputs.append(
                .project(ProjectNode(input: pushed.plan, items: ProjectNode.Item.passing(input.columns + pushed.columns))))
        }
        let columns = reads.indices.map { context.copy(outer[reads[$0]], nullable: nullable[$0]) }
        return Pushed(
            plan: .setOperation(SetOperationNode(kind: node.kind, inputs: inputs, columns: node.columns + columns)), columns: columns)
    }

    /// Each row is computed from D's rows.
    private func pushIntoValues(_ node: ValuesNode) -> Pushed {
        var inputs: [LogicalPlan] = []
        var last: [PlanColumn] = []
        for row in node.rows {
            let domain = rows()
            let replaced = replacements(domain.columns)
            let items = zip(node.columns, row).map { column, value in
                ProjectNode.Item(node.rows.count == 1 ? column : context.copy(column), value.substituting(replaced))
            }
            inputs.append(.project(ProjectNode(input: domain.plan, items: items + ProjectNode.Item.passing(domain.columns))))
            last = domain.columns
        }
        if inputs.count == 1 { return Pushed(plan: inputs[0], columns: last) }
        let columns = reads.map { context.copy(outer[$0]) }
        return Pushed(
            plan: .setOperation(SetOperationNode(kind: .unionAll, inputs: inputs, columns: node.columns + columns)), columns: columns)
    }
}

extension LogicalPlan {
    /// Puts expressions in the place of columns in every node.
    func substitutingEverywhere(_ columns: [ColumnID: BoundExpression]) -> LogicalPlan {
        mapped { node in node.mappingExpressions { $0.substituting(columns) } }
    }
}
