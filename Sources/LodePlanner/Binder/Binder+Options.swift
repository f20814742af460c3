/// The arguments of functions that take files: constants, bare words and bare types.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The value of an option. There is no column in sight, so a bare word is a text and a bare type is its name, at any
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
            if let type = try? TypeNames.type(Parser.parseType(Printer.sql(expression))) { return .text("\(type)") }
        default: break
        }
        let bound = settle(try bind(expression, scope))
        do throws(SQLError) {
            return try optionValue(bound)
        } catch {
            throw error.at(expression.span)
        }
    }

    private func optionValue(_ bound: BoundExpression) throws(SQLError) -> Value {
        guard case .structure(let fields) = bound.type else { return try constantValue(bound) }
        guard case .structure(let values) = try constantValue(bound) else { return .null }
        return .map(zip(fields, values).map { Value.MapEntry(key: .text($0.name), value: $1) })
    }
}
