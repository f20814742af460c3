/// Text to integers.

/// PostgreSQL's integer input: white space around, a sign, digits with `_` between them, `0x`, `0o`, `0b`.
/// - Source: PostgreSQL 16, "Numeric Constants".
public enum ParseInteger {
    /// Writes the number that `count` bytes at `text` spell to `out`.
    @inlinable @inline(__always)
    public static func int64(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        var at = 0
        let negative = count > 1 && text[0] == 45
        if negative { at = 1 }
        guard count > at, count &- at <= 18 else { return slow(text, count, out) }
        var value: Int64 = 0
        while at < count {
            let digit = text[at] &- 48
            if digit > 9 { return slow(text, count, out) }
            value = value &* 10 &+ Int64(truncatingIfNeeded: digit)
            at &+= 1
        }
        out.pointee = negative ? 0 &- value : value
        return .parsed
    }

    /// The same into 32 bits.
    @inlinable @inline(__always)
    public static func int32(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int32>) -> ParseOutcome {
        var wide: Int64 = 0
        let outcome = int64(text, count, &wide)
        guard outcome == .parsed else { return outcome }
        guard let value = Int32(exactly: wide) else { return .outOfRange }
        out.pointee = value
        return .parsed
    }

    /// The same into 16 bits.
    @inlinable
    public static func int16(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int16>) -> ParseOutcome {
        var wide: Int64 = 0
        let outcome = int64(text, count, &wide)
        guard outcome == .parsed else { return outcome }
        guard let value = Int16(exactly: wide) else { return .outOfRange }
        out.pointee = value
        return .parsed
    }

    /// The same into 8 bits.
    @inlinable
    public static func int8(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int8>) -> ParseOutcome {
        var wide: Int64 = 0
        let outcome = int64(text, count, &wide)
        guard outcome == .parsed else { return outcome }
        guard let value = Int8(exactly: wide) else { return .outOfRange }
        out.pointee = value
        return .parsed
    }

    @usableFromInline @inline(never)
    static func slow(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        let negative = cursor.byte == UInt8(ascii: "-")
        if negative || cursor.byte == UInt8(ascii: "+") { cursor.at += 1 }
        var radix: UInt64 = 10
        if cursor.byte == UInt8(ascii: "0"), TextByte.isLetter(cursor.next) {
            switch cursor.next | 32 {
            case UInt8(ascii: "x"): radix = 16
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "b"): radix = 2
            default: return .malformed
            }
            cursor.at += 2
            _ = cursor.take(UInt8(ascii: "_"))
        }
        var value: UInt64 = 0
        var overflowed = false, digits = 0
        while !cursor.isAtEnd {
            let byte = cursor.byte
            let digit: UInt64
            switch byte {
            case 48...57: digit = UInt64(byte - 48)
            case 65...70, 97...102: digit = UInt64((byte | 32) - 87)
            case UInt8(ascii: "_") where digits > 0 && cursor.next != UInt8(ascii: "_") && cursor.remaining > 1:
                cursor.at += 1
                continue
            default: return .malformed
            }
            guard digit < radix else { return .malformed }
            let (product, tooBig) = value.multipliedReportingOverflow(by: radix)
            let (sum, stillTooBig) = product.addingReportingOverflow(digit)
            overflowed = overflowed || tooBig || stillTooBig
            value = sum
            digits += 1
            cursor.at += 1
        }
        if digits == 0 { return .malformed }
        if overflowed || value > UInt64(Int64.max) + (negative ? 1 : 0) { return .outOfRange }
        out.pointee = negative ? Int64(truncatingIfNeeded: 0 &- value) : Int64(value)
        return .parsed
    }
}
