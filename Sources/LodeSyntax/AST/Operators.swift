/// The operators of expressions, by meaning.

import LodeCore

/// An operator before its operand. `+x` and `-x`, `~x` (bits), `@x` is not one of ours.
package enum UnaryOperator: String, Sendable, CaseIterable {
    case plus = "+"
    case minus = "-"
    case bitNot = "~"
    case not = "NOT"
}

/// An operator between two operands. `!=` and `==` are read as `<>` and `=`.
package enum BinaryOperator: Hashable, Sendable {
    case comparison(ComparisonOperator)
    case value(ValueOperator)

    /// The operator of a symbol of one token.
    package init?(symbol: String) {
        if let comparison = ComparisonOperator(rawValue: symbol) {
            self = .comparison(comparison)
        } else if let value = ValueOperator(rawValue: symbol) {
            self = .value(value)
        } else {
            return nil
        }
    }

    package var symbol: String {
        switch self {
        case .comparison(let comparison): comparison.rawValue
        case .value(let value): value.rawValue
        }
    }

    package var isComparison: Bool { if case .comparison = self { true } else { false } }
}

/// An operator that makes a value of two: a function that is named by its symbol.
package enum ValueOperator: String, Sendable, CaseIterable {
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

    var isSign: Bool { self == .regex || self == .regexIgnoringCase }
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
