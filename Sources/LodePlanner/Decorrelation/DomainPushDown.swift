/// Decorrelation that always works: the subquery is computed for all distinct outer values at once.

import LodeCore
import LodeFunctions
import LodePlan

/// The domain D is the distinct combinations of the outer columns that a subquery reads. D is pushed down to where they are
/// read, each operator on the way carrying D's columns along; the result joins back with the outer rows on D.
///
/// - Source: Neumann, Kemper: "Unnesting Arbitrary Queries", BTW 2015, section 3.
struct DomainPushDown {
    /// D's columns by the outer columns that they stand for.
    let domain: [(outer: PlanColumn, column: PlanColumn)]
    let plan: LogicalPlan
    let context: RuleContext

    static func unnest(
        _ join: DependentJoinNode, _ correlated: Set<ColumnID>, _ context: RuleContext
    ) throws(SQLError) -> LogicalPlan {
        // The outer rows are read twice, so they are computed once, as a CTE.
        let cte = context.freshCTE()
        let again = join.left.columns.map { context.copy($0) }
        let reads = join.left.columns.indices.filter { correlated.contains(join.left.columns[$0].id) }
        let domain = reads.map { (outer: join.left.columns[$0], column: context.copy(again[$0])) }
        let distinct = LogicalPlan.aggregate(
            AggregateNode(
                input: .cteScan(CTEScanNode(cte: cte, name: "outer rows", columns: again)),
                groups: zip(reads, domain).map { .init($1.column, again[$0].reference) }, aggregates: []))

        let renaming = Dictionary(uniqueKeysWithValues: domain.map { ($0.outer.id, $0.column.reference) })
        let pushing = DomainPushDown(domain: domain, plan: distinct, context: context)
        let right = try pushing.push(join.right.substitutingEverywhere(renaming))
        let back = domain.map { BoundExpression.comparison(.isNotDistinct, $0.outer.reference, $0.column.reference, nil) }
        let kept = UnnestDependentJoins.relaxed(join.kind, join.right)

        // The copy that joins keeps the outer columns' own ids.
        let left = LogicalPlan.cteScan(CTEScanNode(cte: cte, name: "outer rows", columns: join.left.columns))
        let joined = UnnestDependentJoins.plainJoin(kept, left, right, .conjunction(back + join.predicate.conjuncts))
        let columns = LogicalPlan.dependentJoin(join).columns
        let definition = LogicalPlan.project(
            ProjectNode(input: join.left, items: join.left.columns.map { .init(context.copy($0), $0.reference) }))
        return .with(
            WithNode(
                cte: cte, name: "outer rows", definition: definition,
                body: .project(ProjectNode(input: joined, items: UnnestDependentJoins.passing(columns)))))
    }

    private var columns: [PlanColumn] { domain.map(\.column) }
    private var ids: Set<ColumnID> { Set(columns.map(\.id)) }
    private func reads(_ plan: LogicalPlan) -> Bool { !plan.freeColumns.isDisjoint(with: ids) }

    /// `plan` for every row of D: its rows with D's columns beside them.
    private func push(_ plan: LogicalPlan) throws(SQLError) -> LogicalPlan {
        if !reads(plan) { return .join(JoinNode(kind: .inner, left: self.plan, right: plan)) }
        switch plan {
        case .filter(let node): return .filter(FilterNode(input: try push(node.input), predicate: node.predicate))
        case .project(let node):
            let present = Set(node.items.map(\.column.id))
            return .project(
                ProjectNode(
                    input: try push(node.input),
                    items: node.items + UnnestDependentJoins.passing(columns.filter { !present.contains($0.id) })))
        case .aggregate(let node): return try pushIntoAggregate(node)
        case .join(let node): return try pushIntoJoin(node)
        case .window(var node):
            node.input = try push(node.input)
            node.partition += columns.map(\.reference)
            return .window(node)
        case .sort(var node) where node.limit == nil:
            node.input = try push(node.input)
            return .sort(node)
        case .limit(let node): return try pushIntoLimit(node)
        case .distinctOn(var node):
            node.input = try push(node.input)
            node.keys += columns.map(\.reference)
            return .distinctOn(node)
        case .unnest(var node):
            node.input = try push(node.input)
            return .unnest(node)
        case .setOperation(let node): return try pushIntoSetOperation(node)
        case .values(let node): return try pushIntoValues(node)
        default:
            throw SQLError.unsupported("a correlated subquery through \(plan.node.title)")
        }
    }

    /// Groups by D too. An ungrouped aggregate has a row for every row of D, which a left join from D restores.
    private func pushIntoAggregate(_ node: AggregateNode) throws(SQLError) -> LogicalPlan {
        var copy = node
        copy.input = try push(node.input)
        // Inner copies of D's columns, since the group keys need ids of their own where D is joined again.
        if !node.groups.isEmpty || node.sets != nil {
            let first = copy.groups.count
            copy.groups += columns.map { .init($0, $0.reference) }
            copy.sets = node.sets?.map { $0 + Array(first..<copy.groups.count) }
            return .aggregate(copy)
        }
        let keys = columns.map { context.copy($0) }
        copy.groups = zip(keys, columns).map { .init($0, $1.reference) }
        // The aggregate's input already uses D's columns; D itself comes in again under its own ids, so the inside is renamed.
        let inside = LogicalPlan.aggregate(copy).renamingDomain(columns, context)
        let matches = zip(columns, keys).map { BoundExpression.comparison(.isNotDistinct, $0.reference, $1.reference, nil) }
        let dependent = DependentJoinNode(kind: .left, left: plan, right: .aggregate(node), predicate: .true)
        guard let joined = try EmptyGroups.leftJoin(dependent, inside, .conjunction(matches), context) else {
            throw SQLError.unsupported("this correlated aggregate")
        }
        return joined
    }

