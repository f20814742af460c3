/// Text to floating-point numbers, correctly rounded.

import Glibc

/// PostgreSQL's float8 input: decimal notation, `NaN`, `Infinity`, `inf`, white space around.
public enum ParseDouble {
    /// Numbers of up to 15 digits and a small exponent by one exact operation (Clinger's fast path), others by the C library.
    /// - Source: Clinger, "How to Read Floating Point Numbers Accurately", PLDI 1990.
    @inlinable @inline(__always)
    public static func double(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Double>) -> ParseOutcome {
        var at = 0
        let negative = count > 1 && text[0] == 45
        if negative { at = 1 }
        // Sixteen bytes are at most fifteen digits and a point.
        guard count > at, count &- at <= 16 else { return slow(text, count, out) }
        var value: Int64 = 0
        var pointAt = -1
        let first = at
        while at < count {
            let digit = text[at] &- 48
            if digit <= 9 {
                value = value &* 10 &+ Int64(truncatingIfNeeded: digit)
            } else if text[at] == 46, pointAt < 0 {
                pointAt = at
            } else {
                return slow(text, count, out)
            }
            at &+= 1
        }
        var number = Double(value)
        if pointAt >= 0 {
            if count &- first < 2 { return .malformed }
            number /= power(count &- pointAt &- 1)
        } else if count &- first > 15 {
            return slow(text, count, out)
        }
        out.pointee = negative ? -number : number
        return .parsed
    }


    /// `10^exponent`, exact for 0...22.
    @inlinable @inline(__always)
    static func power(_ exponent: Int) -> Double {
        switch exponent {
        case 0: 1
        case 1: 1e1
        case 2: 1e2
        case 3: 1e3
        case 4: 1e4
        case 5: 1e5
        case 6: 1e6
        case 7: 1e7
        case 8: 1e8
        case 9: 1e9
        case 10: 1e10
        case 11: 1e11
        case 12: 1e12
        case 13: 1e13
        case 14: 1e14
        default: 1e15
        }
    }

    /// float4: parsed as double and then rounded, unless the text has this many digits that rounding twice could differ.
    public static func float(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Float>) -> ParseOutcome {
        var wide = 0.0
        let outcome = double(text, count, &wide)
        guard outcome == .parsed else { return outcome }
        var narrow = Float(wide)
        if count > 9, wide.isFinite, let exact = Float(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)) {
            narrow = exact
        }
        if wide.isFinite, narrow.isInfinite || (narrow == 0 && wide != 0) { return .outOfRange }
        out.pointee = narrow
        return .parsed
    }

    @usableFromInline @inline(never)
    static func slow(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Double>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        let start = cursor.at
        let negative = cursor.byte == UInt8(ascii: "-")
        if negative || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
        if TextByte.isLetter(cursor.byte) {
            if cursor.isWholly("nan") { out.pointee = .nan } else if cursor.isWholly("infinity") || cursor.isWholly("inf") {
                out.pointee = negative ? -.infinity : .infinity
            } else {
                return .malformed
            }
            return .parsed
        }
        guard isDecimal(cursor) else { return .malformed }
        let length = cursor.end - start
        // strtod wants a terminated text; beyond some thousand digits nothing changes the value that matters to anybody.
        guard length <= 4096 else { return .malformed }
        let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { buffer in
            var index = 0
            while index < length {
                buffer[index] = CChar(bitPattern: text[start + index])
                index += 1
            }
            buffer[length] = 0
            return buffer.baseAddress.map { strtod($0, nil) } ?? .nan
        }
        if value.isInfinite || (value == 0 && !isZero(text + start, length)) { return .outOfRange }
        out.pointee = value
        return .parsed
    }

    /// Whether the digits before an exponent are all zeros.
    private static func isZero(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for index in 0..<count {
            if text[index] | 32 == UInt8(ascii: "e") { return true }
            if text[index] > 48, text[index] <= 57 { return false }
        }
        return true
    }

    /// Whether the rest is digits with a point and an exponent, and nothing that only C reads as a number.
    private static func isDecimal(_ cursor: TextCursor) -> Bool {
        var cursor = cursor
        var digits = 0, points = 0
        while TextByte.isDigit(cursor.byte) || (cursor.byte == UInt8(ascii: ".") && points == 0) {
            if cursor.byte == UInt8(ascii: ".") { points += 1 } else { digits += 1 }
            cursor.at += 1
        }
        if digits == 0 { return false }
        if cursor.byte | 32 == UInt8(ascii: "e") {
            cursor.at += 1
            if cursor.byte == UInt8(ascii: "-") || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
            var exponent = 0
            while TextByte.isDigit(cursor.byte) {
                exponent += 1
                cursor.at += 1
            }
            if exponent == 0 { return false }
        }
        return cursor.isAtEnd
    }
}
