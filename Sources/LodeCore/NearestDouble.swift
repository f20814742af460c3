/// 128-bit integers and decimals as doubles, correctly rounded.

extension Double {
    /// The double nearest to `value`, ties to even.
    ///
    /// What `Double(value)` gives, in some instructions: the standard library's conversion from 128 bits is generic, and costs a
    /// hundred times as much.
    @inline(__always)
    package init(nearest value: Int128) {
        if let short = Int64(exactly: value) {
            self = Double(short)
        } else {
            let magnitude = Double.nearest(value.magnitude)
            self = value < 0 ? -magnitude : magnitude
        }
    }

    /// The double nearest to `magnitude`, ties to even.
    package static func nearest(_ magnitude: UInt128) -> Double {
        let zeros = magnitude.leadingZeroBitCount
        if zeros >= 64 { return Double(UInt64(truncatingIfNeeded: magnitude)) }
        let shifted = magnitude &<< UInt128(zeros)
        // The highest 64 bits decide, if they know whether anything is below them.
        let isExact = UInt64(truncatingIfNeeded: shifted) == 0
        return Double(UInt64(truncatingIfNeeded: shifted &>> 64) | (isExact ? 0 : 1)) * power(of: 64 - zeros)
    }

    /// The double nearest to `numerator / divisor`, ties to even. `divisor`: from 1 to 2^127.
    package static func nearest(_ numerator: UInt128, dividedBy divisor: UInt128) -> Double {
        // A quotient of this many bits rounds right once its last one says whether a remainder is left.
        let enough: UInt128 = 1 << 56
        var (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: divisor)
        var exponent = 0
        if quotient < enough, remainder >> 64 == 0 {
            let next = (remainder << 64).quotientAndRemainder(dividingBy: divisor)
            quotient = quotient << 64 | next.quotient
            remainder = next.remainder
            exponent = -64
        }
        if quotient == 0, remainder == 0 { return 0 }
        while quotient < enough, remainder != 0 {
            quotient <<= 1
            remainder <<= 1
            exponent -= 1
            if remainder >= divisor {
                remainder -= divisor
                quotient |= 1
            }
        }
        return nearest(quotient | (remainder == 0 ? 0 : 1)) * power(of: exponent)
    }

    /// 2^exponent, for exponents of normal numbers.
    @inline(__always)
    private static func power(of exponent: Int) -> Double { Double(bitPattern: UInt64(truncatingIfNeeded: 1023 &+ exponent) &<< 52) }
}
