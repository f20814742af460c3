/// From columns of the input to columns of the groups: what may stand above an aggregation.

import LodeCore
import LodePlan

/// Puts grouping columns in the place of the expressions that are grouped by, and refuses other columns of the input.
struct GroupRewriter {
    private let columns: [ColumnID: PlanColumn]
    private let expressions: [BoundExpression: PlanColumn]
    /// Columns of FROM, which exist no more above the aggregation.
    private let input: Set<ColumnID>
    private let uses: ArraySlice<ColumnUse>

    init(groups: [ProjectNode.Item], input: Set<ColumnID>, uses: ArraySlice<ColumnUse>) {
        var columns: [ColumnID: PlanColumn] = [:], expressions: [BoundExpression: PlanColumn] = [:]
        for group in groups {
            if case .column(let id, _) = group.expression {
                columns[id] = group.column
            } else if !group.expression.isConstant {
                expressions[group.expression] = group.column
            }
        }
        self.columns = columns
        self.expressions = expressions
        self.input = input
        self.uses = uses
    }

    /// - Throws: `42803` for a column that is neither grouped by nor aggregated.
    func rewrite(_ expression: BoundExpression) throws(SQLError) -> BoundExpression {
        if !expressions.isEmpty, let group = expressions[expression] { return group.reference }
        switch expression {
        case .constant: return expression
        case .column(let id, _):
            if let group = columns[id] { return group.reference }
            if input.contains(id) { throw ungrouped(id) }
            return expression
        case .subquery(var query):
            query.operands = try all(query.operands)
            if !query.plan.freeColumns.isDisjoint(with: input) { query.plan = try rewrite(query.plan) }
            return .subquery(query)
        default:
            let parts = expression.children
            return parts.isEmpty ? expression : expression.replacing(children: try all(parts))
        }
    }

    func all(_ list: [BoundExpression]) throws(SQLError) -> [BoundExpression] {
        var result: [BoundExpression] = []
        result.reserveCapacity(list.count)
        for expression in list { result.append(try rewrite(expression)) }
        return result
    }

    func all(_ keys: [SortKey]) throws(SQLError) -> [SortKey] {
        var result = keys
        for index in result.indices { result[index].expression = try rewrite(result[index].expression) }
        return result
    }

    private func rewrite(_ plan: LogicalPlan) throws(SQLError) -> LogicalPlan {
        try plan.mapped { (node) throws(SQLError) in
            try node.mappingExpressions { (expression) throws(SQLError) in try rewrite(expression) }
        }
    }

    private func ungrouped(_ id: ColumnID) -> SQLError {
        let use = uses.first { $0.id == id }
        let name = use?.name ?? "?"
        return SQLError(
            .groupingError, "column \"\(name)\" must appear in the GROUP BY clause or be used in an aggregate function", at: use?.span,
            hint: "Add it to GROUP BY, or say which of the group's values is meant, such as any_value(\(name)) or max(\(name)).")
    }
}
