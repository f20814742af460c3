/// Bringing expressions to types: what is untyped takes the type of its surroundings, the rest is cast where SQL allows it.

import LodeCore
import LodeFunctions
import LodePlan

/// Until something gives it a type, a quoted literal is a string constant of type `null`, and NULL a null constant of it.
extension BoundExpression {
    /// A quoted literal that nothing gave a type yet.
    var untypedText: String? { if case .constant(.text(let text), .null) = self { text.string } else { nil } }
    /// A quoted literal or NULL without a type.
    var isUntyped: Bool { type == .null }
    /// What takes the type of its surroundings but NULL itself: a quoted literal, or a parameter of unknown type (the integer constant
    /// of its number).
    var isUntypedLiteral: Bool { if case .constant(let value, .null) = self { !value.isNull } else { false } }

    /// A nested value of which members have no type yet.
    var isLoose: Bool { !isUntyped && type.isLoose }

    var isConstant: Bool { if case .constant = self { true } else { false } }
}

extension Binder {
    /// What is still untyped becomes text, as in PostgreSQL.
    func settle(_ expression: BoundExpression) -> BoundExpression {
        guard expression.isUntyped else { return expression.type.isLoose ? tightened(expression) : expression }
        if case .constant(.integer(let parameter), _) = expression { return determined(parameter, .varchar) }
        if case .constant(let value, _) = expression { return .constant(value, .varchar) }
        return .constant(.null, .varchar)
    }

    /// A parameter that has its type from now on. Only types are asked for then: its value is NULL.
    private func determined(_ parameter: Int64, _ type: SQLType) -> BoundExpression {
        positions?.determine(parameter, type)
        return .constant(.null, type)
    }

    /// A plan whose columns all have types: untyped ones are made text.
    func settleColumns(_ plan: LogicalPlan) -> LogicalPlan {
        guard plan.columns.contains(where: \.type.isLoose) else { return plan }
        if case .project(var node) = plan {
            for index in node.items.indices where node.items[index].column.type.isLoose {
                node.items[index].expression = settle(node.items[index].expression)
                node.items[index].column.type = node.items[index].expression.type
            }
            return .project(node)
        }
        let items = plan.columns.map { column in
            column.type == .null
                ? ProjectNode.Item(PlanColumn(ids.fresh(), column.name, .varchar), .constant(.null, .varchar))
                : ProjectNode.Item(column, column.reference)
        }
        return .project(ProjectNode(input: plan, items: items))
    }

    /// Casts without asking whether SQL does so implicitly; constants are converted right here.
    /// - Throws: what converting a constant raises (`22P02`, `22007`, …), at `span`.
    func convert(_ expression: BoundExpression, to type: SQLType, at span: SourceSpan?) throws(SQLError) -> BoundExpression {
        if expression.type == type { return expression }
        if expression.type.isLoose, let filled = try filled(expression, with: type, at: span) { return filled }
        guard case .constant(let value, let from) = expression else {
            return expression.isUntyped ? .constant(.null, type) : .cast(expression, to: type, isTry: false, span)
        }
        if value.isNull { return .constant(.null, type) }
        if case .integer(let parameter) = value, from == .null { return determined(parameter, type) }
        do throws(SQLError) {
            if case .text(let text) = value, from == .null {
                if let known = try LiteralText.value(text.string, type) { return .constant(known, type) }
                return .constant(try evaluate(.cast(.constant(value, .varchar), to: type, isTry: false, span)), type)
            }
            if let exact = LosslessConstant.convert(value, from, to: type) { return .constant(exact, type) }
            return .constant(try evaluate(.cast(expression, to: type, isTry: false, span)), type)
        } catch {
            throw error.at(span)
        }
    }

    /// Converts if SQL does so implicitly.
    /// - Throws: `42804` with `what` ("argument of WHERE") and both types.
    func coerce(
        _ expression: BoundExpression, to type: SQLType, as what: String, at span: SourceSpan?
    ) throws(SQLError) -> BoundExpression {
        if expression.type == type { return expression }
        if expression.isUntyped || Casts.implicitCost(from: expression.type, to: type) != nil {
            return try convert(expression, to: type, at: span)
        }
        if case .constant(let value, let from) = expression, let exact = LosslessConstant.convert(value, from, to: type) {
            return .constant(exact, type)
        }
        throw SQLError(
            .datatypeMismatch, "\(what) must be of type \(type), not \(expression.type)", at: span,
            hint: "Write a cast if it is meant so: CAST(… AS \(type)).")
    }

