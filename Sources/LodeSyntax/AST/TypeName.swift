/// Types as they were written; which SQLType they mean is the binder's business.
import LodeCore

/// A type in a cast, a column definition or a typed literal.
package final class TypeName: Sendable {
    package enum Kind: Sendable {
        /// `int`, `decimal(10, 2)`, `schema.type`. Built-in types of several words have one part and one spelling: `double`,
        /// `varchar`, `char`, `timestamp with time zone`, `time with time zone`, `timestamp with local time zone`, `interval`.
        case named(QualifiedName, [TypeArgument])
        /// `int[]`, `array<int>`, `array(int)`, `list(int)`; `int[3]` has a size.
        case list(TypeName, size: Int?)
        /// `struct<a: int>`, `struct(a int)`, `row(a int)`; `row(int)` has fields without a name.
        case structure([StructField])
        case map(key: TypeName, value: TypeName)
    }

    package struct StructField: Sendable {
        package var name: Identifier?
        package var type: TypeName
        package var comment: String?
    }

    package let kind: Kind
    package let span: SourceSpan

    package init(_ kind: Kind, span: SourceSpan) {
        self.kind = kind
        self.span = span
    }
}

/// What a type has in parentheses.
package enum TypeArgument: Sendable {
    case number(Int)
    case string(String)
    case type(TypeName)
}
