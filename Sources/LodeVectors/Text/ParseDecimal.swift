/// Text to exact decimals.

import LodeCore

/// Decimal numbers as unscaled integers: `-12.345`, `.5`, `1e3`, with `_` between digits; rounding half away from zero.
public enum ParseDecimal {
    /// The value times `10^scale`, for types of at most 18 digits.
    ///
    /// `limit` is `10^precision`: a magnitude of it or more is out of range.
    @inlinable @inline(__always)
    public static func int64(
        _ text: UnsafePointer<UInt8>, _ count: Int, scale: Int, limit: Int64, _ out: UnsafeMutablePointer<Int64>
    ) -> ParseOutcome {
        var at = 0
        let negative = count > 1 && text[0] == 45
        if negative { at = 1 }
        guard count > at, count &- at <= 18 else { return slow64(text, count, scale, limit, out) }
        var value: Int64 = 0
        var places = -1
        while at < count {
            let digit = text[at] &- 48
            if digit <= 9 {
                value = value &* 10 &+ Int64(truncatingIfNeeded: digit)
                places &+= places >= 0 ? 1 : 0
            } else if text[at] == 46, places < 0, count > 1 {
                places = 0
            } else {
                return slow64(text, count, scale, limit, out)
            }
            at &+= 1
        }
        places = places < 0 ? 0 : places
        if places != scale {
            guard places < scale else { return slow64(text, count, scale, limit, out) }
            while places < scale {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { return .outOfRange }
                value = product
                places &+= 1
            }
        }
        if value >= limit { return .outOfRange }
        // A lone sign and point would have no digit; the slow path knows.
        if count <= 2, text[count &- 1] == 46 { return slow64(text, count, scale, limit, out) }
        out.pointee = negative ? 0 &- value : value
        return .parsed
    }

    @usableFromInline @inline(never)
    static func slow64(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ scale: Int, _ limit: Int64, _ out: UnsafeMutablePointer<Int64>
    ) -> ParseOutcome {
        var wide: Int128 = 0
        let outcome = int128(text, count, scale: scale, limit: Int128(limit), &wide)
        if outcome == .parsed { out.pointee = Int64(truncatingIfNeeded: wide) }
        return outcome
    }

    /// The value times `10^scale`, for types of up to 38 digits.
    public static func int128(
        _ text: UnsafePointer<UInt8>, _ count: Int, scale: Int, limit: Int128, _ out: UnsafeMutablePointer<Int128>
    ) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        let negative = cursor.byte == UInt8(ascii: "-")
        if negative || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
        guard let scan = Digits(reading: &cursor), cursor.isAtEnd else { return .malformed }
        // The value is 0.ddd… times 10^point; keep the digits down to 10^-scale and round by the next one.
        var value: Int128 = 0
        let (kept, tooFar) = scan.point.addingReportingOverflow(scale)
        if tooFar || kept > 45 { return scan.isZero ? zero(out) : .outOfRange }
        var index = 0
        var sawNonZero = false
        while index < kept {
            let digit = scan.digit(index, text)
            sawNonZero = sawNonZero || digit != 0
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return .outOfRange }
            value = product + Int128(digit)
            if value >= limit { return .outOfRange }
            index += 1
        }
        if kept >= 0, scan.digit(kept, text) >= 5 { value += 1 }
        if value >= limit { return .outOfRange }
        out.pointee = negative ? -value : value
        return .parsed
    }

    private static func zero(_ out: UnsafeMutablePointer<Int128>) -> ParseOutcome {
        out.pointee = 0
        return .parsed
    }

    /// Where the digits of a number lie in its text.
    private struct Digits {
        /// Offsets of the significant digits, without leading zeros; at most 64 are kept, which is beyond any precision.
        var offsets: [Int] = []
        /// The position of the decimal point relative to the first significant digit.
        var point = 0
        var isZero: Bool { offsets.isEmpty }

        init?(reading cursor: inout TextCursor) {
            var sawDigit = false, sawPoint = false
            while !cursor.isAtEnd {
                let byte = cursor.byte
                if TextByte.isDigit(byte) {
                    sawDigit = true
                    let isSignificant = byte != 48 || !offsets.isEmpty
                    if isSignificant {
                        if offsets.count < 64 { offsets.append(cursor.at) }
                        if !sawPoint { point += 1 }
                    } else if sawPoint {
                        point -= 1
                    }
                } else if byte == UInt8(ascii: "."), !sawPoint {
                    sawPoint = true
                } else if byte == UInt8(ascii: "_"), sawDigit, TextByte.isDigit(cursor.next) {
                    // A separator between digits.
                } else {
                    break
                }
                cursor.at += 1
            }
            guard sawDigit else { return nil }
            if cursor.byte | 32 == UInt8(ascii: "e") {
                cursor.at += 1
                let negative = cursor.byte == UInt8(ascii: "-")
                if negative || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
                guard let exponent = cursor.digits() else { return nil }
                let shift = Int(min(exponent.value, 100_000))
                point += negative ? -shift : shift
            }
        }

        func digit(_ index: Int, _ text: UnsafePointer<UInt8>) -> UInt8 {
            index >= 0 && index < offsets.count ? text[offsets[index]] &- 48 : 0
        }
    }
}
