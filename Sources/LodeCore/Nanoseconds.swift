/// Between the microseconds and the nanoseconds of timestamps.

/// The ends of 64 bits stand for infinity in both.
package enum Nanoseconds {
    package static let perMicro: Int64 = 1000

    package static func isInfinite(_ stamp: Int64) -> Bool { stamp == .max || stamp == .min }

    /// The microsecond in which a nanosecond lies, and the nanoseconds behind it (0 to 999).
    @inline(__always)
    package static func split(_ nanos: Int64) -> (micros: Int64, rest: Int64) {
        if isInfinite(nanos) { return (nanos, 0) }
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: perMicro)
        return remainder < 0 ? (quotient &- 1, remainder &+ perMicro) : (quotient, remainder)
    }

    /// The nearest microsecond, halves away from 1970, as PostgreSQL rounds to fewer digits.
    @inline(__always)
    package static func rounded(_ nanos: Int64) -> Int64 {
        if isInfinite(nanos) { return nanos }
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: perMicro)
        return remainder >= 500 ? quotient &+ 1 : remainder <= -500 ? quotient &- 1 : quotient
    }

    /// Nil beyond the years that nanoseconds reach.
    @inline(__always)
    package static func join(_ micros: Int64, _ rest: Int64 = 0) -> Int64? {
        if isInfinite(micros) { return micros }
        // The first microsecond of all lies only partly within: it is reached from the one after it.
        let (start, moved) = micros < 0 ? (micros &+ 1, rest &- perMicro) : (micros, rest)
        let (product, overflow) = start.multipliedReportingOverflow(by: perMicro)
        let (sum, carry) = product.addingReportingOverflow(moved)
        return overflow || carry || isInfinite(sum) ? nil : sum
    }

    /// The order of microseconds to nanoseconds, whatever their years: -1, 0 or 1.
    package static func compare(micros: Int64, nanos: Int64) -> Int {
        if isInfinite(micros) || isInfinite(nanos) { return micros < nanos ? -1 : micros == nanos ? 0 : 1 }
        let wide = Int128(micros) * Int128(perMicro), other = Int128(nanos)
        return wide < other ? -1 : wide == other ? 0 : 1
    }

    /// The microseconds of two times as if both had begun `from`'s nanoseconds earlier, so that `from` is whole: what is counted
    /// between them is the same. The digits that are left of `to` are cut off as `rounding` says.
    package static func aligned(_ from: Int64, _ to: Int64, _ rounding: Rounding) -> (from: Int64, to: Int64) {
        if isInfinite(from) || isInfinite(to) { return (split(from).micros, split(to).micros) }
        let (whole, rest) = split(from), (target, ahead) = split(to)
        let left = ahead &- rest
        switch rounding {
        case .nearest: return (whole, target &+ (left >= 500 ? 1 : left <= -500 ? -1 : 0))
        // No farther from `from` than it is.
        case .towardFirst: return (whole, from <= to ? (left < 0 ? target &- 1 : target) : (left > 0 ? target &+ 1 : target))
        }
    }

    package enum Rounding { case nearest, towardFirst }
}
