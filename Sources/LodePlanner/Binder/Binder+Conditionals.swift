/// What computes only the branch that it takes: CASE, COALESCE, NULLIF, IF and TRY; and casts.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindCase(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        guard case .caseWhen(let written) = expression.kind else { throw .internalFault("not a CASE", at: expression.span) }
        let operand = try written.operand.map { (e) throws(SQLError) in try bind(e, scope) }
        if let operand, written.branches.count > 1 { try refuseTwice(operand, "CASE", at: expression.span) }
        var conditions: [BoundExpression] = [], results: [BoundExpression] = [], spans: [SourceSpan] = []
        for branch in written.branches {
            if let operand {
                conditions.append(try compare(.equal, operand, try bind(branch.when, scope), at: branch.when.span))
            } else {
                conditions.append(try bindCondition(branch.when, scope, of: "CASE/WHEN"))
            }
            results.append(try bindLoose(branch.then, scope))
            spans.append(branch.then.span)
        }
        results.append(try written.otherwise.map { (e) throws(SQLError) in try bindLoose(e, scope) } ?? .constant(.null, .null))
        spans.append(written.otherwise?.span ?? expression.span)
        return .conditional(conditions, try unify(results, as: "CASE", spans: spans))
    }

    /// Functions that are not kernels, since they compute only some of their arguments; nil if `name` is none.
    func bindConditionalCall(_ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression?
    {
        let arguments = call.arguments.map(\.value.withoutArrow), spans = arguments.map(\.span)
        switch name {
        case "coalesce", "ifnull", "nvl":
            guard name == "coalesce" ? !arguments.isEmpty : arguments.count == 2 else {
                throw wrongCount(name, name == "coalesce" ? "one or more" : "2", span)
            }
            let parts = try unify(try bindAllLoose(arguments, scope), as: "COALESCE", spans: spans)
            return parts.count == 1 ? parts[0] : .coalesce(parts, parts[0].type)
        case "nullif":
            guard arguments.count == 2 else { throw wrongCount(name, "2", span) }
            var value = try bind(arguments[0], scope)
            let other = try bind(arguments[1], scope)
            value = value.isUntyped && !other.isUntyped ? try convert(value, to: other.type, at: spans[0]) : settle(value)
            try refuseTwice(value, "NULLIF", at: spans[0])
            let equal = try compare(.equal, value, other, at: span)
            return .conditional([equal], [.constant(.null, value.type), value])
        case "if", "iff", "iif", "nvl2":
            guard arguments.count == 3 || (name == "if" && arguments.count == 2) else { throw wrongCount(name, "3", span) }
            let first =
                name == "nvl2"
                ? BoundExpression.not(.isNull(try bindSettled(arguments[0], scope))) : try bindCondition(arguments[0], scope, of: name)
            var results = [try bindLoose(arguments[1], scope)]
            results.append(arguments.count == 3 ? try bindLoose(arguments[2], scope) : .constant(.null, .null))
            return .conditional([first], try unify(results, as: name, spans: [spans[1], spans.last ?? span]))
        case "try":
            guard arguments.count == 1 else { throw wrongCount(name, "1", span) }
            return .attempt(try bindSettled(arguments[0], scope))
        default: return nil
        }
    }

    private func wrongCount(_ name: String, _ count: String, _ span: SourceSpan) -> SQLError {
        SQLError(.undefinedFunction, "\(name) takes \(count) argument\(count == "1" ? "" : "s")", at: span)
    }

    /// An explicit cast. Literals are converted here, so that a bad one is found before anything runs.
    func cast(
        _ operand: BoundExpression, to type: SQLType, isTry: Bool, at span: SourceSpan, operandAt: SourceSpan
    ) throws(SQLError) -> BoundExpression {
        if operand.type == type { return operand }
        if operand.isUntyped {
            if !isTry { return try convert(operand, to: type, at: operandAt) }
            // Members that can't be converted are NULL, as they are in columns.
            if type.isNested, operand.untypedText != nil { return .cast(settle(operand), to: type, isTry: true, span) }
            do throws(SQLError) {
                return try convert(operand, to: type, at: operandAt)
            } catch {
                guard error.state.rawValue.hasPrefix("22") else { throw error }
                return .constant(.null, type)
            }
        }
        guard Casts.kernel(from: operand.type, to: type, isTry: isTry) != nil else {
            throw SQLError(.cannotCoerce, "cannot cast type \(operand.type) to \(type)", at: span)
        }
        return .cast(operand, to: type, isTry: isTry, span)
    }
}

extension BoundExpression {
    /// CASE with as many conditions as results but one: the last result is the ELSE.
    static func conditional(_ conditions: [BoundExpression], _ results: [BoundExpression]) -> BoundExpression {
        let branches = zip(conditions, results).map { Branch(condition: $0, result: $1) }
        let otherwise = results[results.count - 1]
        return .conditional(branches, otherwise: otherwise, otherwise.type)
    }
}
