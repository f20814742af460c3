/// Structs are made and taken apart by kernels that need the names of fields, which types alone don't give.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

enum StructFunctions {
    /// `{'a': x, 'b': y}`, ROW(x, y): each argument is a field.
    static func pack(_ names: [String], _ arguments: [BoundExpression], at span: SourceSpan) -> BoundExpression {
        let type = SQLType.structure(zip(names, arguments).map { Field($0, $1.type) })
        let function = BoundScalar(parameters: arguments.map(\.type), returns: type, canFail: false) { arguments, count, _ throws(SQLError) in
            var children: [Column] = []
            for argument in arguments { children.append(try argument.flattened()) }
            return Column(flat: type, count: count, lanes: try Buffer(byteCount: 0), children: children)
        }
        return .call(ScalarCall(
            name: "struct_pack", function: function, volatility: .immutable, isStrict: false, arguments: arguments, span: span))
    }

    /// `s.name`: NULL where the struct or the field is.
    static func field(_ index: Int, of operand: BoundExpression, _ field: Field, at span: SourceSpan) -> BoundExpression {
        let function = BoundScalar(parameters: [operand.type], returns: field.type, canFail: false) { arguments, count, _ throws(SQLError) in
            let whole = try arguments[0].flattened()
            guard index < whole.children.count else { throw .internalFault("a struct lacks a field") }
            let member = try whole.children[index].flattened()
            return member.replacing(validity: try Validity.and(whole.validityBuffer, member.validityBuffer, count))
        }
        return .call(ScalarCall(
            name: "struct_extract_\(field.name)", function: function, volatility: .immutable, isStrict: true, arguments: [operand],
            span: span))
    }
}
