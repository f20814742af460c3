/// The comparisons of SQL, by meaning.

/// A comparison of two values; the raw value is how SQL writes it.
///
/// Text orders by bytes, false is before true, NaN is above every number and equal to itself (PostgreSQL 17, 8.1.3).
package enum ComparisonOperator: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// Never NULL: two NULLs are not distinct.
    case isDistinct = "is distinct from"
    case isNotDistinct = "is not distinct from"

    /// Its name among functions.
    package var functionName: String { rawValue.replacing(" ", with: "_") }

    /// The operator that says the same of the operands in the other order.
    package var mirrored: ComparisonOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual, .isDistinct, .isNotDistinct: self
        }
    }

    /// The operator that is true where this one is false (and NULL where it is NULL).
    package var negated: ComparisonOperator {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        case .isDistinct: .isNotDistinct
        case .isNotDistinct: .isDistinct
        }
    }

    /// Whether values that order so (negative, zero, positive) satisfy it.
    package func holds(_ order: Int) -> Bool {
        switch self {
        case .equal, .isNotDistinct: order == 0
        case .notEqual, .isDistinct: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}
