/// Queries inside expressions.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindSubquery(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let span = expression.span
        switch expression.kind {
        case .exists(let query):
            let bound = try bindInner(query, scope)
            return .subquery(SubqueryExpression(id: ids.fresh(), kind: .exists, plan: bound.plan, type: .boolean, span: span))
        case .subquery(let query):
            let bound = try bindInner(query, scope)
            try requireOneColumn(bound, query)
            let column = bound.plan.columns[0]
            return .subquery(SubqueryExpression(id: ids.fresh(), kind: .scalar, plan: bound.plan, type: column.type, span: span))
        case .arrayQuery(let query): return try bindArrayQuery(query, span, scope)
        default: throw .internalFault("not a subquery", at: span)
        }
    }

    private func bindInner(_ query: Query, _ scope: Scope) throws(SQLError) -> BoundQuery {
        // What COLUMNS(…) stands for outside means nothing inside.
        let saved = expandedColumn
        expandedColumn = nil
        defer { expandedColumn = saved }
        var bound = try bindQuery(query, in: scope)
        bound.plan = settleColumns(bound.plan)
        return bound
    }

    /// `(a, b) = (query)`: compared within the query, which gives one row or none.
    func compare(
        _ comparison: ComparisonOperator, _ row: [BoundExpression], _ query: Query, at span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        let bound = try bindInner(query, scope)
        guard bound.plan.columns.count == row.count else {
            let many = bound.plan.columns.count > row.count
            throw SQLError(.syntaxError, "subquery has too \(many ? "many" : "few") columns", at: query.span)
        }
        let verdict = try compareRows(comparison, row, bound.plan.columns.map(\.reference), at: span)
        let column = PlanColumn(ids.fresh(), "compared", .boolean)
        let plan = LogicalPlan.project(ProjectNode(input: bound.plan, items: [.init(column, verdict)]))
        return .subquery(SubqueryExpression(id: ids.fresh(), kind: .scalar, plan: plan, type: .boolean, span: span))
    }

    private func requireOneColumn(_ bound: BoundQuery, _ query: Query) throws(SQLError) {
        guard bound.names.count == 1 else {
            throw SQLError(
                .syntaxError, "subquery must return only one column", at: query.span, detail: "It returns \(bound.names.count).")
        }
    }

    /// `value IN (query)`, `value < ANY (query)`, also with rows of values.
    func bindQuantified(
        _ kind: SubqueryExpression.Kind, _ value: Expression, _ query: Query, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        let elements = value.rowElements ?? [value]
        var operands = try bindAll(elements, scope)
        let bound = try bindInner(query, scope)
        let columns = bound.plan.columns
        guard columns.count == operands.count else {
            let many = columns.count > operands.count
            throw SQLError(
                .syntaxError, "subquery has too \(many ? "many" : "few") columns", at: query.span,
                detail: "It has \(columns.count), and \(operands.count) are compared.")
        }
        if operands.count > 1, kind != .any(.equal), kind != .all(.notEqual) {
            throw .unsupported("comparing rows with ANY or ALL", at: span, hint: "Only (a, b) IN (…) and NOT IN compare rows.")
        }
        let symbol =
            switch kind {
            case .any(let comparison), .all(let comparison): comparison.rawValue
            default: "="
            }
        var items: [ProjectNode.Item] = []
        for (index, column) in columns.enumerated() {
            let (left, right) = try matched(operands[index], column.reference, symbol: symbol, at: elements[index].span)
            operands[index] = left
            let isSame = right == column.reference
            items.append(.init(isSame ? column : PlanColumn(ids.fresh(), column.name, right.type, nullable: column.nullable), right))
        }
        let isSame = zip(items, columns).allSatisfy { $0.column.id == $1.id }
        let plan = isSame ? bound.plan : .project(ProjectNode(input: bound.plan, items: items))
        return .subquery(SubqueryExpression(id: ids.fresh(), kind: kind, plan: plan, operands: operands, type: .boolean, span: span))
    }

    /// `ARRAY(query)`: the values of its one column, in its order; an empty list if there are none.
    private func bindArrayQuery(_ query: Query, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let bound = try bindInner(query, scope)
        try requireOneColumn(bound, query)
        guard let aggregate = FunctionRegistry.aggregates["array_agg"] else { throw .unsupported("ARRAY(SELECT …)", at: span) }
        let column = bound.plan.columns[0]
        let (function, types) = try choose(
            aggregate.overloads, "array_agg", [.value(column.reference)], at: span, signature: { $0.signature },
            bind: { (overload, types) throws(SQLError) in try overload.bind(types) })
        let order: [SortKey] = if case .sort(let node) = bound.plan { node.keys } else { [] }
        let list = PlanColumn(ids.fresh(), "array", function.returns)
        let call = AggregateCall(
            column: list, name: aggregate.name, function: function,
            arguments: try convert([column.reference], to: function.parameters, else: types, at: span), order: order, span: span)
        let plan = LogicalPlan.aggregate(AggregateNode(input: bound.plan, groups: [], aggregates: [call]))
        let subquery = BoundExpression.subquery(SubqueryExpression(id: ids.fresh(), kind: .scalar, plan: plan, type: list.type, span: span))
        return .coalesce([subquery, .constant(.list([]), list.type)], list.type)
    }
}
