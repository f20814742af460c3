/// numeric in binary: digits to the base of 10,000.

import LodeCore
import LodeVectors

/// - Source: PostgreSQL, `numeric_send`: number of digits, weight of the first, sign, digits behind the point, the digits.
///
///     12345.678 is 3 digits (1, 2345, 6780), weight 1, sign 0x0000, scale 3
enum BinaryNumeric {
    private static let negative: UInt16 = 0x4000

    static func append(_ unscaled: Int128, scale: Int, to sink: ByteSink) throws(SQLError) {
        // At most 10 digits before the point and 10 behind it, from the left.
        var digits: [UInt16] = []
        digits.reserveCapacity(20)
        let (whole, fraction) = unscaled.magnitude.quotientAndRemainder(dividingBy: UInt128(Decimal128.power(scale)))
        var rest = whole
        while rest > 0 {
            digits.append(UInt16(truncatingIfNeeded: rest % 10_000))
            rest /= 10_000
        }
        digits.reverse()
        var weight = digits.count - 1
        digits += fractionDigits(fraction, scale)
        var first = 0
        while first < digits.count, digits[first] == 0 { first += 1 }
        weight -= first
        while digits.count > first, digits[digits.count - 1] == 0 { digits.removeLast() }
        let shown = digits[first...]
        if shown.isEmpty { weight = 0 }
        try sink.append(UInt16(truncatingIfNeeded: shown.count))
        try sink.append(UInt16(bitPattern: Int16(truncatingIfNeeded: weight)))
        try sink.append(unscaled < 0 ? negative : 0)
        try sink.append(UInt16(truncatingIfNeeded: max(0, scale)))
        for digit in shown { try sink.append(digit) }
    }

    /// The digits behind the point; the last one is filled up with zeros.
    private static func fractionDigits(_ fraction: UInt128, _ scale: Int) -> [UInt16] {
        guard scale > 0 else { return [] }
        var digits: [UInt16] = []
        var rest = fraction
        let odd = scale % 4
        if odd > 0 {
            let (above, below) = rest.quotientAndRemainder(dividingBy: UInt128(Decimal128.power(odd)))
            digits.append(UInt16(truncatingIfNeeded: below * UInt128(Decimal128.power(4 - odd))))
            rest = above
        }
        for _ in 0..<(scale / 4) {
            digits.append(UInt16(truncatingIfNeeded: rest % 10_000))
            rest /= 10_000
        }
        return digits.reversed()
    }

    /// - Throws: `22P03` for what is no numeric, `22003` for one that has more than 38 digits, or is no number.
    static func decode(_ reader: inout MessageReader) throws(SQLError) -> Value {
        let count = Int(try reader.int16()), weight = Int(try reader.int16())
        let sign = UInt16(bitPattern: try reader.int16()), scale = Int(try reader.int16())
        guard count >= 0, sign == 0 || sign == negative || sign & 0xc000 == 0xc000, scale >= 0, scale <= 16_383 else {
            throw SQLError(.invalidBinaryRepresentation, "invalid external \"numeric\" value")
        }
        guard sign & 0xc000 != 0xc000 else {
            throw SQLError(.numericValueOutOfRange, "NaN and infinity are no values of decimal", hint: "Use double precision.")
        }
        var unscaled: Int128 = 0
        // How many decimal digits behind the point `unscaled` has so far.
        var places = -4 * (weight + 1)
        for _ in 0..<count {
            let digit = try reader.int16()
            guard digit >= 0, digit < 10_000 else {
                throw SQLError(.invalidBinaryRepresentation, "invalid digit in external \"numeric\" value")
            }
            let (shifted, tooBig) = unscaled.multipliedReportingOverflow(by: 10_000)
            let (sum, overflow) = shifted.addingReportingOverflow(Int128(digit))
            if tooBig || overflow { throw outOfRange }
            unscaled = sum
            places += 4
        }
        guard places.magnitude <= 100_000, scale <= 38 else { throw outOfRange }
        if unscaled == 0 { return .decimal(0, scale: scale) }
        guard let value = Decimal128.rescale(unscaled, from: places, to: scale), Decimal128.fits(value, precision: 38) else {
            throw outOfRange
        }
        return .decimal(sign == negative ? -value : value, scale: scale)
    }

    private static var outOfRange: SQLError {
        SQLError(.numericValueOutOfRange, "a numeric value has more than 38 digits")
    }
}
