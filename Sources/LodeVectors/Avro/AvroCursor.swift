/// Stepping over values in Avro's binary encoding.

import LodeCore

/// A position in bytes that come from outside. What would lead beyond them gives nil, from then on always.
/// - Source: Avro specification 1.12, "Binary Encoding".
package struct AvroCursor {
    package var at = 0
    package private(set) var hasFailed = false

    package init() {}

    @inline(__always)
    private mutating func fail<Result>() -> Result? {
        hasFailed = true
        return nil
    }

    /// A zigzag varint of at most ten bytes.
    @inline(__always)
    package mutating func long(_ source: borrowing Span<UInt8>) -> Int? {
        var shift: UInt64 = 0, raw: UInt64 = 0
        repeat {
            guard at < source.count, shift < 64 else { return fail() }
            let byte = source[unchecked: at]
            at &+= 1
            raw |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return Int(bitPattern: UInt(raw >> 1)) ^ -Int(bitPattern: UInt(raw & 1)) }
            shift &+= 7
        } while true
    }

    /// Where `count` bytes lie, which are stepped over.
    @inline(__always)
    package mutating func take(_ count: Int, _ source: borrowing Span<UInt8>) -> Range<Int>? {
        guard count >= 0, count <= source.count &- at else { return fail() }
        let start = at
        at &+= count
        return start..<at
    }

    /// Where the bytes of a string lie.
    @inline(__always)
    package mutating func bytes(_ source: borrowing Span<UInt8>) -> Range<Int>? {
        guard let count = long(source) else { return nil }
        return take(count, source)
    }

    /// How many elements of an array or a map follow, 0 at its end. Their size in bytes, where that is given, is stepped over.
    package mutating func blockCount(_ source: borrowing Span<UInt8>) -> Int? {
        guard let count = long(source) else { return nil }
        if count >= 0 { return count }
        guard count != .min, long(source) != nil else { return fail() }
        return -count
    }

    /// A little-endian number of `count` bytes.
    @inline(__always)
    package mutating func bits(_ count: Int, _ source: borrowing Span<UInt8>) -> UInt64? {
        guard let range = take(count, source) else { return nil }
        var number: UInt64 = 0
        for place in 0..<count { number |= UInt64(source[unchecked: range.lowerBound &+ place]) &<< UInt64(place &* 8) }
        return number
    }
}
