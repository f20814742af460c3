/// Function calls: which kind of function a name is, and its arguments.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindCall(_ call: FunctionCall, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let name = try functionName(call)
        if call.over != nil { return try bindWindowCall(name, call, span, scope) }
        if let result = try bindConditionalCall(name, call, span, scope) {
            try refuseExtras(call, name, span)
            return result
        }
        if name == "merge_action", call.arguments.isEmpty {
            if let mergeAction { return mergeAction }
            throw SQLError(.wrongObjectType, "MERGE_ACTION() can only be used in the RETURNING list of a MERGE command", at: span)
        }
        if let list = try bindSet(name, call, span, scope) { return try bindRows(list, name, span, scope) }
        if let aggregate = FunctionRegistry.aggregates[name] {
            return try bindAggregate(aggregate, name, call, span, scope)
        }
        if let function = FunctionRegistry.scalars[name] {
            try refuseExtras(call, name, span)
            return try bindScalarCall(function, name, call, span, scope)
        }
        if FunctionRegistry.windows[name] != nil {
            throw SQLError(
                .windowingError, "window function \(name) requires an OVER clause", at: span,
                hint: "For example \(name)(…) OVER (ORDER BY …).")
        }
        throw unknownFunction(name, call, span, scope)
    }

    /// The function's name in lower case; a schema may only be that of the built-in functions.
    func functionName(_ call: FunctionCall) throws(SQLError) -> String {
        let schema = call.name.qualifiers.map { $0.text.lowercased() }.joined(separator: ".")
        let isStandard = schema == "information_schema" && call.name.last.text.hasPrefix("_pg_")
        guard isStandard || ["", "pg_catalog", "main", "system", "system.main"].contains(schema) else {
            throw SQLError(
                .undefinedFunction, "function \(call.name.text) does not exist", at: call.name.span,
                hint: "Functions are built in and have no schema.")
        }
        return call.name.last.text.lowercased()
    }

    func bindScalarCall(
        _ function: ScalarFunction, _ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope
    ) throws(SQLError) -> BoundExpression {
        for argument in call.arguments {
            if let label = argument.name {
                throw .unsupported("a named argument of \(name)", at: label.span, hint: "Give the arguments of \(name) by position.")
            }
        }
        let takesLambda = function.overloads.contains { $0.signature.parameters.contains { if case .lambda = $0 { true } else { false } } }
        if takesLambda { return try bindLambdaCall(function, name, call, span, scope) }
        var arguments: [BoundExpression] = []
        for argument in call.arguments { arguments.append(try bindArgument(argument.value, scope)) }
        return try self.call(function, as: name, arguments, at: span)
    }

    /// An argument that is no lambda: `a -> 'key'` is the JSON operator then.
    func bindArgument(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        try bindLoose(expression.withoutArrow, scope)
    }

    /// Refuses what only aggregates and window functions may have.
    func refuseExtras(_ call: FunctionCall, _ name: String, _ span: SourceSpan) throws(SQLError) {
        let extra: String
        if call.isDistinct {
            extra = "DISTINCT"
        } else if !call.orderBy.isEmpty {
            extra = "ORDER BY"
        } else if !call.withinGroup.isEmpty {
            extra = "WITHIN GROUP"
        } else if call.filter != nil {
            extra = "FILTER"
        } else if let nulls = call.nulls {
            extra = nulls.rawValue
        } else {
            return
        }
        throw SQLError(.wrongObjectType, "\(extra) specified, but \(name) is not an aggregate function", at: span)
    }

    private func unknownFunction(_ name: String, _ call: FunctionCall, _ span: SourceSpan, _ scope: Scope) -> SQLError {
        var types: [String] = []
        for argument in call.arguments {
            guard let type = try? bind(argument.value, scope).type else { break }
            types.append(type == .null ? "unknown" : type.description)
        }
        let shown = types.count == call.arguments.count ? types.joined(separator: ", ") : "…"
        let known = Self.functionNames
        let near = NearestName.find(name, among: known)
        return SQLError(
            .undefinedFunction, "function \(name)(\(shown)) does not exist", at: call.name.span,
            hint: resolver.isFileFunction(name) ? "\(name) gives rows: call it in FROM." : near.map { "Did you mean \"\($0)\"?" })
    }

    private static let functionNames: [String] =
        (Array(FunctionRegistry.scalars.keys) + FunctionRegistry.sets.keys + FunctionRegistry.aggregates.keys
        + FunctionRegistry.windows.keys + ["coalesce", "nullif", "ifnull", "nvl", "if", "try", "unnest"])
        .filter { $0.unicodeScalars.first?.properties.isAlphabetic ?? false }.sorted()
}
