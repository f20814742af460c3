/// Choosing among the overloads of a function: exact matches first, then the nearest implicit casts.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// A call of a scalar function or operator by its registered name.
    /// - Throws: `42883` with what there is, `42725` if two overloads fit equally well.
    func call(_ name: String, _ arguments: [BoundExpression], at span: SourceSpan) throws(SQLError) -> BoundExpression {
        guard let function = FunctionRegistry.scalars[name] else {
            throw SQLError(.undefinedFunction, "function \(name) does not exist", at: span)
        }
        return try call(function, as: name, arguments, at: span)
    }

    func call(
        _ function: ScalarFunction, as name: String, _ arguments: [BoundExpression], at span: SourceSpan
    ) throws(SQLError) -> BoundExpression {
        let arguments = try besideOthers(arguments, at: span)
        let bound: BoundScalar, types: [SQLType]
        do throws(SQLError) {
            (bound, types) = try choose(
                function.overloads, name, arguments.map { .value($0) }, at: span, signature: { $0.signature },
                bind: { (overload, types) throws(SQLError) in try overload.bind(types) })
        } catch {
            // Literals without type may be of the type of the others: greatest(day, '2024-01-31').
            guard error.state == .undefinedFunction, arguments.contains(where: { $0.isUntypedLiteral }),
                let type = Self.commonType(of: arguments), type != .varchar
            else { throw error }
            let typed = try arguments.map { (a) throws(SQLError) in a.isUntyped ? try convert(a, to: type, at: span) : a }
            return try call(function, as: name, typed, at: span)
        }
        let converted = try convert(arguments, to: bound.parameters, else: types, at: span)
        return .call(
            ScalarCall(
                name: function.name, function: bound, volatility: function.volatility, isStrict: function.isStrict && !bound.takesNull,
                arguments: converted, span: span))
    }

    /// Arguments as the kernel takes them. What the kernel leaves open takes the type that was matched.
    func convert(
        _ arguments: [BoundExpression], to parameters: [SQLType], else types: [SQLType], at span: SourceSpan?
    ) throws(SQLError) -> [BoundExpression] {
        var result: [BoundExpression] = []
        result.reserveCapacity(arguments.count)
        for (index, argument) in arguments.enumerated() {
            let wanted = index < parameters.count ? parameters[index] : index < types.count ? types[index] : argument.type
            result.append(try convert(argument, to: wanted.settled, at: span))
        }
        return result
    }

    /// The overload that fits best, bound for these arguments.
    func choose<Overload, Bound>(
        _ overloads: [Overload], _ name: String, _ arguments: [CallArgument], at span: SourceSpan,
        signature: (Overload) -> Signature, bind: (Overload, [SQLType]) throws(SQLError) -> Bound
    ) throws(SQLError) -> (Bound, [SQLType]) {
        var matches: [(overload: Overload, match: SignatureMatch)] = []
        for overload in overloads {
            if let match = SignatureMatch(signature(overload), arguments) { matches.append((overload, match)) }
        }
        matches.sort { $0.match.cost < $1.match.cost }
        var refusal: SQLError?
        for (index, candidate) in matches.enumerated() {
            if index + 1 < matches.count, matches[index + 1].match.cost == candidate.match.cost,
                matches[index + 1].match.types != candidate.match.types, refusal == nil
            {
                throw ambiguous(name, arguments, matches.map { signature($0.overload) }, at: span)
            }
            do throws(SQLError) {
                return (try bind(candidate.overload, candidate.match.types), candidate.match.types)
            } catch {
                if error.state != .undefinedFunction { throw error.at(span) }
                refusal = refusal ?? error
            }
        }
        // A name works wherever text does, an oid wherever an integer does.
        if let plain = Self.plain(arguments) { return try choose(overloads, name, plain, at: span, signature: signature, bind: bind) }
        throw unknownOverload(name, arguments, overloads.map(signature), refusal, at: span)
    }

    /// The arguments without catalog types; nil if there are none.
    private static func plain(_ arguments: [CallArgument]) -> [CallArgument]? {
        var isChanged = false
        let plain = arguments.map { argument -> CallArgument in
            guard case .value(let expression) = argument, expression.type != expression.type.stored else { return argument }
            isChanged = true
            return .value(.cast(expression, to: expression.type.stored, isTry: false, nil))
        }
        return isChanged ? plain : nil
    }

    private func ambiguous(_ name: String, _ arguments: [CallArgument], _ signatures: [Signature], at span: SourceSpan) -> SQLError {
        SQLError(
            .ambiguousFunction, "function \(name)(\(Self.typeList(arguments))) is not unique", at: span,
            detail: "It could be " + signatures.prefix(4).map { "\(name)(\($0.text))" }.joined(separator: " or ") + ".",
            hint: "Cast the arguments to say which one is meant.")
    }

    private func unknownOverload(
        _ name: String, _ arguments: [CallArgument], _ signatures: [Signature], _ refusal: SQLError?, at span: SourceSpan
    ) -> SQLError {
        let isSymbol = !(name.unicodeScalars.first?.properties.isAlphabetic ?? true)
        let types = arguments.map(Self.typeText)
        let message: String
        if isSymbol {
            message = "operator does not exist: " + (types.count == 2 ? "\(types[0]) \(name) \(types[1])" : "\(name) \(types.joined())")
        } else {
            message = "function \(name)(\(types.joined(separator: ", "))) does not exist"
        }
        let described = signatures.filter { !$0.isOpen }
        return SQLError(
            .undefinedFunction, message, at: span,
            detail: isSymbol || described.isEmpty
                ? nil : "There is " + described.prefix(6).map { "\(name)(\($0.text))" }.joined(separator: ", ") + ".",
            hint: Self.castHint(name, arguments) ?? refusal?.hint ?? "Cast the arguments to types that it takes.")
    }

    /// Hints for what people try most often.
    private static func castHint(_ name: String, _ arguments: [CallArgument]) -> String? {
        let types = arguments.compactMap(\.expression?.type)
        guard types.count == 2 else { return nil }
        if name == "+", types.contains(where: \.isText) { return "Texts are joined with ||." }
        if name == "||" { return "Cast the other operand to varchar, or use concat()." }
        if types.contains(where: \.isTemporal), types.contains(where: \.isInteger), name == "+" || name == "-" {
            return "Add an interval: \(name) INTERVAL '1 day'."
        }
        let isSymbol = !(name.unicodeScalars.first?.properties.isAlphabetic ?? true)
        if isSymbol, types.contains(where: \.isText), types.contains(where: \.isNumeric) {
            return "Cast the text to a number: CAST(… AS integer)."
        }
        return nil
    }

    static func typeList(_ arguments: [CallArgument]) -> String { arguments.map(typeText).joined(separator: ", ") }

    private static func typeText(_ argument: CallArgument) -> String {
        guard let type = argument.expression?.type else { return "lambda" }
        return type == .null ? "unknown" : type.description
    }
}

extension Signature {
    /// The parameters as text: `varchar, integer [, integer]`.
    var text: String {
        var parts = parameters.enumerated().map { index, parameter in
            index >= parameters.count - optional ? "[\(parameter.text)]" : parameter.text
        }
        if let variadic { parts.append("\(variadic.text)…") }
        return parts.joined(separator: ", ")
    }

    /// Whether it says nothing about types.
    var isOpen: Bool { !parameters.isEmpty && parameters.allSatisfy { $0 == .any } }
}

extension ParameterType {
    var text: String {
        switch self {
        case .exact(let type): type.description
        case .anyDecimal: "decimal"
        case .any: "any"
        case .same(let letter): "\(letter)"
        case .list(let letter): "\(letter)[]"
        case .map(let key, let value): "map(\(key), \(value))"
        case .anyNested: "list, map or struct"
        case .lambda(let count): "lambda of \(count)"
        }
    }
}
