/// Lists, structs, maps and rows: making them and taking them apart.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    func bindNested(_ expression: Expression, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let span = expression.span
        switch expression.kind {
        case .row(let elements):
            let parts = try bindRow(elements, scope)
            return StructValues.pack(parts.indices.map { "f\($0 + 1)" }, parts, at: span)
        case .array(let elements): return try bindArray(elements, span, scope)
        case .structure(let entries):
            var parts: [BoundExpression] = []
            for entry in entries { parts.append(typed(try bindLoose(entry.value, scope))) }
            let names = entries.map(\.name.text)
            if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
                throw SQLError(.duplicateColumn, "field \"\(names[twice])\" occurs twice", at: entries[twice].name.span)
            }
            return StructValues.pack(names, parts, at: span)
        case .map(let entries): return try bindMap(entries, span, scope)
        case .element(let base, let index): return try bindElement(base, index, span, scope)
        case .slice(let slice): return try bindSlice(slice, span, scope)
        case .field(let base, let name): return try fieldAccess(try bind(base, scope), name)
        default: throw .internalFault("not a nested value", at: span)
        }
    }

    /// The elements of a row value; `t.*` is all columns of a table.
    private func bindRow(_ elements: [Expression], _ scope: Scope) throws(SQLError) -> [BoundExpression] {
        var parts: [BoundExpression] = []
        for element in elements {
            let part = typed(try bindLoose(element, scope))
            if case .star = element.kind, let columns = StructValues.parts(of: part) { parts += columns } else { parts.append(part) }
        }
        return parts
    }

    /// Of the members of a nested value, quoted literals are texts; NULL may still take a type.
    private func typed(_ member: BoundExpression) -> BoundExpression { member.isUntypedLiteral ? settle(member) : member }

    /// `base.name` of a struct, or of json.
    func fieldAccess(_ base: BoundExpression, _ name: Identifier) throws(SQLError) -> BoundExpression {
        if base.type == .json { return try call("->", [base, .constant(.text(name.text), .varchar)], at: name.span) }
        guard case .structure(let fields) = base.type else {
            throw SQLError(
                .datatypeMismatch, "field \"\(name.text)\" is taken of a \(base.type), which is no struct", at: name.span)
        }
        let exact = fields.firstIndex { $0.name == name.text }
        let folded = name.text.lowercased()
        guard let index = exact ?? fields.firstIndex(where: { $0.name.lowercased() == folded }) else {
            throw SQLError(
                .undefinedColumn, "field \"\(name.text)\" does not exist", at: name.span,
                detail: "Fields: \(Self.shown(fields.map(\.name))).",
                hint: NearestName.find(name.text, among: fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
        }
        return try StructValues.field(index, of: base, fields[index], at: name.span)
    }

    private func bindArray(_ elements: [Expression], _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let (items, type) = try members(elements, scope, of: "ARRAY")
        if let values = Self.constants(items) { return .constant(.list(values), .list(type)) }
        return try callNested(SpelledFunctions.list, "an array of computed values", items, at: span)
    }

    /// The elements of an array, or the keys or values of a map, and their type, which may be loose.
    private func members(_ elements: [Expression], _ scope: Scope, of what: String) throws(SQLError) -> ([BoundExpression], SQLType) {
        let items = try bindAllLoose(elements, scope)
        if !items.contains(where: \.isUntypedLiteral), let type = Self.looseType(of: items), type.isLoose {
            return (try items.map { (i) throws(SQLError) in try convert(i, to: type, at: nil) }, type)
        }
        let typed = try unify(items, as: what, spans: elements.map(\.span))
        return (typed, typed.first?.type ?? .null)
    }

    private static func constants(_ items: [BoundExpression]) -> [Value]? {
        var values: [Value] = []
        for item in items {
            guard case .constant(let value, _) = item else { return nil }
            values.append(value)
        }
        return values
    }

    private func bindMap(_ entries: [MapEntry], _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        let (keys, keyType) = try members(entries.map(\.key), scope, of: "MAP")
        let (values, valueType) = try members(entries.map(\.value), scope, of: "MAP")
        let type = SQLType.map(key: keyType, value: valueType)
        if let keyConstants = Self.constants(keys), let valueConstants = Self.constants(values) {
            if Set(keyConstants).count < keyConstants.count {
                throw SQLError(.invalidParameterValue, "map keys must be unique", at: span)
            }
            if keyConstants.contains(.null) { throw SQLError(.invalidParameterValue, "map keys must not be NULL", at: span) }
            return .constant(.map(zip(keyConstants, valueConstants).map { Value.MapEntry(key: $0, value: $1) }), type)
        }
        let lists = [
            try callNested(SpelledFunctions.list, "a map of computed keys", keys.map(settle), at: span),
            try callNested(SpelledFunctions.list, "a map of computed values", values.map(settle), at: span),
        ]
        return try callNested(["map", "map_from_arrays"], "a map of computed values", lists, at: span)
    }

    private func bindElement(_ base: Expression, _ index: Expression, _ span: SourceSpan, _ scope: Scope) throws(SQLError)
        -> BoundExpression
    {
        let operand = try bind(base, scope)
        let position = try bind(index, scope)
        switch operand.type.base {
        case .json: return try call("->", [operand, settle(position)], at: span)
        case .structure:
            guard case .constant(.text(let name), _) = position else {
                throw SQLError(.datatypeMismatch, "a field of a struct is named by a string", at: index.span)
            }
            return try fieldAccess(operand, Identifier(name.string, isQuoted: true, span: index.span))
        case .map(let key, _):
            let typed = try coerce(position, to: key, as: "the key of the map", at: index.span)
            return try callNested(SpelledFunctions.mapElement, "taking an entry of a map", [operand, typed], at: span)
        case .list, .varchar, .char:
            var typed = try coerce(position, to: .bigint, as: "a subscript", at: index.span)
            // PostgreSQL counts the elements of its vectors from 0.
            if case .catalog(let type) = operand.type, type.isVector {
                typed = try call("+", [typed, .constant(.integer(1), .bigint)], at: index.span)
            }
            return try callNested(SpelledFunctions.listElement, "taking an element of a list", [operand, typed], at: span)
        default:
            throw SQLError(
                .datatypeMismatch, "cannot subscript type \(operand.type)", at: span,
                hint: "Subscripts are for lists, maps, structs, json and texts.")
        }
    }

    private func bindSlice(_ slice: Slice, _ span: SourceSpan, _ scope: Scope) throws(SQLError) -> BoundExpression {
        if slice.step != nil { throw .unsupported("a slice with a step", at: span) }
        var arguments = [try bindSettled(slice.base, scope)]
        for (bound, missing) in [(slice.lower, Int64(1)), (slice.upper, Int64(Int32.max))] {
            guard let bound else {
                arguments.append(.constant(.integer(missing), .bigint))
                continue
            }
            arguments.append(try coerce(try bind(bound, scope), to: .bigint, as: "a slice bound", at: bound.span))
        }
        return try callNested(SpelledFunctions.slice, "a slice", arguments, at: span)
    }

    /// The first of `names` that is a function.
    /// - Throws: `0A000` if none is.
    func callNested(_ names: [String], _ what: String, _ arguments: [BoundExpression], at span: SourceSpan) throws(SQLError)
        -> BoundExpression
    {
        guard let name = names.first(where: { FunctionRegistry.scalars[$0] != nil }) else { throw .unsupported(what, at: span) }
        return try call(name, arguments, at: span)
    }
}
