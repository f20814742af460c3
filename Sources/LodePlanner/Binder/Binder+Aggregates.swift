/// Aggregates: which SELECT they belong to, and what they take.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// A call of an aggregate without OVER: a column of the aggregation of the query whose columns it reads.
    func bindAggregate(
        _ aggregate: AggregateFunction, _ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        try refuseNulls(call, name, span)
        if scope.isLambda { throw .unsupported("an aggregate in a lambda", at: span) }
        let mark = uses.count
        let inner = scope.entering(.aggregateArgument)
        var made = try aggregateCall(aggregate, name, call, span, inner)
        if let filter = call.filter {
            let condition = try bindCondition(filter, scope.entering(.filter), of: "FILTER")
            made.filter = condition
            made.arguments = made.arguments.map { $0.guarded(by: condition) }
            for index in made.order.indices { made.order[index].expression = made.order[index].expression.guarded(by: condition) }
        }
        uses.removeSubrange(mark...)
        let owner = try self.owner(of: made, scope, span)
        guard owner.clause.allowsAggregates, let block = owner.block else { throw misplaced(name, owner.clause, span) }
        let twin = block.aggregates.first {
            $0.name == made.name && $0.arguments == made.arguments && $0.isDistinct == made.isDistinct && $0.filter == made.filter
                && $0.order == made.order && !made.arguments.contains(where: \.isVolatile)
        }
        if let twin { return twin.column.reference }
        block.aggregates.append(made)
        return made.column.reference
    }

    /// The innermost query whose columns the aggregate reads; the current one if it reads none.
    private func owner(of call: AggregateCall, _ scope: Scope, _ span: SourceSpan) throws(SQLError) -> Scope {
        let read = call.expressions.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
        if read.isEmpty { return scope }
        var level: Scope? = scope
        while let current = level {
            if !current.from.ids.isDisjoint(with: read) {
                if current.block == nil, current.clause == .from {
                    throw .unsupported("an aggregate over columns of a LATERAL join's left side", at: span)
                }
                return current
            }
            level = current.parent
        }
        return scope
    }

    private func misplaced(_ name: String, _ clause: Clause, _ span: SourceSpan) -> SQLError {
        if clause == .aggregateArgument || clause == .filter {
            return SQLError(
                .groupingError, "aggregate function calls cannot be nested", at: span,
                hint: "Aggregate in a subquery first, then aggregate its result.")
        }
        let hint: String? =
            switch clause {
            case .where: "Conditions on aggregates go to HAVING."
            case .groupBy: "Group by the columns, and select the aggregate."
            default: nil
            }
        return SQLError(.groupingError, "aggregate functions are not allowed in \(clause.rawValue)", at: span, hint: hint)
    }

    private func refuseNulls(_ call: FunctionCall, _ name: String, _ span: SourceSpan) throws(SQLError) {
        if let nulls = call.nulls, nulls == .ignore {
            throw .unsupported("IGNORE NULLS in the aggregate \(name)", at: span, hint: "Write \(name)(…) FILTER (WHERE … IS NOT NULL).")
        }
    }

    /// The call with its arguments bound; also for aggregates over windows.
    func aggregateCall(
        _ aggregate: AggregateFunction, _ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> AggregateCall {
        var arguments = try aggregateArguments(name, call, scope)
        var order = try sortKeys(call.orderBy, scope)
        if !call.withinGroup.isEmpty {
            if !call.orderBy.isEmpty { throw SQLError(.syntaxError, "WITHIN GROUP and ORDER BY exclude each other", at: span) }
            let within = try sortKeys(call.withinGroup, scope)
            if aggregate.isOrderSensitive, !Self.needsWithinGroup.contains(aggregate.name) {
                order = within
            } else if aggregate.name == "mode" {
                // Of several values that occur as often, the first in this order.
                guard within.count == 1, arguments.isEmpty else { throw .unsupported("mode over several expressions", at: span) }
                (arguments, order) = ([within[0].expression], within)
            } else {
                arguments = try orderedSet(name, arguments, within, span)
            }
        } else if Self.ordersItself.contains(aggregate.name), !order.isEmpty {
            // The order is that of the values; its direction says from which end the fraction counts.
            guard let value = arguments.first, order.count == 1, order[0].expression == value else {
                throw .unsupported("ORDER BY another expression in \(name)", at: span, hint: "\(name) orders by its argument.")
            }
            arguments = try orderedSet(name, Array(arguments.dropFirst()), order, span)
            order = []
        } else if Self.needsWithinGroup.contains(name), arguments.count < 2,
            aggregate.overloads.allSatisfy({ !$0.signature.accepts(count: arguments.count) })
        {
            throw SQLError(
                .wrongObjectType, "WITHIN GROUP is required for ordered-set aggregate \(name)", at: span,
                hint: "Write \(name)(…) WITHIN GROUP (ORDER BY …).")
        }
        let (function, types) = try choose(
            aggregate.overloads, name, arguments.map { .value($0) }, at: span, signature: { $0.signature },
            bind: { (overload, types) throws(SQLError) in try overload.bind(types) })
        let converted = try convert(arguments, to: function.parameters, else: types, at: span)
        if call.isDistinct {
            if arguments.isEmpty { throw SQLError(.syntaxError, "DISTINCT specified, but \(name) has no arguments", at: span) }
            for key in order where !converted.contains(key.expression) && !arguments.contains(key.expression) {
                throw SQLError(
                    .invalidColumnReference, "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list", at: span)
            }
        }
        let column = PlanColumn(ids.fresh(), name, function.returns, nullable: aggregate.name != "count")
        return AggregateCall(
            column: column, name: aggregate.name, function: function, arguments: converted,
            isDistinct: call.isDistinct && !aggregate.ignoresDuplicates,
            order: Self.ignoresOrder(aggregate.name, function.parameters) ? [] : order, span: span)
    }

    /// Whether rows in another order give the same; sums of floating-point numbers differ in their last digits.
    private static func ignoresOrder(_ name: String, _ parameters: [SQLType]) -> Bool {
        switch name {
        case "sum", "avg": !parameters.contains { $0 == .double || $0 == .real }
        default: unordered.contains(name)
        }
    }

    private static let unordered: Set<String> = [
        "count", "count_if", "min", "max", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor", "approx_count_distinct",
        "median", "quantile_cont", "quantile_disc",
    ]
    private static let ordersItself: Set<String> = ["median", "quantile_cont", "quantile_disc"]
    private static let needsWithinGroup: Set<String> = ["percentile_cont", "percentile_disc", "mode"]

    private func aggregateArguments(_ name: String, _ call: FunctionCall, _ scope: Scope) throws(SQLError) -> [BoundExpression] {
        var arguments: [BoundExpression] = []
        for argument in call.arguments {
            if let label = argument.name { throw .unsupported("a named argument of \(name)", at: label.span) }
            if case .star(let star) = argument.value.kind {
                guard name == "count", call.arguments.count == 1, star.isBare, !call.isDistinct else {
                    throw SQLError(
                        .syntaxError, "\(name)(\(call.isDistinct ? "DISTINCT " : "")*) is not possible", at: argument.value.span,
                        hint: "Only count(*) takes a star.")
                }
                return []
            }
            arguments.append(try bindArgument(argument.value, scope))
        }
        return arguments
    }

    func sortKeys(_ items: [OrderItem], _ scope: Scope) throws(SQLError) -> [SortKey] {
        var keys: [SortKey] = []
        for item in items {
            let expression = try bindSettled(item.expression, scope)
            keys.append(SortKey(expression, descending: item.isDescending, nullsFirst: item.nullsFirst ?? item.isDescending))
        }
        return keys
    }

    /// `f(fraction) WITHIN GROUP (ORDER BY value)` takes the value first and what is in parentheses after it. Descending, the
    /// fraction counts from the other end.
    private func orderedSet(
        _ name: String, _ direct: [BoundExpression], _ within: [SortKey], _ span: SourceSpan
    ) throws(SQLError) -> [BoundExpression] {
        guard within.count == 1 else { throw .unsupported("WITHIN GROUP over several expressions", at: span) }
        guard within[0].descending, !direct.isEmpty else { return [within[0].expression] + direct }
        guard direct.count == 1, !direct[0].type.isNested else {
            throw .unsupported(
                "\(name) of several fractions in descending order", at: span, hint: "Order ascending, and take 1 minus the fractions.")
        }
        let fraction = try convert(direct[0], to: .double, at: span)
        var flipped = try self.call("-", [.constant(.double(1), .double), fraction], at: span)
        if FunctionRegistry.aggregates[name]?.name == "quantile_disc" {
            // A value whose position is reached exactly from one end is passed from the other.
            let beyond = try self.call("*", [flipped, .constant(.double(1 + 1e-12), .double)], at: span)
            let nudged = try self.call("+", [beyond, .constant(.double(1e-15), .double)], at: span)
            flipped = try self.call("least", [nudged, .constant(.double(1), .double)], at: span)
        }
        return [within[0].expression, folded(flipped)]
    }
}
