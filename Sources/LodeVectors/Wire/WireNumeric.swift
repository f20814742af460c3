/// numeric in binary: digits to the base of 10,000.

import LodeCore

/// - Source: PostgreSQL, `numeric_send`: number of digits, weight of the first, sign, digits behind the point, the digits.
///
///     12345.678 is 3 digits (1, 2345, 6780), weight 1, sign 0x0000, scale 3
package enum WireNumeric {
    package static let negative: UInt16 = 0x4000
    /// What is smaller has room for three more digits in 64 bits.
    private static let narrow: UInt128 = 1_000_000_000_000_000

    package static func append(_ unscaled: Int128, scale: Int, to sink: ByteSink) throws(SQLError) {
        let scale = max(0, scale), magnitude = unscaled.magnitude
        guard magnitude < narrow else { return try appendWide(magnitude, scale, isNegative: unscaled < 0, to: sink) }
        // The last digit behind the point is filled up with zeros.
        let fractionDigits = (scale &+ 3) / 4
        var rest = UInt64(truncatingIfNeeded: magnitude)
        for _ in scale..<(fractionDigits &* 4) { rest &*= 10 }
        var dropped = 0
        while rest > 0, rest % 10_000 == 0 {
            rest /= 10_000
            dropped &+= 1
        }
        var count = 0, above = rest
        while above > 0 {
            above /= 10_000
            count &+= 1
        }
        let out = UnsafeMutableRawPointer(try sink.reserve(8 &+ count &* 2))
        let weight = count == 0 ? 0 : count &+ dropped &- 1 &- fractionDigits
        store(UInt16(truncatingIfNeeded: count), at: out)
        store(UInt16(truncatingIfNeeded: weight), at: out + 2)
        store(unscaled < 0 ? negative : 0, at: out + 4)
        store(UInt16(truncatingIfNeeded: scale), at: out + 6)
        var place = out + 8 + count &* 2
        while rest > 0 {
            place -= 2
            store(UInt16(truncatingIfNeeded: rest % 10_000), at: place)
            rest /= 10_000
        }
        sink.advance(8 &+ count &* 2)
    }

    @inline(__always)
    private static func store(_ value: UInt16, at place: UnsafeMutableRawPointer) {
        place.storeBytes(of: value.bigEndian, as: UInt16.self)
    }

    /// For numbers that few columns have.
    private static func appendWide(_ magnitude: UInt128, _ scale: Int, isNegative: Bool, to sink: ByteSink) throws(SQLError) {
        // At most 10 digits before the point and 10 behind it, from the left.
        var digits: [UInt16] = []
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt128(Decimal128.power(scale)))
        var rest = whole
        while rest > 0 {
            digits.append(UInt16(truncatingIfNeeded: rest % 10_000))
            rest /= 10_000
        }
        digits.reverse()
        var weight = digits.count - 1
        digits += self.fraction(fraction, scale)
        var first = 0
        while first < digits.count, digits[first] == 0 { first += 1 }
        weight -= first
        while digits.count > first, digits[digits.count - 1] == 0 { digits.removeLast() }
        let shown = digits[first...]
        let out = UnsafeMutableRawPointer(try sink.reserve(8 + shown.count * 2))
        store(UInt16(truncatingIfNeeded: shown.count), at: out)
        store(UInt16(bitPattern: Int16(truncatingIfNeeded: shown.isEmpty ? 0 : weight)), at: out + 2)
        store(isNegative ? negative : 0, at: out + 4)
        store(UInt16(truncatingIfNeeded: scale), at: out + 6)
        for (index, digit) in shown.enumerated() { store(digit, at: out + 8 + index * 2) }
        sink.advance(8 + shown.count * 2)
    }

    /// The digits behind the point; the last one is filled up with zeros.
    private static func fraction(_ fraction: UInt128, _ scale: Int) -> [UInt16] {
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
}
