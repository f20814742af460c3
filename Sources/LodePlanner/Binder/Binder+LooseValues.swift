/// Nested values whose members have no type yet: `[]`, `map {}`, `{'a': NULL}`. They take the types of their surroundings, member by
/// member.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// Binds an expression whose caller gives a type to what has none. From everything else untyped members come as texts.
    func bindLoose(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        switch expression.kind {
        case .row, .array, .structure, .map: try bindNested(expression, scope)
        default: try bind(expression, scope)
        }
    }

    func bindAllLoose(_ expressions: [Expression], _ scope: Scope) throws(SQLError) -> [BoundExpression] {
        var result: [BoundExpression] = []
        result.reserveCapacity(expressions.count)
        for expression in expressions { result.append(try bindLoose(expression, scope)) }
        return result
    }

    /// Arguments of which loose ones have the type of the first other that goes with them, as a whole or as the element of a list.
    func besideOthers(_ arguments: [BoundExpression], at span: SourceSpan) throws(SQLError) -> [BoundExpression] {
        guard arguments.contains(where: \.isLoose) else { return arguments }
        let types = arguments.filter { !$0.type.isLoose }.map(\.type)
        var result: [BoundExpression] = []
        for argument in arguments {
            var type = argument.isLoose ? types.lazy.compactMap { Casts.commonType(argument.type, $0) }.first { !$0.isLoose } : nil
            if type == nil, argument.type == .list(.null) { type = types.first { !$0.isNested }.map { .list($0) } }
            result.append(try type.map { (t) throws(SQLError) in try convert(argument, to: t, at: span) } ?? argument)
        }
        return result
    }

    /// Members that nothing gave a type become texts.
    func tightened(_ expression: BoundExpression) -> BoundExpression {
        // Nothing but NULL and nothing at all is converted, which doesn't fail.
        (try? convert(expression, to: expression.type.settled, at: nil)) ?? expression
    }

    /// A nested value as it is written, at `type`; nil if it is not written out.
    /// - Throws: what converting its other members raises.
    func filled(_ expression: BoundExpression, with type: SQLType, at span: SourceSpan?) throws(SQLError) -> BoundExpression? {
        switch expression {
        case .constant(let value, let from):
            return try filled(value, from, with: type, at: span).map { .constant($0, type) }
        case .call(let call):
            if let parts = StructValues.parts(of: expression), case .structure(let given) = expression.type,
                case .structure(let wanted) = type, let places = Casts.fieldSources(of: wanted, in: given)
            {
                var members: [BoundExpression] = []
                for (place, field) in zip(places, wanted) {
                    members.append(try place.map { (p) throws(SQLError) in try convert(parts[p], to: field.type, at: span) }
                        ?? .constant(.null, field.type))
                }
                return StructValues.pack(wanted.map(\.name), members, at: span ?? call.span)
            }
            guard SpelledFunctions.list.contains(call.name), case .list(let wanted) = type, let place = span ?? call.span else {
                return nil
            }
            if call.arguments.isEmpty { return .constant(.list([]), type) }
            let elements = try call.arguments.map { (e) throws(SQLError) in try convert(e, to: wanted, at: span) }
            return try callNested(SpelledFunctions.list, "an array of computed values", elements, at: place)
        default: return nil
        }
    }

    private func filled(_ value: Value, _ from: SQLType, with type: SQLType, at span: SourceSpan?) throws(SQLError) -> Value? {
        switch (value, from, type) {
        case (.null, _, _): return value
        case (.list(let members), .list(let element), .list(let wanted)):
            return try filled(members, element, wanted, span).map { .list($0) }
        case (.map(let entries), .map(let key, let value), .map(let wantedKey, let wantedValue)):
            guard let keys = try filled(entries.map(\.key), key, wantedKey, span),
                let values = try filled(entries.map(\.value), value, wantedValue, span)
            else { return nil }
            return .map(zip(keys, values).map { Value.MapEntry(key: $0, value: $1) })
        default: return nil
        }
    }

    private func filled(_ members: [Value], _ from: SQLType, _ type: SQLType, _ span: SourceSpan?) throws(SQLError) -> [Value]? {
        var result: [Value] = []
        result.reserveCapacity(members.count)
        for member in members {
            guard case .constant(let known, _) = try convert(.constant(member, from), to: type, at: span) else { return nil }
            result.append(known)
        }
        return result
    }
}
