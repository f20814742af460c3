/// Decimal digits of integers, written into raw memory.

/// Writers of digits. Every function writes at `out` and returns how many bytes it wrote; the caller has made room.
enum Digits {
    /// At most 20 bytes.
    @inline(__always)
    static func unsigned(_ value: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        if value < 10 {
            out[0] = 48 &+ UInt8(truncatingIfNeeded: value)
            return 1
        }
        let count = self.count(value)
        var rest = value
        var at = count
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            rest = quotient
            at &-= 2
            two(pair, out + at)
        }
        if rest >= 10 { two(rest, out) } else { out[0] = 48 &+ UInt8(truncatingIfNeeded: rest) }
        return count
    }

    /// At most 20 bytes.
    @inline(__always)
    static func signed(_ value: Int64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        if value >= 0 { return unsigned(UInt64(bitPattern: value), out) }
        out[0] = UInt8(ascii: "-")
        return 1 &+ unsigned(value.magnitude, out + 1)
    }

    /// At most 39 bytes.
    static func unsigned(_ value: UInt128, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        if value <= UInt128(UInt64.max) { return unsigned(UInt64(truncatingIfNeeded: value), out) }
        let (high, low) = value.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
        let written = unsigned(high, out)
        padded(UInt64(truncatingIfNeeded: low), 19, out + written)
        return written &+ 19
    }

    /// Exactly `width` digits with leading zeros; the value has no more.
    @inline(__always)
    static func padded(_ value: UInt64, _ width: Int, _ out: UnsafeMutablePointer<UInt8>) {
        var rest = value
        var at = width
        while at >= 2 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            rest = quotient
            at &-= 2
            two(pair, out + at)
        }
        if at == 1 { out[0] = 48 &+ UInt8(truncatingIfNeeded: rest % 10) }
    }

    /// Two digits of a number below 100.
    @inline(__always)
    static func two(_ pair: UInt64, _ out: UnsafeMutablePointer<UInt8>) {
        let tens = (pair &* 103) &>> 10
        let word = UInt16(truncatingIfNeeded: tens | (pair &- tens &* 10) &<< 8) | 0x3030
        UnsafeMutableRawPointer(out).storeBytes(of: word, as: UInt16.self)
    }

    /// How many digits a number has; 1 for 0.
    @inline(__always)
    static func count(_ value: UInt64) -> Int {
        // 1233 / 4096 approximates log10(2); the estimate is one too high at most.
        let bits = 64 &- (value | 1).leadingZeroBitCount
        let estimate = (bits &* 1233) &>> 12
        return estimate &+ (value >= power(estimate) ? 1 : 0)
    }

    /// `10^exponent` for 0...19.
    @inline(__always)
    static func power(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        case 8: 100_000_000
        case 9: 1_000_000_000
        case 10: 10_000_000_000
        case 11: 100_000_000_000
        case 12: 1_000_000_000_000
        case 13: 10_000_000_000_000
        case 14: 100_000_000_000_000
        case 15: 1_000_000_000_000_000
        case 16: 10_000_000_000_000_000
        case 17: 100_000_000_000_000_000
        case 18: 1_000_000_000_000_000_000
        default: 10_000_000_000_000_000_000
        }
    }
}
