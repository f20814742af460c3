/// From Parquet's stored values to the lanes of columns.

import LodeCore
import LodeVectors

/// What becomes of one fixed-width stored value. Chosen once a column, switched on once a vector.
enum LaneConversion: Hashable, Sendable {
    case copy1, copy4, copy8
    /// INT32 to tinyint and smallint.
    case narrow8, narrow16
    /// INT32 to 64 bits, with or without sign; and in milliseconds to microseconds.
    case widen, widenUnsigned, widenMillis
    /// To 128 bits: long decimals, and unsigned 64-bit numbers.
    case wide32, wide64, wideUnsigned64
    case millis
    /// Nanoseconds of the day to microseconds, which must hold them.
    case nanos
    /// Timestamps in an old form.
    case int96(Int96Unit)
    /// IEEE half precision to single.
    case half
    /// Big-endian two's complement, `width` bytes (at most 16 are significant).
    case bigEndian64(width: Int), bigEndian128(width: Int)
    /// The same divided by ten to the `scale`, rounded: decimals of more digits than the type has.
    case bigEndianDouble(width: Int, scale: Int)
    case uuid
    /// Months, days and milliseconds.
    case interval
    /// A text lane that points at `width` bytes.
    case bytes(width: Int)

    /// Bytes of a stored value.
    var sourceWidth: Int {
        switch self {
        case .copy1: 1
        case .copy4, .narrow8, .narrow16, .widen, .widenUnsigned, .widenMillis, .wide32: 4
        case .copy8, .wide64, .wideUnsigned64, .millis, .nanos: 8
        case .int96, .interval: 12
        case .half: 2
        case .bigEndian64(let width), .bigEndian128(let width), .bigEndianDouble(let width, _), .bytes(let width): width
        case .uuid: 16
        }
    }

    /// Whether lanes are the stored bytes, so that a page can be lent out as it is.
    var isCopy: Bool {
        switch self {
        case .copy1, .copy4, .copy8: true
        default: false
        }
    }

    /// Converts `count` values: those from number `first` on, or the ones that `picks` numbers.
    ///
    /// `source` is followed by `Decompressor.slack`; `out` has room for `count` lanes.
    /// - Returns: false if a value does not fit into its lane.
    func convert(
        _ source: UnsafeRawPointer, first: Int, picks: UnsafePointer<UInt32>?, _ count: Int,
        into out: UnsafeMutableRawPointer
    ) -> Bool {
        let rows = Picks(source: source, width: sourceWidth, first: first, picks: picks, count: count)
        var fits = true
        switch self {
        case .copy1: rows.each(out) { $0.load(as: UInt8.self) }
        case .copy4: rows.each(out) { $0.loadUnaligned(as: UInt32.self) }
        case .copy8: rows.each(out) { $0.loadUnaligned(as: UInt64.self) }
        case .narrow8: rows.each(out) { Int8(truncatingIfNeeded: $0.loadUnaligned(as: Int32.self)) }
        case .narrow16: rows.each(out) { Int16(truncatingIfNeeded: $0.loadUnaligned(as: Int32.self)) }
        case .widen: rows.each(out) { Int64($0.loadUnaligned(as: Int32.self)) }
        case .widenUnsigned: rows.each(out) { Int64($0.loadUnaligned(as: UInt32.self)) }
        case .widenMillis: rows.each(out) { Int64($0.loadUnaligned(as: Int32.self)) &* 1000 }
        case .wide32: rows.each(out) { Int128($0.loadUnaligned(as: Int32.self)) }
        case .wide64: rows.each(out) { Int128($0.loadUnaligned(as: Int64.self)) }
        case .wideUnsigned64: rows.each(out) { Int128($0.loadUnaligned(as: UInt64.self)) }
        case .millis:
            rows.each(out) {
                let (micros, overflow) = $0.loadUnaligned(as: Int64.self).multipliedReportingOverflow(by: 1000)
                if overflow { fits = false }
                return micros
            }
        case .nanos:
            rows.each(out) {
                let (micros, rest) = Nanoseconds.split($0.loadUnaligned(as: Int64.self))
                if rest != 0 { fits = false }
                return micros
            }
        case .int96(let unit): rows.each(out) { unit.timestamp($0, &fits) }
        case .half: rows.each(out) { Self.single(half: $0.loadUnaligned(as: UInt16.self)) }
        case .bigEndian64(let width):
            rows.each(out) {
                let value = Self.bigEndian($0, width, &fits)
                if Int128(Int64(truncatingIfNeeded: value)) != value { fits = false }
                return Int64(truncatingIfNeeded: value)
            }
        case .bigEndian128(let width): rows.each(out) { Self.bigEndian($0, width, &fits) }
        case .bigEndianDouble(let width, let scale):
            let divisor = LongDecimal.divisor(scale)
            rows.each(out) { LongDecimal.double(UnsafeRawBufferPointer(start: $0, count: width), divisor) }
        case .uuid:
            rows.each(out) { Int128(bitPattern: Self.bigEndian16($0) ^ (1 << 127)) }
        case .interval: rows.each(out) { Self.interval($0) }
        case .bytes(let width): rows.each(out) { StringView($0, count: width) }
        }
        return fits
    }

