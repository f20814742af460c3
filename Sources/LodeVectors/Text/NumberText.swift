/// How numbers read as text.

import LodeCore

/// PostgreSQL's output of numbers, as UTF-8 bytes appended to a sink.
package enum NumberText {
    @inline(__always)
    package static func append(_ value: Int64, to sink: ByteSink) throws(SQLError) {
        sink.advance(Digits.signed(value, try sink.reserve(20)))
    }

    /// `unscaled * 10^-scale` with exactly `scale` digits after the point.
    package static func append(decimal unscaled: Int128, scale: Int, to sink: ByteSink) throws(SQLError) {
        let start = try sink.reserve(48 + max(0, scale))
        var out = start
        if unscaled < 0 {
            out[0] = UInt8(ascii: "-")
            out += 1
        }
        if scale <= 0 {
            out += Digits.unsigned(unscaled.magnitude, out)
            return sink.advance(out - start)
        }
        if let small = UInt64(exactly: unscaled.magnitude), scale <= 18 {
            let (whole, fraction) = small.quotientAndRemainder(dividingBy: Digits.power(scale))
            out += Digits.unsigned(whole, out)
            out[0] = UInt8(ascii: ".")
            Digits.padded(fraction, scale, out + 1)
            return sink.advance(out + 1 + scale - start)
        }
        let (whole, fraction) = unscaled.magnitude.quotientAndRemainder(dividingBy: UInt128(Decimal128.power(scale)))
        out += Digits.unsigned(whole, out)
        out[0] = UInt8(ascii: ".")
        out += 1
        if scale > 19 {
            let (high, low) = fraction.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
            Digits.padded(UInt64(truncatingIfNeeded: high), scale - 19, out)
            Digits.padded(UInt64(truncatingIfNeeded: low), 19, out + (scale - 19))
        } else {
            Digits.padded(UInt64(truncatingIfNeeded: fraction), scale, out)
        }
        sink.advance(out + scale - start)
    }

    /// The shortest decimal that reads back as the same number, as PostgreSQL prints float8: `1`, `0.1`, `1e+15`, `NaN`.
    /// - Source: PostgreSQL, "Floating-Point Types" (shortest-precise output).
    package static func append(_ value: Double, to sink: ByteSink) throws(SQLError) {
        if try appendShort(value, to: sink) { return }
        if try appendSpecial(isNaN: value.isNaN, isInfinite: value.isInfinite, value < 0, to: sink) { return }
        try appendDescription(value.description, fixedBelow: 15, to: sink)
    }

    /// The same for float4: scientific from 1e+06 on.
    package static func append(_ value: Float, to sink: ByteSink) throws(SQLError) {
        if try appendSpecial(isNaN: value.isNaN, isInfinite: value.isInfinite, value < 0, to: sink) { return }
        try appendDescription(value.description, fixedBelow: 6, to: sink)
    }

    /// Numbers with few digits, found by exact division: of all decimals of at most 15 digits only one is nearest to a
    /// double, so the first that divides back to it is the shortest.
    @inline(__always)
    private static func appendShort(_ value: Double, to sink: ByteSink) throws(SQLError) -> Bool {
        guard value.magnitude < 1e12, value.magnitude >= 1e-3 || value == 0, !(value == 0 && value.sign == .minus) else { return false }
        let whole = Int64(value)
        let out = try sink.reserve(40)
        if Double(whole) == value {
            sink.advance(Digits.signed(whole, out))
            return true
        }
        let hundredfold = (value * 100).rounded()
        var scaled = Int64(hundredfold), scale = 2
        if hundredfold / 100 != value {
            guard value.magnitude < 1e9 else { return false }
            let millionfold = (value * 1_000_000).rounded()
            guard millionfold / 1_000_000 == value else { return false }
            scaled = Int64(millionfold)
            scale = 6
        }
        while scaled % 10 == 0 {
            scaled /= 10
            scale -= 1
        }
        var at = 0
        if scaled < 0 {
            out[0] = UInt8(ascii: "-")
            at = 1
        }
        let (integer, fraction) = scaled.magnitude.quotientAndRemainder(dividingBy: Digits.power(scale))
        at += Digits.unsigned(integer, out + at)
        out[at] = UInt8(ascii: ".")
        Digits.padded(fraction, scale, out + at + 1)
        sink.advance(at + 1 + scale)
        return true
    }

    private static func appendSpecial(isNaN: Bool, isInfinite: Bool, _ negative: Bool, to sink: ByteSink) throws(SQLError) -> Bool {
        if isNaN {
            try sink.append("NaN")
            return true
        }
        guard isInfinite else { return false }
        try sink.append(negative ? "-Infinity" : "Infinity")
        return true
    }

    /// Lays out the shortest digits, which Swift's description has in its own layout, as C's `%g` would.
    private static func appendDescription(_ description: String, fixedBelow limit: Int, to sink: ByteSink) throws(SQLError) {
        var digits: [UInt8] = []
        digits.reserveCapacity(20)
        var negative = false, sawPoint = false, pointAfter = 0
        var exponent = 0, exponentSign = 1, inExponent = false
        for byte in description.utf8 {
            switch byte {
            case UInt8(ascii: "-"): if inExponent { exponentSign = -1 } else { negative = true }
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "e"): inExponent = true
            case 48...57:
                if inExponent {
                    exponent = exponent * 10 + Int(byte - 48)
                } else {
                    digits.append(byte)
                    if !sawPoint { pointAfter += 1 }
                }
            default: break
            }
        }
        var first = 0
        while first < digits.count - 1, digits[first] == 48 { first += 1 }
        while digits.count > first + 1, digits[digits.count - 1] == 48 { digits.removeLast() }
        // value = d.ddd * 10^power
        let power = digits[first] == 48 ? 0 : pointAfter - 1 - first + exponent * exponentSign
        let significant = digits[first...]
        if negative { try sink.append(UInt8(ascii: "-")) }
        if power >= -4, power < limit {
            try appendFixed(significant, power, to: sink)
        } else {
            try sink.append(significant[first])
            if significant.count > 1 { try sink.append(UInt8(ascii: ".")) }
            for digit in significant.dropFirst() { try sink.append(digit) }
            try sink.append(power < 0 ? "e-" : "e+")
            if power.magnitude < 10 { try sink.append(48) }
            try append(Int64(power.magnitude), to: sink)
        }
    }

    private static func appendFixed(_ digits: ArraySlice<UInt8>, _ power: Int, to sink: ByteSink) throws(SQLError) {
        if power < 0 {
            try sink.append("0.")
            for _ in 0..<(-power - 1) { try sink.append(48) }
            for digit in digits { try sink.append(digit) }
            return
        }
        for index in 0...max(power, digits.count - 1) {
            if index == power + 1 { try sink.append(UInt8(ascii: ".")) }
            try sink.append(index < digits.count ? digits[digits.startIndex + index] : 48)
        }
    }
}
