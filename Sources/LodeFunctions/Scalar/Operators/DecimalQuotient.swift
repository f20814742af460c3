/// Whole quotients and remainders of decimals, exact for all that 38 digits hold.

import LodeCore
import LodeVectors

/// `//` and `%` of decimals and integers.
///
/// Operands keep their own scales. The difference of scales is made up for on the way, in 256 bits where 128 don't suffice, so that no
/// operand is too long to be divided.
struct DecimalQuotient: Sendable {
    private let left: SQLType, right: SQLType
    private let scales: (left: Int, right: Int)
    private let common: SQLType

    /// Nil unless one type is a decimal and the other a decimal or an integer.
    init?(_ left: SQLType, _ right: SQLType) {
        guard left.isDecimal || right.isDecimal, let l = DecimalTypes.precision(of: left), let r = DecimalTypes.precision(of: right),
            let common = DecimalTypes.common(left, right)
        else { return nil }
        self.left = .decimal(precision: l.precision, scale: l.scale)
        self.right = .decimal(precision: r.precision, scale: r.scale)
        self.common = common
        scales = (l.scale, r.scale)
    }

    /// The remainder, with the sign of the dividend.
    var remainder: BoundScalar {
        .strict([left, right], common, canFail: true) { call throws(SQLError) in
            let dividends = call.decimals(0), divisors = call.decimals(1)
            return try DecimalResult.map(call, to: common) { (row) throws(SQLError) in
                try divide(dividends[row], divisors[row]).remainder
            }
        }
    }

    /// The quotient rounded down, without places.
    var whole: BoundScalar {
        let type = SQLType.decimal(precision: 38, scale: 0)
        return .strict([left, right], type, canFail: true) { call throws(SQLError) in
            let dividends = call.decimals(0), divisors = call.decimals(1)
            return try DecimalResult.map(call, to: type) { (row) throws(SQLError) in
                let (quotient, remainder) = try divide(dividends[row], divisors[row])
                guard let quotient else { throw .outOfRange(type) }
                return remainder != 0 && (dividends[row] < 0) != (divisors[row] < 0) ? quotient - 1 : quotient
            }
        }
    }

    /// The truncated quotient (nil beyond 128 bits) and the remainder, at the greater of the two scales.
    private func divide(_ dividend: Int128, _ divisor: Int128) throws(SQLError) -> (quotient: Int128?, remainder: Int128) {
        if divisor == 0 { throw .divisionByZero }
        let isNegative = (dividend < 0) != (divisor < 0)
        var quotient: UInt128?, remainder: UInt128
        if scales.left >= scales.right {
            let factor = Decimal128.power(scales.left - scales.right).magnitude
            let (scaled, overflow) = divisor.magnitude.multipliedReportingOverflow(by: factor)
            // A divisor beyond 128 bits is greater than any dividend.
            (quotient, remainder) = overflow ? (0, dividend.magnitude) : dividend.magnitude.quotientAndRemainder(dividingBy: scaled)
        } else {
            let factor = Decimal128.power(scales.right - scales.left).magnitude
            let wide = dividend.magnitude.multipliedFullWidth(by: factor)
            let (high, rest) = wide.high.quotientAndRemainder(dividingBy: divisor.magnitude)
            let low: UInt128
            (low, remainder) = divisor.magnitude.dividingFullWidth((rest, wide.low))
            quotient = high == 0 ? low : nil
        }
        let signed = quotient.flatMap { Int128(exactly: $0) }.map { isNegative ? -$0 : $0 }
        return (signed, dividend < 0 ? -Int128(truncatingIfNeeded: remainder) : Int128(truncatingIfNeeded: remainder))
    }
}
