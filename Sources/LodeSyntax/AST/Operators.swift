/// The operators of expressions, by meaning.

/// An operator before its operand. `+x` and `-x`, `~x` (bits), `@x` is not one of ours.
package enum UnaryOperator: String, Sendable, CaseIterable {
    case plus = "+"
    case minus = "-"
    case bitNot = "~"
    case not = "NOT"
}

/// An operator between two operands; the raw value is how it prints. `!=` and `==` are read as `<>` and `=`.
package enum BinaryOperator: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case integerDivide = "//"
    case modulo = "%"
    case power = "^"
    case concatenate = "||"
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "#"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case jsonGet = "->"
    case jsonGetText = "->>"
    case contains = "@>"
    case containedBy = "<@"
    case overlaps = "&&"

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}

/// How a string is matched.
package enum PatternOperator: String, Sendable, CaseIterable {
    case like = "LIKE"
    case ilike = "ILIKE"
    case similar = "SIMILAR TO"
    case glob = "GLOB"
    /// `~`; its negation is written `!~`.
    case regex = "~"
    /// `~*`; its negation is written `!~*`.
    case regexIgnoringCase = "~*"
}

/// `x IS …`.
package enum TruthTest: String, Sendable, CaseIterable {
    case null = "NULL"
    case `true` = "TRUE"
    case `false` = "FALSE"
    case unknown = "UNKNOWN"
}

/// `= ANY (…)`, `< ALL (…)`; SOME is ANY.
package enum Quantifier: String, Sendable {
    case any = "ANY"
    case all = "ALL"
}

/// `TRIM(LEADING 'x' FROM s)`.
package enum TrimSide: String, Sendable {
    case both = "BOTH"
    case leading = "LEADING"
    case trailing = "TRAILING"
}
