/// From the bound clauses of a SELECT to its plan, from FROM upwards.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// Stacks up:
    ///
    ///     FROM - WHERE - unnest (GROUP BY) - aggregation - HAVING - windows - QUALIFY - unnest - select list - DISTINCT - ORDER BY - LIMIT
    func build(
        _ select: Select, _ given: BoundSelect, _ block: SelectBlock, _ input: BoundRelation, _ limit: Limit?, _ scope: Scope
    ) throws(SQLError) -> BoundQuery {
        var bound = given
        var plan = input.plan
        if let filter = bound.filter { plan = .filter(FilterNode(input: plan, predicate: filter)) }
        plan = block.groupedLists.over(plan)
        if block.aggregatesRows {
            plan = .aggregate(AggregateNode(
                input: plan, groups: block.groups, sets: block.groupingSets, setColumn: block.setColumn, aggregates: block.aggregates))
        }
        if let having = bound.having { plan = .filter(FilterNode(input: plan, predicate: having)) }
        plan = windows(block.windows, over: plan)
        if let qualify = bound.qualify {
            guard !block.windows.isEmpty else {
                throw SQLError(
                    .windowingError, "QUALIFY needs a window function, in itself or in the select list", at: select.qualify?.span,
                    hint: "Conditions on groups go to HAVING, on rows to WHERE.")
            }
            plan = .filter(FilterNode(input: plan, predicate: qualify))
        }
        plan = block.unnestedLists.over(plan)
        plan = .project(ProjectNode(input: plan, items: bound.items + bound.hidden))
        plan = try distinct(select, &bound, plan)
        if !bound.sort.isEmpty { plan = .sort(SortNode(input: plan, keys: bound.sort)) }
        plan = try limited(plan, limit, bound.sort, in: scope)
        if !bound.hidden.isEmpty {
            plan = .project(ProjectNode(input: plan, items: bound.items.map { .init($0.column, $0.column.reference) }))
        }
        return BoundQuery(plan: plan, names: bound.names)
    }

    private func distinct(_ select: Select, _ bound: inout BoundSelect, _ plan: LogicalPlan) throws(SQLError) -> LogicalPlan {
        switch select.quantifier {
        case .all: return plan
        case .distinct:
            if !bound.hidden.isEmpty {
                let read = bound.hidden[0].expression.columns
                throw SQLError(
                    .invalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                    at: uses.last { read.contains($0.id) }?.span ?? select.span,
                    hint: "Select \(bound.hidden[0].column.name) too, or use GROUP BY.")
            }
            var replaced: [ColumnID: BoundExpression] = [:]
            var groups: [ProjectNode.Item] = []
            for index in bound.items.indices {
                let column = bound.items[index].column
                let fresh = PlanColumn(ids.fresh(), column.name, column.type, nullable: column.nullable)
                groups.append(.init(fresh, column.reference))
                replaced[column.id] = fresh.reference
                bound.items[index].column = fresh
            }
            for index in bound.sort.indices { bound.sort[index].expression = bound.sort[index].expression.substituting(replaced) }
            return .aggregate(AggregateNode(input: plan, groups: groups, aggregates: []))
        case .distinctOn:
            let keys = bound.distinctOn
            let leading = bound.sort.prefix(Set(keys).count)
            guard leading.allSatisfy({ keys.contains($0.expression) }) else {
                throw SQLError(
                    .invalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions", at: select.span,
                    hint: "Begin ORDER BY with the expressions of DISTINCT ON.")
            }
            return .distinctOn(DistinctOnNode(input: plan, keys: keys, order: bound.sort))
        }
    }

    func bindDistinctKey(
        _ key: Expression, _ outputs: [OrderOutput], _ scope: Scope, _ hidden: inout [ProjectNode.Item]
    ) throws(SQLError) -> BoundExpression {
        if let index = try outputIndex(key, outputs, clause: "DISTINCT ON") { return outputs[index].column.reference }
        return place(try bindSettled(key, scope.entering(.distinctOn)), key, outputs, &hidden)
    }
}
