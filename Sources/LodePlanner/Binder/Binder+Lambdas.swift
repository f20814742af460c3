/// Lambdas: their parameters take the types of what the function goes over.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// A call of a function that takes a lambda, such as `list_transform(list, x -> x + 1)`.
    func bindLambdaCall(
        _ function: ScalarFunction, _ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        var arguments: [CallArgument] = []
        for argument in call.arguments {
            if case .lambda(let parameters, _) = argument.value.kind {
                arguments.append(.lambda(parameters: parameters.count))
            } else {
                arguments.append(.value(try bindSettled(argument.value, scope)))
            }
        }
        let values = arguments.map(\.expression)
        var types: [SQLType] = [], bound: [BoundExpression] = []
        for (index, argument) in call.arguments.enumerated() {
            if let value = values[index] {
                bound.append(value)
            } else if case .lambda(let parameters, let body) = argument.value.kind {
                let given = Self.parameterTypes(values.compactMap { $0?.type }, parameters.count)
                guard given.count == parameters.count else {
                    throw SQLError(
                        .undefinedFunction,
                        "the lambda of \(name) has \(parameters.count) parameters, but \(given.count) values are given to it",
                        at: argument.value.span)
                }
                let columns = zip(parameters, given).map { PlanColumn(ids.fresh(), $0.text, $1) }
                let inner = Scope(
                    parent: scope, from: FromScope(relation: "", path: [], columns: columns), block: scope.block, clause: scope.clause,
                    isLambda: true)
                bound.append(.lambda(columns, body: try bindSettled(body, inner)))
            }
            types.append(bound[index].type)
        }
        let signatures = function.overloads.filter { SignatureMatch($0.signature, arguments) != nil }
        guard let overload = signatures.first else {
            let (_, _) = try choose(
                function.overloads, name, arguments, at: span, signature: { $0.signature },
                bind: { (overload, types) throws(SQLError) in try overload.bind(types) })
            throw .internalFault("a lambda's function has no overload", at: span)
        }
        let chosen: BoundScalar
        do throws(SQLError) { chosen = try overload.bind(types) } catch { throw error.at(span) }
        var converted: [BoundExpression] = []
        for (index, argument) in bound.enumerated() {
            if case .lambda(let parameters, let body) = argument, index < chosen.parameters.count {
                converted.append(.lambda(parameters, body: try convert(body, to: chosen.parameters[index], at: span)))
            } else {
                converted.append(index < chosen.parameters.count ? try convert(argument, to: chosen.parameters[index], at: span) : argument)
            }
        }
        return .call(
            ScalarCall(
                name: function.name, function: chosen, volatility: function.volatility, isStrict: function.isStrict, arguments: converted,
                span: span))
    }

    /// What a lambda is given: the elements of the list with their position, or keys and values; a fold starts from its first value.
    private static func parameterTypes(_ values: [SQLType], _ count: Int) -> [SQLType] {
        guard let first = values.first else { return [] }
        switch first {
        case .list(let element) where values.count > 1 && count == 2: return [values[1], element]
        case .list(let element): return Array([element, .bigint].prefix(count))
        case .map(let key, let value): return Array([key, value].prefix(count))
        default: return []
        }
    }
}
