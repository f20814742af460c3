/// The parameters `$1`, `$2`, … of one statement: their types, as soon as something gives them one, and their values.

import LodeCore
import LodePlan

/// While a statement is prepared there are no values: a parameter whose type is not known yet is an untyped constant (the integer of its
/// number), and the first context that wants a type gives it that one for good. When it is executed every parameter is a typed constant.
///
/// - Source: PostgreSQL, "PREPARE": "a parameter whose data type is … unknown [is] inferred from the context in which [it] is first
///   referenced".
package final class ParameterList {
    /// By position, from 0; nil as long as nothing is known.
    package private(set) var types: [SQLType?]
    /// Nil while only types are asked for.
    private let values: [Value]?
    /// Whether the plan is to be kept, and given values each time that it runs.
    private let isKept: Bool

    /// Parameters of which only types are asked; those that are known come first.
    package init(types: [SQLType?]) {
        self.types = types
        values = nil
        isKept = false
    }

    /// Parameters of a plan that is kept.
    package init(kept types: [SQLType]) {
        self.types = types
        values = nil
        isKept = true
    }

    /// Parameters with values.
    package init(_ values: [Value], types: [SQLType]) {
        self.types = types
        self.values = values
        isKept = false
    }

    /// The most parameters that a statement may have: the wire counts them in 16 bits.
    package static let maximumCount = 65_535

    /// The parameter as an expression.
    /// - Throws: `42P02` if there is no such parameter.
    func expression(_ number: Int, at span: SourceSpan) throws(SQLError) -> BoundExpression {
        guard number >= 1, number <= Self.maximumCount, (values == nil && !isKept) || number <= types.count else {
            throw SQLError(.undefinedParameter, "there is no parameter $\(number)", at: span)
        }
        while types.count < number { types.append(nil) }
        guard let type = types[number - 1] else { return .constant(.integer(Int64(number)), .null) }
        if isKept { return .parameter(number, type) }
        return .constant(values?[number - 1] ?? .null, type)
    }

    /// Gives a parameter its type, if it has none yet.
    func determine(_ number: Int64, _ type: SQLType) {
        guard number >= 1, number <= types.count else { return }
        if types[Int(number) - 1] == nil { types[Int(number) - 1] = type }
    }
}