    /// A condition: boolean, or an untyped literal that reads as one.
    func coerceCondition(_ expression: BoundExpression, of what: String, at span: SourceSpan?) throws(SQLError) -> BoundExpression {
        if expression.type == .boolean { return expression }
        if expression.isUntyped { return try convert(expression, to: .boolean, at: span) }
        let hint = expression.type.isNumeric ? "Compare it with something, for example \"… <> 0\"." : nil
        throw SQLError(
            .datatypeMismatch, "argument of \(what) must be of type boolean, not \(expression.type)", at: span, hint: hint)
    }

    /// The type that all of these take, for CASE, COALESCE, VALUES, UNION and arrays; nil if there is none.
    ///
    /// Untyped literals don't vote. An integer literal among decimals counts only the digits it has.
    static func commonType(of expressions: [BoundExpression]) -> SQLType? { looseType(of: expressions)?.settled }

    /// The same, without a type for what none of them gives one.
    static func looseType(of expressions: [BoundExpression]) -> SQLType? {
        let hasDecimal = expressions.contains { $0.type.isDecimal }
        var result = SQLType.null
        for expression in expressions {
            let type = hasDecimal ? expression.decimalType ?? expression.type : expression.type
            if type == .null || type == result { continue }
            guard let next = result == .null ? type : Casts.commonType(result, type) else { return nil }
            result = next
        }
        return result
    }

    /// Brings all to their common type. `spans` are aligned.
    /// - Throws: `42804` "CASE types integer and varchar cannot be matched".
    func unify(_ expressions: [BoundExpression], as what: String, spans: [SourceSpan]) throws(SQLError) -> [BoundExpression] {
        guard let type = Self.commonType(of: expressions) else { throw unmatched(expressions, what, spans) }
        var result: [BoundExpression] = []
        result.reserveCapacity(expressions.count)
        for (expression, span) in zip(expressions, spans) { result.append(try convert(expression, to: type, at: span)) }
        return result
    }

    private func unmatched(_ expressions: [BoundExpression], _ what: String, _ spans: [SourceSpan]) -> SQLError {
        let typed = expressions.indices.filter { !expressions[$0].isUntyped }
        let first = typed.first ?? 0
        let other = typed.first { Self.commonType(of: [expressions[first], expressions[$0]]) == nil } ?? typed.last ?? first
        return SQLError(
            .datatypeMismatch, "\(what) types \(expressions[first].type) and \(expressions[other].type) cannot be matched",
            at: spans[other], hint: "Cast one of them to the type of the other.")
    }

    /// Computes an expression that reads no column.
    func constantValue(_ expression: BoundExpression) throws(SQLError) -> Value {
        if case .constant(let value, _) = expression { return value }
        return try evaluate(expression)
    }

    /// The expression computed now, if it reads nothing, never changes and doesn't fail.
    func folded(_ expression: BoundExpression) -> BoundExpression {
        if expression.isConstant { return expression }
        let needsRows = expression.contains {
            switch $0 {
            case .column, .subquery, .lambda: true
            default: false
            }
        }
        guard !needsRows, isImmutable(expression), let value = try? evaluate(expression) else { return expression }
        return .constant(value, expression.type)
    }

    /// Whether the same columns always give the same value, whatever the session.
    func isImmutable(_ expression: BoundExpression) -> Bool {
        !expression.contains {
            switch $0 {
            case .call(let call): call.volatility != .immutable
            case .cast(let inner, let type, _, _): Self.dependsOnZone(inner.type, type) || Casts.asksCatalog(from: inner.type, to: type)
            default: false
            }
        }
    }

    private static func dependsOnZone(_ from: SQLType, _ to: SQLType) -> Bool { from.isZoned != to.isZoned }
}

extension BoundExpression {
    /// The smallest decimal that holds an integer constant, or the decimal that holds every value of an integer type.
    var decimalType: SQLType? {
        if case .constant(.integer(let number), let type) = self, type.isInteger {
            return .decimal(precision: String(number.magnitude).utf8.count, scale: 0)
        }
        switch type {
        case .decimal: return type
        case .tinyint: return .decimal(precision: 3, scale: 0)
        case .smallint: return .decimal(precision: 5, scale: 0)
        case .integer: return .decimal(precision: 10, scale: 0)
        case .bigint: return .decimal(precision: 19, scale: 0)
        default: return nil
        }
    }
}
