/// Conditions with a syntax of their own: BETWEEN, IN, LIKE, IS, ANY and ALL.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindPredicate(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let span = expression.span
        switch expression.kind {
        case .between(let between): return try bindBetween(between, span, scope)
        case .inList(let value, let items, let negated):
            let result = try bindInList(value, items, span, scope)
            return negated ? .not(result) : result
        case .inQuery(let value, let query, let negated):
            let result = try bindQuantified(.any(.equal), value, query, span, scope)
            return negated ? .not(result) : result
        case .quantified(let symbol, let value, let quantifier, let operand):
            return try bindQuantified(symbol, value, quantifier, operand, span, scope)
        case .pattern(let match): return try bindPattern(match, span, scope)
        case .isTest(let value, let test, let negated):
            let result = try bindTest(value, test, negated, scope)
            return result
        case .isDistinct(let left, let right, let negated):
            return try bindComparison(negated ? .isNotDistinct : .isDistinct, left, right, span, scope)
        default: throw .internalFault("not a predicate", at: span)
        }
    }

    private func bindBetween(_ between: Between, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        if let row = between.value.rowElements, let low = between.low.rowElements, let high = between.high.rowElements {
            let value = try bindAll(row, scope)
            let above = try compareRows(.greaterOrEqual, value, try bindAll(low, scope), at: span)
            let result = BoundExpression.and([above, try compareRows(.lessOrEqual, value, try bindAll(high, scope), at: span)])
            return between.isNegated ? .not(result) : result
        }
        var value = try bind(between.value, scope)
        var low = try bind(between.low, scope), high = try bind(between.high, scope)
        try refuseTwice(value, "BETWEEN", at: between.value.span)
        if value.isUntyped, let type = [low, high].first(where: { !$0.isUntyped })?.type {
            value = try convert(value, to: type, at: between.value.span)
            low = low.isUntyped ? try convert(low, to: type, at: between.low.span) : low
            high = high.isUntyped ? try convert(high, to: type, at: between.high.span) : high
        }
        func range(_ from: BoundExpression, _ fromSpan: SourceSpan, _ to: BoundExpression, _ toSpan: SourceSpan) throws(SQLError)
            -> BoundExpression
        {
            .and([
                try compare(.greaterOrEqual, value, from, at: span, sides: (between.value.span, fromSpan)),
                try compare(.lessOrEqual, value, to, at: span, sides: (between.value.span, toSpan)),
            ])
        }
        var result = try range(low, between.low.span, high, between.high.span)
        if between.isSymmetric { result = .or([result, try range(high, between.high.span, low, between.low.span)]) }
        return between.isNegated ? .not(result) : result
    }

    /// Refuses an operand that would have to be computed twice although each time gives another value.
    func refuseTwice(_ operand: BoundExpression, _ what: String, at span: SourceSpan) throws(SQLError) {
        if operand.isVolatile {
            throw .unsupported("\(what) over a volatile expression", at: span, hint: "Compute it in a subquery in FROM first.")
        }
    }

    private func bindInList(
        _ value: Expression, _ items: [Expression], _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        if let row = value.rowElements {
            let left = try bindAll(row, scope)
            var choices: [BoundExpression] = []
            for item in items {
                guard let elements = item.rowElements else {
                    throw SQLError(.datatypeMismatch, "a row is compared with something that is no row", at: item.span)
                }
                choices.append(try compareRows(.equal, left, try bindAll(elements, scope), at: item.span))
            }
            return choices.count == 1 ? choices[0] : .or(choices)
        }
        let operand = try bind(value, scope)
        let list = try bindAll(items, scope)
        return try isIn(operand, list, at: span, spans: items.map(\.span))
    }

    /// `operand IN (list)`: the operand keeps its type if every constant of the list can be of it.
    func isIn(
        _ operand: BoundExpression, _ list: [BoundExpression], at span: SourceSpan, spans: [SourceSpan]
    ) throws(SQLError) -> BoundExpression {
        if list.count == 1 { return try compare(.equal, operand, list[0], at: span) }
        var operand = operand
        if operand.isUntyped {
            operand = try convert(operand, to: Self.commonType(of: list) ?? .varchar, at: span)
        }
        var kept: [BoundExpression] = []
        kept.reserveCapacity(list.count)
        for (item, itemSpan) in zip(list, spans) {
            let (left, right) = try matched(operand, item, symbol: "=", at: itemSpan)
            guard left == operand else { break }
            kept.append(right)
        }
        if kept.count == list.count { return .isIn(operand, kept) }
        guard let type = Self.commonType(of: [operand] + list) else {
            let other = list.first { Self.commonType(of: [operand, $0]) == nil } ?? list[0]
            throw incomparable(operand.type, other.type, "=", at: span)
        }
        var converted: [BoundExpression] = []
        for (item, itemSpan) in zip(list, spans) { converted.append(try convert(item, to: type, at: itemSpan)) }
        return .isIn(try convert(operand, to: type, at: span), converted)
    }

    private func bindQuantified(
        _ symbol: BinaryOperator, _ value: Expression, _ quantifier: Quantifier, _ operand: QuantifiedOperand,
        _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        guard case .comparison(let comparison) = symbol else {
            throw .unsupported("\(symbol.symbol) \(quantifier.rawValue) (…)", at: span, hint: "Only comparisons take ANY and ALL.")
        }
        switch operand {
        case .query(let query):
            return try bindQuantified(quantifier == .any ? .any(comparison) : .all(comparison), value, query, span, scope)
        case .expression(let array):
            var left = try bind(value, scope)
            if let elements = array.arrayElements {
                return try compare(comparison, left, quantifier, try bindAll(elements, scope), at: span, spans: elements.map(\.span))
            }
            var list = try bind(array, scope)
            if list.isUntyped { list = try convert(list, to: .list(left.isUntyped ? .varchar : left.type), at: array.span) }
            guard case .list(let element) = list.type.base else {
                throw SQLError(.wrongObjectType, "op ANY/ALL (array) requires array on right side", at: array.span)
            }
            guard case .constant(let known, _) = folded(list) else {
                if left.isUntyped { left = try convert(left, to: element, at: value.span) }
                return try quantify(quantifier, list, of: element, repeating: left, at: span) { (item) throws(SQLError) in
                    try compare(comparison, left, item, at: span)
                }
            }
            if left.isUntyped { left = try convert(left, to: element, at: value.span) }
            guard case .list(let values) = known else { return .constant(.null, .boolean) }
            let items = values.map { BoundExpression.constant($0, element) }
            return try compare(comparison, left, quantifier, items, at: span, spans: items.map { _ in array.span })
        }
    }

    /// Whether the condition that `body` makes of an element holds for some or all elements of a list.
    private func quantify(
        _ quantifier: Quantifier, _ list: BoundExpression, of element: SQLType, repeating left: BoundExpression, at span: SourceSpan,
        _ body: (BoundExpression) throws(SQLError) -> BoundExpression
    ) throws(SQLError) -> BoundExpression {
        try refuseTwice(left, quantifier.rawValue, at: span)
        let name = quantifier == .any ? "any_match" : "all_match"
        guard let function = FunctionRegistry.scalars[name], let overload = function.overloads.first else {
            throw .internalFault("no function decides \(quantifier.rawValue)", at: span)
        }
        let item = PlanColumn(ids.fresh(), "element", element)
        let list = try convert(list, to: list.type.base, at: span)
        let condition = BoundExpression.lambda([item], body: try body(item.reference))
        return .call(
            ScalarCall(
                name: function.name, function: try overload.bind([list.type, .boolean]), volatility: function.volatility,
                isStrict: function.isStrict, arguments: [list, condition], span: span))
    }

    /// `left comparison ANY|ALL (items)`.
    private func compare(
        _ comparison: ComparisonOperator, _ left: BoundExpression, _ quantifier: Quantifier, _ items: [BoundExpression],
        at span: SourceSpan, spans: [SourceSpan]
    ) throws(SQLError) -> BoundExpression {
        if items.isEmpty { return .constant(.boolean(quantifier == .all), .boolean) }
        if comparison == .equal, quantifier == .any { return try isIn(left, items, at: span, spans: spans) }
        var parts: [BoundExpression] = []
        for (item, itemSpan) in zip(items, spans) { parts.append(try compare(comparison, left, item, at: itemSpan)) }
        return parts.count == 1 ? parts[0] : quantifier == .any ? .or(parts) : .and(parts)
    }

    private func bindTest(_ value: Expression, _ test: TruthTest, _ negated: Bool, _ scope: Scope) throws(SQLError) -> BoundExpression {
        func signed(_ result: BoundExpression) -> BoundExpression { negated ? .not(result) : result }
        if test == .null, let row = value.rowElements {
            let parts = try bindAll(row, scope).map { negated ? BoundExpression.not(.isNull(settle($0))) : .isNull(settle($0)) }
            return parts.count == 1 ? parts[0] : parts.isEmpty ? .true : .and(parts)
        }
        if test == .null {
            let operand = try bindSettled(value, scope)
            // The row of a table is NULL if all of its columns are, and is not if none of them is.
            guard case .name = value.kind, let parts = StructValues.parts(of: operand) else { return signed(.isNull(operand)) }
            return .and(parts.map { signed(.isNull($0)) })
        }
        let condition = try bindCondition(value, scope, of: "IS \(test.rawValue)")
        switch test {
        case .true: return signed(.coalesce([condition, .false], .boolean))
        case .false: return signed(.coalesce([.not(condition), .false], .boolean))
        default: return signed(.isNull(condition))
        }
    }

    private func bindPattern(_ match: PatternMatch, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let value = try bind(match.value, scope)
        guard let quantifier = match.quantifier else {
            let result = try matching(value, try bind(match.pattern, scope), match, span, scope)
            return match.isNegated ? .not(result) : result
        }
        guard let patterns = match.pattern.arrayElements ?? match.pattern.rowElements else {
            return try bindPattern(match, value, quantifier, span, scope)
        }
        // NOT LIKE ANY is true if some pattern does not match.
        var parts: [BoundExpression] = []
        for pattern in patterns {
            let result = try matching(value, try bind(pattern, scope), match, span, scope)
            parts.append(match.isNegated ? .not(result) : result)
        }
        if parts.isEmpty { return .constant(.boolean(quantifier == .all), .boolean) }
        return parts.count == 1 ? parts[0] : quantifier == .any ? .or(parts) : .and(parts)
    }

    /// `value LIKE ANY (list)`, also of a query's values.
    private func bindPattern(
        _ match: PatternMatch, _ value: BoundExpression, _ quantifier: Quantifier, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        var source = match.pattern
        if case .subquery(let query) = source.kind { source = Expression(.arrayQuery(query), span: source.span) }
        var list = try bind(source, scope)
        if list.isUntyped { list = try convert(list, to: .list(.varchar), at: source.span) }
        guard case .list(let element) = list.type.base else {
            throw SQLError(.wrongObjectType, "op ANY/ALL (array) requires array on right side", at: source.span)
        }
        return try quantify(quantifier, list, of: element, repeating: value, at: span) { (item) throws(SQLError) in
            let result = try matching(value, item, match, span, scope)
            return match.isNegated ? .not(result) : result
        }
    }

    private func matching(
        _ value: BoundExpression, _ pattern: BoundExpression, _ match: PatternMatch, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        var arguments = [settle(value), settle(pattern)]
        if let escape = match.escape { arguments.append(try bindSettled(escape, scope)) }
        let name = SpelledFunctions.pattern[match.operator] ?? match.operator.rawValue.lowercased()
        return try call(name, arguments, at: span)
    }
}

extension Expression {
    /// The elements of `ARRAY[…]`.
    var arrayElements: [Expression]? { if case .array(let elements) = kind { elements } else { nil } }
}
