/// Calls of functions that give rows, in a select list and in FROM.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// The list of the rows that a call gives; nil if the function gives no rows.
    private func bindSetCall(
        _ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression? {
        if name == "unnest" {
            guard call.arguments.count == 1 else {
                throw SQLError(.undefinedFunction, "unnest of \(call.arguments.count) lists is only allowed in FROM", at: span)
            }
            let list = try bindSettled(call.arguments[0].value, scope)
            guard case .list = list.type.base else {
                throw SQLError(.undefinedFunction, "function unnest(\(list.type)) does not exist", at: span, hint: "unnest takes a list.")
            }
            return list
        }
        guard let function = FunctionRegistry.sets[name] else { return nil }
        return try bindScalarCall(function, name, call, span, scope)
    }

    func bindSet(_ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression? {
        guard name == "unnest" || FunctionRegistry.sets[name] != nil else { return nil }
        try refuseExtras(call, name, span)
        return try bindSetCall(name, call, span, scope)
    }

    /// The rows of a call in a select list, or in clauses that name its items: a column of the row source below it. All such calls of
    /// a select list are read side by side; those of GROUP BY too, before rows are grouped.
    func bindRows(_ list: BoundExpression, _ name: String, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard scope.clause.allowsRows, let block = scope.block, !scope.isLambda else {
            throw SQLError(
                .featureNotSupported, "set-returning functions are not allowed in \(scope.query.clause.rawValue)", at: span,
                hint: "Call \(name) in FROM: FROM t, \(name)(…) AS u(x).")
        }
        if list.contains({ if case .column(let id, _) = $0 { block.isElement(id) } else { false } }) {
            throw .unsupported("a set-returning function of the rows of another one", at: span,
                hint: "Call them in FROM, one after the other.")
        }
        guard case .list(let element) = list.type.base else { throw .internalFault("\(name) gives no list", at: span) }
        let column: PlanColumn
        if let grouped = block.groupedLists.column(of: list) {
            column = grouped
        } else if scope.clause != .select, let known = block.unnestedLists.column(of: list) {
            column = known
        } else {
            column = PlanColumn(ids.fresh(), name, element)
            if scope.clause == .groupBy { block.groupedLists.add(list, column) } else { block.unnestedLists.add(list, column) }
        }
        uses.append(ColumnUse(id: column.id, name: name, span: span))
        return column.reference
    }

    /// A call in FROM: a column, or the fields of its rows as columns.
    func bindSetTable(
        _ name: String, _ call: FunctionCall, _ withOrdinality: Bool, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundRelation? {
        guard FunctionRegistry.sets[name] != nil, let list = try bindSet(name, call, span, scope) else { return nil }
        guard case .list(let element) = list.type.base else { throw .internalFault("\(name) gives no list", at: span) }
        let row = PlanColumn(ids.fresh(), ScalarFunction.setColumns[name] ?? name, element)
        let ordinality = withOrdinality ? PlanColumn(ids.fresh(), "ordinality", .bigint, nullable: false) : nil
        let plan = LogicalPlan.unnest(
            UnnestNode(input: .values(.singleRow), lists: [list], elements: [row], ordinality: ordinality))
        var columns = [row] + (ordinality.map { [$0] } ?? [])
        guard case .structure(let fields) = element else {
            return BoundRelation(plan: plan, from: FromScope(relation: name, path: [], columns: columns))
        }
        var items: [ProjectNode.Item] = []
        for (index, field) in fields.enumerated() {
            let value = try StructValues.field(index, of: row.reference, field, at: span)
            items.append(ProjectNode.Item(PlanColumn(ids.fresh(), field.name, field.type), value))
        }
        if let ordinality { items.append(ProjectNode.Item(ordinality, ordinality.reference)) }
        columns = items.map(\.column)
        return BoundRelation(
            plan: .project(ProjectNode(input: plan, items: items)), from: FromScope(relation: name, path: [], columns: columns))
    }
}
