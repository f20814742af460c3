/// Exact decimal arithmetic on 128-bit unscaled integers.

/// Pure functions over `unscaled * 10^-scale`. Every one reports overflow instead of trapping.
package enum Decimal128 {
    package static let maximumPrecision = 38

    /// `10^exponent`; `exponent` is clamped to 0...38.
    package static func power(_ exponent: Int) -> Int128 { powers[max(0, min(38, exponent))] }

    private static let powers: [Int128] = {
        var list: [Int128] = [1]
        for _ in 0..<38 { list.append(list[list.count - 1] * 10) }
        return list
    }()

    /// Changes the scale, rounding half away from zero when digits are dropped; nil on overflow of 128 bits.
    package static func rescale(_ unscaled: Int128, from: Int, to: Int) -> Int128? {
        if to == from { return unscaled }
        if to > from {
            guard to - from <= 38 else { return unscaled == 0 ? 0 : nil }
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: power(to - from))
            return overflow ? nil : product
        }
        guard from - to <= 38 else { return 0 }
        let divisor = power(from - to)
        let (quotient, remainder) = unscaled.quotientAndRemainder(dividingBy: divisor)
        let half = divisor / 2
        if remainder >= half { return quotient + 1 }
        if remainder <= -half { return quotient - 1 }
        return quotient
    }

    /// Whether the value has at most `precision` digits.
    package static func fits(_ unscaled: Int128, precision: Int) -> Bool {
        unscaled.magnitude < UInt128(power(precision))
    }

    package static func compare(_ l: Int128, _ ls: Int, _ r: Int128, _ rs: Int) -> Int {
        if ls == rs { return l < r ? -1 : (l == r ? 0 : 1) }
        let scale = max(ls, rs)
        switch (rescale(l, from: ls, to: scale), rescale(r, from: rs, to: scale)) {
        case (let a?, let b?): return a < b ? -1 : (a == b ? 0 : 1)
        case (nil, _): return l < 0 ? -1 : 1
        case (_, nil): return r < 0 ? 1 : -1
        }
    }

    /// The double nearest to the value.
    package static func toDouble(_ unscaled: Int128, scale: Int) -> Double {
        if scale == 0 { return Double(nearest: unscaled) }
        if let short = Int64(exactly: unscaled), short.magnitude <= 1 << 53, scale <= 22 {
            // One division of two exactly held numbers is correctly rounded.
            return Double(short) / Double(nearest: power(scale))
        }
        let magnitude = Double.nearest(unscaled.magnitude, dividedBy: UInt128(truncatingIfNeeded: power(scale)))
        return unscaled < 0 ? -magnitude : magnitude
    }

    /// `-12.30` for unscaled -1230 and scale 2.
    package static func text(_ unscaled: Int128, scale: Int) -> String {
        if scale == 0 { return String(unscaled) }
        var digits = String(unscaled.magnitude)
        if digits.utf8.count <= scale {
            digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
        }
        let split = digits.index(digits.endIndex, offsetBy: -scale)
        return (unscaled < 0 ? "-" : "") + digits[..<split] + "." + digits[split...]
    }
}
