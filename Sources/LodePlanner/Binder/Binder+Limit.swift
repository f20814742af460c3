/// LIMIT, OFFSET and FETCH FIRST.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The plan with its limit; `keys` are the sort keys below, for WITH TIES.
    func limited(_ plan: LogicalPlan, _ limit: Limit?, _ keys: [SortKey], in scope: Scope) throws(SQLError) -> LogicalPlan {
        guard let limit else { return plan }
        if limit.isPercent {
            throw .unsupported("LIMIT with a percentage", at: limit.span, hint: "Count the rows first, and give a number.")
        }
        let count = try limit.count.map { (e) throws(SQLError) in try bindRowCount(e, "LIMIT", scope) } ?? nil
        let offset = try limit.offset.map { (e) throws(SQLError) in try bindRowCount(e, "OFFSET", scope) } ?? nil
        if limit.withTies, keys.isEmpty {
            throw SQLError(.syntaxError, "WITH TIES cannot be specified without ORDER BY", at: limit.span)
        }
        if count == nil, offset == nil { return plan }
        return .limit(LimitNode(input: plan, count: count, offset: offset, ties: limit.withTies ? keys : []))
    }

    /// A number of rows, computed now; nil for NULL, which is no limit.
    private func bindRowCount(_ expression: Expression, _ clause: String, _ scope: Scope) throws(SQLError) -> BoundExpression? {
        let inner = Scope(parent: nil, from: FromScope(), clause: .limit, commonTables: scope.commonTables)
        let bound: BoundExpression
        do throws(SQLError) {
            bound = try bind(expression, inner)
        } catch {
            guard error.state == .undefinedColumn || error.state == .undefinedTable else { throw error }
            throw SQLError(
                .invalidColumnReference, "argument of \(clause) must not contain variables", at: expression.span,
                hint: "It is computed once, before there are rows.")
        }
        if bound.hasSubquery { throw .unsupported("a subquery in \(clause)", at: expression.span) }
        let isNumber = bound.isUntyped || bound.type.isNumeric
        guard isNumber else {
            throw SQLError(.datatypeMismatch, "argument of \(clause) must be of type bigint, not \(bound.type)", at: expression.span)
        }
        let value: Value
        do throws(SQLError) {
            value = try constantValue(try convert(bound, to: .bigint, at: expression.span))
        } catch {
            throw error.at(expression.span)
        }
        guard case .integer(let rows) = value else { return nil }
        guard rows >= 0 else { throw SQLError(.invalidLimit, "\(clause) must not be negative", at: expression.span) }
        return .constant(value, .bigint)
    }
}
