/// numeric in binary: digits to the base of 10,000.

import LodeCore
import LodeFunctions
import LodeVectors

/// Reads them; `WireNumeric` writes them, and draws them.
enum BinaryNumeric {
    /// - Throws: `22P03` for what is no numeric, `22003` for one that has more than 38 digits, or is no number.
    static func decode(_ reader: inout MessageReader) throws(SQLError) -> Value {
        let count = Int(try reader.int16()), weight = Int(try reader.int16())
        let sign = UInt16(bitPattern: try reader.int16()), scale = Int(try reader.int16())
        guard count >= 0, sign == 0 || sign == WireNumeric.negative || sign & 0xc000 == 0xc000, scale >= 0, scale <= 16_383 else {
            throw SQLError(.invalidBinaryRepresentation, "invalid external \"numeric\" value")
        }
        guard sign & 0xc000 != 0xc000 else {
            throw DecimalCasts.notANumber
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
        return .decimal(sign == WireNumeric.negative ? -value : value, scale: scale)
    }

    private static var outOfRange: SQLError {
        SQLError(.numericValueOutOfRange, "a numeric value has more than 38 digits")
    }
}
