/// Which decimal an operation on decimals gives.

import LodeCore

/// Result types: exact while 38 digits suffice; beyond that the precision is capped and an overflow is an error.
enum DecimalTypes {
    /// The decimal that holds every value of an integer type.
    static func precision(of type: SQLType) -> (precision: Int, scale: Int)? {
        switch type {
        case .tinyint: (3, 0)
        case .smallint: (5, 0)
        case .integer: (10, 0)
        case .bigint: (19, 0)
        case .decimal(let precision, let scale): (precision, scale)
        default: nil
        }
    }

    /// The type itself, or for an integer type the decimal that holds it.
    static func decimal(of type: SQLType) -> SQLType? {
        precision(of: type).map { .decimal(precision: $0.precision, scale: $0.scale) }
    }

    /// The decimal that holds the values of both; digits before the point give way when there are more than 38.
    static func common(_ left: SQLType, _ right: SQLType) -> SQLType? {
        guard let l = precision(of: left), let r = precision(of: right) else { return nil }
        let scale = max(l.scale, r.scale)
        return .decimal(precision: min(38, max(l.precision - l.scale, r.precision - r.scale) + scale), scale: scale)
    }

    /// `+` and `-`: one digit more before the point.
    static func sum(_ left: SQLType, _ right: SQLType) -> SQLType? {
        guard let l = precision(of: left), let r = precision(of: right) else { return nil }
        let scale = max(l.scale, r.scale)
        return .decimal(precision: min(38, max(l.precision - l.scale, r.precision - r.scale) + scale + 1), scale: scale)
    }

    /// `*`: precisions and scales add up.
    /// - Throws: `22003` if the product needs more than 38 digits after the point.
    static func product(_ left: SQLType, _ right: SQLType) throws(SQLError) -> SQLType? {
        guard let l = precision(of: left), let r = precision(of: right) else { return nil }
        let scale = l.scale + r.scale
        guard scale <= 38 else {
            throw SQLError(
                .numericValueOutOfRange, "the product of \(left) and \(right) needs \(scale) digits after the point, and 38 is the most",
                hint: "Cast an operand to a decimal of smaller scale, or to double.")
        }
        return .decimal(precision: min(38, l.precision + r.precision), scale: scale)
    }
}
