/// Structs are made and taken apart by calls that know the names of fields, which types alone don't give.

import LodeCore
import LodeFunctions
import LodePlan

enum StructValues {
    /// `{'a': x, 'b': y}`, ROW(x, y): each argument is a field.
    static func pack(_ names: [String], _ arguments: [BoundExpression], at span: SourceSpan?) -> BoundExpression {
        let function = StructFunctions.pack(zip(names, arguments).map { Field($0, $1.type) })
        return .call(
            ScalarCall(
                name: "struct_pack", function: function, volatility: .immutable, isStrict: false, arguments: arguments, span: span))
    }

    /// The fields of what `pack` made, if it is that.
    static func parts(of expression: BoundExpression) -> [BoundExpression]? {
        guard case .call(let call) = expression, call.name == "struct_pack", !call.arguments.isEmpty else { return nil }
        return call.arguments
    }

    /// `s.name`: NULL where the struct or the field is. The name is part of the call's, since it tells calls apart.
    static func field(_ index: Int, of operand: BoundExpression, _ field: Field, at span: SourceSpan) throws(SQLError) -> BoundExpression {
        guard let function = StructFunctions.extract(operand.type, at: index) else {
            throw .internalFault("a struct lacks the field \(field.name)", at: span)
        }
        return .call(
            ScalarCall(
                name: BoundExpression.fieldAccessPrefix + field.name, function: function, volatility: .immutable, isStrict: true,
                arguments: [operand],
                span: span))
    }
}
