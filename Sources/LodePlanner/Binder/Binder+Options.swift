/// The arguments of functions that take files: constants, bare words and bare types.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The value of an option. There is no column in sight, so a bare word is a string and a bare type is its name, at any
    /// depth: `delim = tab`, `columns = {'a': bigint, 'b': decimal(10, 2)}`, `names = [a, b]`.
    ///
    /// Structs become maps from text, since a value alone does not have its fields' names.
    func bindOption(_ expression: Expression, _ scope: Scope) throws(SQLError) -> Value {
        switch expression.kind {
        case .name(let name) where name.parts.count == 1: return .text(name.last.text)
        case .structure(let entries):
            var members: [Value.MapEntry] = []
            for entry in entries { members.append(.init(key: .text(entry.name.text), value: try bindOption(entry.value, scope))) }
            return .map(members)
        case .map(let entries):
            var members: [Value.MapEntry] = []
            for entry in entries { members.append(.init(key: try bindOption(entry.key, scope), value: try bindOption(entry.value, scope))) }
            return .map(members)
        case .array(let items):
            var values: [Value] = []
            for item in items { values.append(try bindOption(item, scope)) }
            return .list(values)
        case .call:
            // `decimal(10, 2)` reads as a call.
            if let name = Self.typeName(expression), let type = try? TypeBinder.type(name) { return .text("\(type)") }
        default: break
        }
        let bound = settle(try bind(expression, scope))
        do throws(SQLError) {
            return try optionValue(bound)
        } catch {
            throw error.at(expression.span)
        }
    }

    /// The type that a name or a call would be where a type stands: `bigint`, `decimal(10, 2)`, `map(varchar, array(int))`.
    private static func typeName(_ expression: Expression) -> TypeName? {
        switch expression.kind {
        case .name(let name): return TypeName(.named(name, []), span: expression.span)
        case .call(let call):
            let inner = call.arguments.compactMap { $0.name == nil ? typeName($0.value) : nil }
            switch (call.name.last.text.lowercased(), inner.count) {
            case ("list", 1), ("array", 1): return TypeName(.list(inner[0], size: nil), span: expression.span)
            case ("map", 2): return TypeName(.map(key: inner[0], value: inner[1]), span: expression.span)
            default: break
            }
            var numbers: [TypeArgument] = []
            for argument in call.arguments {
                guard case .literal(.number(let digits)) = argument.value.kind, let number = Int(digits) else { return nil }
                numbers.append(.number(number))
            }
            return TypeName(.named(call.name, numbers), span: expression.span)
        default: return nil
        }
    }

    private func optionValue(_ bound: BoundExpression) throws(SQLError) -> Value {
        guard case .structure(let fields) = bound.type else { return try constantValue(bound) }
        guard case .structure(let values) = try constantValue(bound) else { return .null }
        return .map(zip(fields, values).map { Value.MapEntry(key: .text($0.name), value: $1) })
    }
}
