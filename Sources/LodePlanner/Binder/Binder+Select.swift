/// SELECT: its clauses are bound in the order of their meaning, then the plan is stacked up.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    func bindSelect(
        _ select: Select, orderBy: OrderBy?, limit: Limit?, in outer: Scope, keepUntyped: Bool
    ) throws(SQLError) -> BoundQuery {
        if let sample = select.sample { throw .unsupported("USING SAMPLE", at: sample.span, hint: "Use WHERE random() < fraction.") }
        let usesBefore = uses.count
        let input = try bindFrom(select.from, outer: outer)
        uses.removeSubrange(usesBefore...)
        // What is read of outer queries stays known to them.
        defer { uses.replaceSubrange(usesBefore..., with: uses[usesBefore...].filter { !input.from.ids.contains($0.id) }) }
        let block = SelectBlock(select)
        block.from = input.from
        try registerWindows(select, block)
        let scope = Scope(parent: outer, from: input.from, block: block, clause: .select)
        let list = try expand(select, input.from, scope)
        block.aliases = select.items.compactMap { item in item.alias.map { SelectBlock.Alias(name: $0, expression: item.expression) } }

        var bound = BoundSelect()
        bound.names = list.map(\.name)
        bound.filter = try select.where.map { (e) throws(SQLError) in try bindCondition(e, scope.entering(.where), of: "WHERE") }
        let grouped = try bindGroupBy(select.groupBy, list, scope)
        let isTop = orderBy == nil && limit == nil
        let isDistinct = if case .all = select.quantifier { false } else { true }
        let keeps = keepUntyped && isTop && !isDistinct
        var expressions = try bindItems(list, grouped, scope, block, keepUntyped: keeps)
        if case .all? = select.groupBy { expressions = try groupByAll(list, expressions, block) }
        bound.having = try select.having.map { (e) throws(SQLError) in try bindCondition(e, scope.entering(.having), of: "HAVING") }
        bound.qualify = try select.qualify.map { (e) throws(SQLError) in try bindCondition(e, scope.entering(.qualify), of: "QUALIFY") }
        return try stack(select, bound, expressions, list, input, scope, orderBy, limit, usesBefore)
    }

    /// Binds the select list. Items that are grouped by their position or alias are the groups' columns already.
    private func bindItems(
        _ list: [SelectListItem], _ grouped: [Int: PlanColumn], _ scope: Scope, _ block: SelectBlock, keepUntyped: Bool
    ) throws(SQLError) -> [BoundExpression] {
        var result: [BoundExpression] = []
        result.reserveCapacity(list.count)
        for (index, item) in list.enumerated() {
            if let column = grouped[index] {
                result.append(column.reference)
                continue
            }
            // An item sees the aliases of those before it.
            block.visibleAliases = block.aliases.firstIndex { $0.expression.span.start >= item.span.start } ?? block.aliases.count
            defer { block.visibleAliases = .max }
            if keepUntyped, case .expression(let expression) = item.source {
                result.append(try bindLoose(expression, scope))
            } else {
                let expression = try bindItem(item, scope)
                result.append(keepUntyped ? expression : settle(expression))
            }
        }
        return result
    }

    func bindItem(_ item: SelectListItem, _ scope: Scope) throws(SQLError) -> BoundExpression {
        switch item.source {
        case .column(let column):
            uses.append(ColumnUse(id: column.id, name: item.name, span: item.span))
            return column.reference
        case .expression(let expression): return try bind(expression, scope)
        case .expanded(let expression, let column):
            expandedColumn = column
            defer { expandedColumn = nil }
            return try bind(expression, scope)
        }
    }

    /// Moves everything above the aggregation, binds ORDER BY, and builds the plan from FROM upwards.
    private func stack(
        _ select: Select, _ given: BoundSelect, _ expressions: [BoundExpression], _ list: [SelectListItem], _ input: BoundRelation,
        _ scope: Scope, _ orderBy: OrderBy?, _ limit: Limit?, _ usesFrom: Int
    ) throws(SQLError) -> BoundQuery {
        var bound = given
        guard let block = scope.block else { throw .internalFault("a SELECT without its block") }
        // Sort keys may add aggregates, which decide whether there is an aggregation at all: so keys are bound first.
        let columns = outputColumns(list, expressions, input.plan, own: block.computedIDs)
        let outputs = zip(zip(bound.names, columns), expressions).map {
            OrderOutput(name: $0.0, column: $0.1, expression: $1)
        }
        if let orderBy {
            bound.sort = try bindOrder(
                orderBy, outputs, scope.entering(.orderBy), rewrite: { (e) throws(SQLError) in e }, hidden: &bound.hidden)
        }
        if case .distinctOn(let keys) = select.quantifier {
            for key in keys { bound.distinctOn.append(try bindDistinctKey(key, outputs, scope, &bound.hidden)) }
        }
        bound.items = zip(columns, expressions).map { ProjectNode.Item($0, $1) }
        if block.aggregatesRows {
            let below = input.from.ids.union(block.groupedLists.columns.map(\.id))
            let rewriter = GroupRewriter(groups: block.groups, input: below, uses: uses[usesFrom...])
            try moveAboveGroups(&bound, block, rewriter)
        }
        return try build(select, bound, block, input, limit, scope)
    }

    private func moveAboveGroups(_ bound: inout BoundSelect, _ block: SelectBlock, _ rewriter: GroupRewriter) throws(SQLError) {
        var replaced: [ColumnID: BoundExpression] = [:]
        for index in bound.items.indices {
            let old = bound.items[index].column.id
            bound.items[index] = try moved(bound.items[index], rewriter)
            replaced[old] = bound.items[index].column.reference
        }
        let outputs = Dictionary(bound.items.map { ($0.expression, $0.column) }, uniquingKeysWith: { first, _ in first })
        for index in bound.hidden.indices {
            let old = bound.hidden[index].column.id
            bound.hidden[index] = try moved(bound.hidden[index], rewriter)
            let column = outputs[bound.hidden[index].expression] ?? bound.hidden[index].column
            replaced[old] = column.reference
        }
        bound.hidden.removeAll { outputs[$0.expression] != nil }
        for index in bound.sort.indices { bound.sort[index].expression = bound.sort[index].expression.substituting(replaced) }
        bound.distinctOn = bound.distinctOn.map { $0.substituting(replaced) }
        bound.having = try bound.having.map { (e) throws(SQLError) in try rewriter.rewrite(e) }
        bound.qualify = try bound.qualify.map { (e) throws(SQLError) in try rewriter.rewrite(e) }
        block.unnestedLists.lists = try rewriter.all(block.unnestedLists.lists)
        for index in block.windows.indices {
            block.windows[index].partition = try rewriter.all(block.windows[index].partition)
            block.windows[index].order = try rewriter.all(block.windows[index].order)
            var rest = try rewriter.all(block.windows[index].call.expressions)[...]
            block.windows[index].call.take(&rest)
        }
    }

    /// An output over the groups. What was a plain column of the input gets the number of its own that a new value needs.
    private func moved(_ item: ProjectNode.Item, _ rewriter: GroupRewriter) throws(SQLError) -> ProjectNode.Item {
        var result = item
        result.expression = try rewriter.rewrite(item.expression)
        if case .column(let old, _) = item.expression, old == item.column.id, case .column(let new, _) = result.expression, new != old {
            result.column = PlanColumn(ids.fresh(), item.column.name, item.column.type, nullable: item.column.nullable)
        }
        return result
    }

    /// A column that is only passed on keeps its number, unless it is passed on twice or comes from an outer query, where
    /// the number already stands for the outer row's value.
    private func outputColumns(
        _ list: [SelectListItem], _ expressions: [BoundExpression], _ plan: LogicalPlan, own computed: Set<ColumnID>
    ) -> [PlanColumn] {
        var nullability: [ColumnID: Bool] = [:]
        for column in plan.columns { nullability[column.id] = column.nullable }
        var seen: Set<ColumnID> = []
        return zip(list, expressions).map { item, expression in
            let nullable = Self.isNullable(expression, nullability)
            if case .column(let id, let type) = expression, nullability[id] != nil || computed.contains(id), seen.insert(id).inserted {
                return PlanColumn(id, item.name, type, nullable: nullable)
            }
            let column = PlanColumn(ids.fresh(), item.name, expression.type, nullable: nullable)
            if case .expression(let written) = item.source, case .cast(_, let type, _) = written.kind {
                writtenTypes[column.id] = TypeBinder.described(type)
            }
            return column
        }
    }

    private static func isNullable(_ expression: BoundExpression, _ columns: [ColumnID: Bool]) -> Bool {
        switch expression {
        case .constant(let value, _): value.isNull
        case .column(let id, _): columns[id] ?? true
        case .isNull: false
        case .comparison(.isDistinct, _, _, _), .comparison(.isNotDistinct, _, _, _): false
        case .comparison(_, let a, let b, _): isNullable(a, columns) || isNullable(b, columns)
        default: true
        }
    }
}