    private func pushIntoJoin(_ node: JoinNode) throws(SQLError) -> LogicalPlan {
        let inLeft = reads(node.left), inRight = reads(node.right)
        let conditions = node.conditions
        switch node.kind {
        case .inner where !inRight:
            return UnnestDependentJoins.plainJoin(.inner, try push(node.left), node.right, .conjunction(conditions))
        case .inner where !inLeft:
            return UnnestDependentJoins.plainJoin(.inner, node.left, try push(node.right), .conjunction(conditions))
        case .left, .semi, .anti, .mark, .single:
            if !inRight {
                return UnnestDependentJoins.plainJoin(node.kind, try push(node.left), node.right, .conjunction(conditions))
            }
        case .inner: break
        case .right, .full: throw SQLError.unsupported("a correlated subquery through a \(node.kind.name.lowercased()) join")
        }
        // Both sides for every row of D, matched on D.
        let left = try push(node.left)
        let right = try push(node.right).renamingDomain(columns, context)
        let renamed = try matching(right)
        let same = zip(columns, renamed).map { BoundExpression.comparison(.isNotDistinct, $0.reference, $1.reference, nil) }
        return UnnestDependentJoins.plainJoin(node.kind, left, right, .conjunction(same + conditions))
    }

    /// D's columns in a plan that `renamingDomain` gave other ids.
    private func matching(_ plan: LogicalPlan) throws(SQLError) -> [PlanColumn] {
        guard case .project(let project) = plan else { throw .internalFault("a renamed domain without its projection") }
        return Array(project.items.suffix(columns.count).map(\.column))
    }

    /// LIMIT holds for every row of D: rows are numbered within it.
    private func pushIntoLimit(_ node: LimitNode) throws(SQLError) -> LogicalPlan {
        guard node.ties.isEmpty else { throw SQLError.unsupported("WITH TIES in a correlated subquery") }
        var input = node.input
        var order: [SortKey] = []
        if case .sort(let sort) = input {
            order = sort.keys
            input = sort.input
        }
        let number = PlanColumn(context.columnIDs.fresh(), "row_number", .bigint, nullable: false)
        let call = WindowCall(
            column: number, name: "row_number", function: .window(.rowNumber), arguments: [], frame: .standard)
        let numbered = LogicalPlan.window(
            WindowNode(input: try push(input), partition: columns.map(\.reference), order: order, calls: [call]))
        guard case .constant(let skipValue, _) = node.offset ?? .constant(.integer(0), .bigint),
            case .constant(let countValue, _) = node.count ?? .constant(.null, .bigint)
        else { throw SQLError.unsupported("a computed LIMIT in a correlated subquery") }
        let skip: Int64 = if case .integer(let number) = skipValue { number } else { 0 }
        var parts: [BoundExpression] = []
        if skip > 0 { parts.append(.comparison(.greater, number.reference, .constant(.integer(skip), .bigint), nil)) }
        if case .integer(let count) = countValue {
            let last = count.addingReportingOverflow(skip)
            parts.append(.comparison(.lessOrEqual, number.reference, .constant(.integer(last.overflow ? .max : last.partialValue), .bigint), nil))
        }
        let kept = LogicalPlan.filter(FilterNode(input: numbered, predicate: .conjunction(parts)))
        return .project(ProjectNode(input: kept, items: UnnestDependentJoins.passing(kept.columns.filter { $0.id != number.id })))
    }

    private func pushIntoSetOperation(_ node: SetOperationNode) throws(SQLError) -> LogicalPlan {
        var inputs: [LogicalPlan] = []
        for (index, input) in node.inputs.enumerated() {
            let pushed = try push(input)
            let items = input.columns + columns
            let ordered = LogicalPlan.project(ProjectNode(input: pushed, items: UnnestDependentJoins.passing(items)))
            inputs.append(index == 0 ? ordered : ordered.renamingDomain(columns, context))
        }
        // The first input keeps D's ids inside; outside they are the operation's own.
        let result = SetOperationNode(kind: node.kind, inputs: [inputs[0].renamingDomain(columns, context)] + inputs.dropFirst(), columns: node.columns + columns)
        return .setOperation(result)
    }

    private func pushIntoValues(_ node: ValuesNode) throws(SQLError) -> LogicalPlan {
        var inputs: [LogicalPlan] = []
        for row in node.rows {
            let items = zip(node.columns, row).map { ProjectNode.Item(node.rows.count == 1 ? $0 : context.copy($0), $1) }
            inputs.append(.project(ProjectNode(input: plan, items: items + UnnestDependentJoins.passing(columns))))
        }
        if inputs.count == 1 { return inputs[0] }
        let renamed = inputs.map { $0.renamingDomain(columns, context) }
        return .setOperation(SetOperationNode(kind: .unionAll, inputs: renamed, columns: node.columns + columns))
    }
}

extension LogicalPlan {
    /// Puts expressions in the place of columns in every node.
    func substitutingEverywhere(_ columns: [ColumnID: BoundExpression]) -> LogicalPlan {
        mapped { node in node.mappingExpressions { $0.substituting(columns) } }
    }

    /// The same rows with fresh ids for `domain`, whose columns come last; for plans that meet D again further up.
    func renamingDomain(_ domain: [PlanColumn], _ context: RuleContext) -> LogicalPlan {
        let ids = Set(domain.map(\.id))
        let others = columns.filter { !ids.contains($0.id) }
        let present = Set(columns.map(\.id))
        let items = domain.filter { present.contains($0.id) }.map { ProjectNode.Item(context.copy($0), $0.reference) }
        return .project(ProjectNode(input: self, items: UnnestDependentJoins.passing(others) + items))
    }
}