    static func single(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 31
        let fraction = UInt32(bits & 0x3ff)
        if exponent == 31 { return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13) }
        if exponent == 0 {
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        }
        return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }

    @inline(__always)
    static func bigEndian16(_ place: UnsafeRawPointer) -> UInt128 {
        UInt128(UInt64(bigEndian: place.loadUnaligned(as: UInt64.self))) << 64
            | UInt128(UInt64(bigEndian: (place + 8).loadUnaligned(as: UInt64.self)))
    }

    /// A number of `width` bytes; `fits` becomes false if it needs more than 128 bits.
    @inline(__always)
    static func bigEndian(_ place: UnsafeRawPointer, _ width: Int, _ fits: inout Bool) -> Int128 {
        if width <= 8 {
            if width == 0 { return 0 }
            let word = Int64(bitPattern: UInt64(bigEndian: place.loadUnaligned(as: UInt64.self)))
            return Int128(word &>> Int64(truncatingIfNeeded: 64 &- 8 &* width))
        }
        if width <= 16 {
            return Int128(bitPattern: bigEndian16(place)) &>> Int128(truncatingIfNeeded: 128 &- 8 &* width)
        }
        let value = Int128(bitPattern: bigEndian16(place + (width &- 16)))
        let fill: UInt8 = value < 0 ? 0xff : 0
        var i = 0
        while i < width &- 16 {
            if place.load(fromByteOffset: i, as: UInt8.self) != fill { fits = false }
            i &+= 1
        }
        return value
    }

    @inline(__always)
    private static func interval(_ place: UnsafeRawPointer) -> Interval {
        Interval(
            months: Int32(truncatingIfNeeded: place.loadUnaligned(as: UInt32.self)),
            days: Int32(truncatingIfNeeded: (place + 4).loadUnaligned(as: UInt32.self)),
            micros: Int64((place + 8).loadUnaligned(as: UInt32.self)) * 1000)
    }
}

/// Which stored values a conversion visits.
private struct Picks {
    let source: UnsafeRawPointer
    let width: Int
    let first: Int
    let picks: UnsafePointer<UInt32>?
    let count: Int

    @inline(__always)
    func each<Lane>(_ out: UnsafeMutableRawPointer, _ convert: (UnsafeRawPointer) -> Lane) {
        let lanes = out.assumingMemoryBound(to: Lane.self)
        let width = width, count = count
        var i = 0
        if let picks {
            while i < count {
                lanes[i] = convert(source + Int(picks[i]) &* width)
                i &+= 1
            }
        } else {
            var place = source + first &* width
            while i < count {
                lanes[i] = convert(place)
                place += width
                i &+= 1
            }
        }
    }
}
