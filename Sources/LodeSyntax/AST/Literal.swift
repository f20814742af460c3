/// Constants as they were written.
import LodeCore

/// A constant. What type a number has is the binder's business: it keeps its text.
package enum Literal: Sendable {
    case null
    case boolean(Bool)
    /// Digits with an optional point and exponent, or `0x`, `0o`, `0b`; underscores are gone. A minus sign appears only in
    /// `LiteralRows`; elsewhere it is a unary operator.
    case number(String)
    /// `'…'`, `E'…'` and `$$…$$`, with escapes resolved.
    case string(String)
    /// `X'…'`.
    case blob([UInt8])
    /// `DATE '2024-01-31'`, `TIMESTAMP '…'`, `JSON '…'`: a type's name before a string.
    indirect case typed(TypeName, String)
}

/// `INTERVAL '1' DAY`, `INTERVAL '1 month 2 days'`, `INTERVAL 3 HOUR`, `INTERVAL (n) DAY`, `INTERVAL '1-2' YEAR TO MONTH`.
package struct IntervalLiteral: Sendable {
    /// A string or number literal, or any expression if it was in parentheses.
    package var value: Expression
    /// A minus sign before the value: `INTERVAL -'3' DAY`.
    package var isNegative: Bool
    /// The unit, singular and lower case (`day`), if one was given.
    package var unit: String?
    /// The smaller unit of `YEAR TO MONTH`.
    package var toUnit: String?
    /// The 3 and the 2 of `DAY(3) TO SECOND(2)`; the number of a single unit is the latter.
    package var leadingPrecision: Int?
    package var precision: Int?
}

/// `$1`, `?` (numbered by its place, from 1) or `:name`.
package enum Parameter: Sendable {
    case position(Int)
    case name(String)
}
