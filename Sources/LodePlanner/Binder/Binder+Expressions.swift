/// Scalar expressions: which construct is bound where.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// Binds an expression in a scope.
    ///
    /// Recursive, as deep as the expression; so it only dispatches, and what it calls takes the node apart: that keeps
    /// stack frames small.
    func bind(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        switch expression.kind {
        case .literal, .interval, .parameter, .defaultValue: return try bindConstantSyntax(expression, scope)
        case .name(let name): return try bindName(name, scope)
        case .and, .or: return try bindConnective(expression, scope)
        case .unary: return try bindUnary(expression, scope)
        case .binary: return try bindBinary(expression, scope)
        case .call(let call):
            if call.isBareWord, case .name(let name) = asColumn(expression, scope).kind { return try bindName(name, scope) }
            return try bindCall(call, expression.span, scope)
        case .caseWhen: return try bindCase(expression, scope)
        case .cast: return try bindCast(expression, scope)
        case .quantified, .pattern, .between, .inList, .inQuery, .isTest, .isDistinct: return try bindPredicate(expression, scope)
        case .exists, .subquery, .arrayQuery: return try bindSubquery(expression, scope)
        case .row, .array, .structure, .map: return settle(try bindNested(expression, scope))
        case .element, .slice, .field: return try bindNested(expression, scope)
        case .collate, .atTimeZone, .extract, .position, .substring, .trim, .overlay, .grouping:
            return try bindSpelledCall(expression, scope)
        case .columns: return try bindColumns(expression, scope)
        case .lambda:
            throw SQLError(.syntaxError, "a lambda is only allowed as an argument of a function that takes one", at: expression.span)
        case .star(let star):
            if let table = star.qualifier, star.isPlain, let row = try bindWholeRow(table, scope) { return row }
            throw SQLError(
                .syntaxError, "* is not allowed here", at: expression.span,
                hint: "A star stands in a select list or in count(*).")
        }
    }

    /// A value whose type is decided: untyped literals have become text.
    func bindSettled(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        settle(try bind(expression, scope))
    }

    /// A condition of a clause: "WHERE", "JOIN/ON".
    func bindCondition(_ expression: Expression, _ scope: Scope, of clause: String) throws(SQLError) -> BoundExpression {
        let bound = try bind(expression, scope)
        return try coerceCondition(bound, of: clause, at: expression.span)
    }

    private func bindConnective(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let isAnd: Bool, operands: [Expression]
        switch expression.kind {
        case .and(let parts): (isAnd, operands) = (true, parts)
        case .or(let parts): (isAnd, operands) = (false, parts)
        default: throw .internalFault("not a connective", at: expression.span)
        }
        var parts: [BoundExpression] = []
        parts.reserveCapacity(operands.count)
        for operand in operands {
            let part = try bindCondition(operand, scope, of: isAnd ? "AND" : "OR")
            switch part {
            case .and(let inner) where isAnd: parts += inner
            case .or(let inner) where !isAnd: parts += inner
            default: parts.append(part)
            }
        }
        return isAnd ? .and(parts) : .or(parts)
    }

    private func bindUnary(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard case .unary(let symbol, let inner) = expression.kind else { throw .internalFault("not unary", at: expression.span) }
        if symbol == .not { return .not(try bindCondition(inner, scope, of: "NOT")) }
        var operand = try bind(inner, scope)
        switch symbol {
        case .minus:
            if let negated = NumberLiteral.negated(operand) { return negated }
            if operand.isUntypedLiteral { operand = try convert(operand, to: .double, at: inner.span) }
            return try call("-", [operand], at: expression.span)
        case .bitNot: return try call("bit_not", [operand], at: expression.span)
        default:
            if operand.isUntypedLiteral { operand = try convert(operand, to: .double, at: inner.span) }
            return try call("+", [operand], at: expression.span)
        }
    }

    private func bindBinary(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard case .binary(let symbol, let left, let right) = expression.kind else {
            throw .internalFault("not binary", at: expression.span)
        }
        switch symbol {
        case .comparison(let comparison): return try bindComparison(comparison, left, right, expression.span, scope)
        case .value(let value):
            return try operate(value.rawValue, [try bindLoose(left, scope), try bindLoose(right, scope)], at: expression.span)
        }
    }

    /// An operator that is a function by its symbol.
    func operate(_ symbol: String, _ operands: [BoundExpression], at span: SourceSpan) throws(SQLError) -> BoundExpression {
        guard Self.arithmetic.contains(symbol) else { return try call(symbol, operands, at: span) }
        let types = operands.map(\.type)
        // A literal without type is of the type of the other operand, or else an interval or a number.
        if let literal = operands.firstIndex(where: { $0.isUntypedLiteral }) {
            let other = types[1 - literal]
            if other == .null {
                return try call(symbol, try operands.map { (o) throws(SQLError) in try convert(o, to: .double, at: span) }, at: span)
            }
            for guess in [other, .interval, .double] {
                var typed = operands
                typed[literal] = .constant(.null, guess)
                guard (try? call(symbol, typed, at: span)) != nil else { continue }
                typed[literal] = try convert(operands[literal], to: guess, at: span)
                return try call(symbol, typed, at: span)
            }
        }
        // An integer literal beside a decimal needs only its own digits.
        if types.contains(where: \.isDecimal), symbol != "^", symbol != "/" {
            let narrowed = try operands.map { (operand) throws(SQLError) -> BoundExpression in
                guard operand.isConstant, operand.type.isInteger, let decimal = operand.decimalType else { return operand }
                return try convert(operand, to: decimal, at: span)
            }
            return try call(symbol, narrowed, at: span)
        }
        return try call(symbol, operands, at: span)
    }

    private static let arithmetic: Set<String> = ["+", "-", "*", "/", "//", "%", "^", "&", "|", "#", "<<", ">>"]

    private func bindCast(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard case .cast(let inner, let name, let isTry) = expression.kind else { throw .internalFault("not a cast", at: expression.span) }
        let type = try TypeBinder.type(name, roundsTimes: true)
        let operand = try bind(inner, scope)
        let result = try cast(operand, to: type, isTry: isTry, at: expression.span, operandAt: inner.span)
        guard let limit = name.limit else { return result }
        if type == .varchar { return folded(try call("left", [result, NumberLiteral.integer(Int64(limit))], at: expression.span)) }
        // Nanoseconds are rounded once, not to microseconds first.
        let source = limit < 6 && operand.type.inMicros == type ? operand : result
        return try rounded(source, to: name, type, at: expression.span)
    }

    /// A time with the digits of a second that its type is written with.
    func rounded(_ value: BoundExpression, to name: TypeName, _ type: SQLType, at span: SourceSpan) throws(SQLError) -> BoundExpression {
        guard type.isTemporal || type == .interval, let digits = name.limit, digits < 6 else { return value }
        return folded(try call("round_seconds", [value, NumberLiteral.integer(Int64(digits))], at: span))
    }
}
