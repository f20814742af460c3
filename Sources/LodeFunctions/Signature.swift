/// Which argument types a function takes.

import LodeCore

/// One parameter's demand on the type of its argument.
package enum ParameterType: Hashable, Sendable {
    /// This type, or one that casts to it implicitly.
    case exact(SQLType)
    /// Any decimal, whose precision and scale are kept.
    case anyDecimal
    /// Anything at all, kept as it is.
    case any
    /// Arguments under the same letter are brought to one common type.
    case same(Character)
    /// A list; its element type is under the letter.
    case list(of: Character)
    /// A map; key and value types are under the letters.
    case map(key: Character, value: Character)
    /// Any list, map or struct.
    case anyNested
    /// A lambda of this many parameters, for functions such as `transform`.
    case lambda(parameters: Int)
}

/// The parameters of one overload.
package struct Signature: Hashable, Sendable {
    package var parameters: [ParameterType]
    /// How many of the last parameters may be left out.
    package var optional: Int
    /// What any further arguments must be; nil if there may be none.
    package var variadic: ParameterType?

    package init(_ parameters: [ParameterType], optional: Int = 0, variadic: ParameterType? = nil) {
        self.parameters = parameters
        self.optional = optional
        self.variadic = variadic
    }

    package func accepts(count: Int) -> Bool {
        count >= parameters.count - optional && (count <= parameters.count || variadic != nil)
    }
}

extension ParameterType {
    package static var text: ParameterType { .exact(.varchar) }
    package static var bigint: ParameterType { .exact(.bigint) }
    package static var integer: ParameterType { .exact(.integer) }
    package static var double: ParameterType { .exact(.double) }
    package static var boolean: ParameterType { .exact(.boolean) }
    package static var date: ParameterType { .exact(.date) }
    package static var timestamp: ParameterType { .exact(.timestamp) }
    package static var timestamptz: ParameterType { .exact(.timestamptz) }
    package static var interval: ParameterType { .exact(.interval) }
}
