/// Expressions that take fields out of structs.

import LodeCore

extension BoundExpression {
    /// The name that calls which extract a field have before the field's.
    package static let fieldAccessPrefix = "struct_extract_"

    /// A column and the names that lead from it into structs, if the expression is nothing but that: `s.a.b`.
    package var fieldPath: (column: ColumnID, path: [String])? {
        guard case .call(let call) = self, call.name.hasPrefix(Self.fieldAccessPrefix), call.arguments.count == 1 else { return nil }
        let name = String(call.name.dropFirst(Self.fieldAccessPrefix.count))
        if case .column(let id, _) = call.arguments[0] { return (id, [name]) }
        guard let (id, path) = call.arguments[0].fieldPath else { return nil }
        return (id, path + [name])
    }
}

extension SQLType {
    /// The type of the field that a path of names leads to; nil if there is none.
    package func field(at path: [String]) -> SQLType? {
        var type = self
        for name in path {
            guard case .structure(let fields) = type, let field = fields.first(where: { $0.name == name }) else { return nil }
            type = field.type
        }
        return type
    }
}
