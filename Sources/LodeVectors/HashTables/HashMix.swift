/// The hash function of grouping, joining and Bloom filters, a value at a time.

import Glibc

/// 64-bit hashes whose high and low bits are equally good. Not against malice, and not stable between versions.
/// - Source: Wang Yi, "wyhash": folding a 128-bit product.
public enum HashMix {
    /// The hash of NULL, whatever its type.
    public static let null: UInt64 = 0xa076_1d64_78bd_642f

    @inlinable @inline(__always)
    public static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    @inlinable @inline(__always)
    public static func word(_ word: UInt64) -> UInt64 {
        fold(word ^ 0xe703_7ed1_a0b4_28db, 0x9e37_79b9_7f4a_7c15)
    }

    /// Adds the hash of one more value to that of those before; not commutative.
    @inlinable @inline(__always)
    public static func combine(_ left: UInt64, _ right: UInt64) -> UInt64 {
        fold((left &<< 23 | left &>> 41) ^ right ^ 0x8ebc_6af0_9c88_c6e3, 0x5896_36fd_19a9_b4ab)
    }

    /// The same for a value of two words, by one multiplication.
    @inlinable @inline(__always)
    public static func combine(_ left: UInt64, _ low: UInt64, _ high: UInt64) -> UInt64 {
        fold((left &<< 23 | left &>> 41) ^ low ^ 0x8ebc_6af0_9c88_c6e3, high ^ 0x5896_36fd_19a9_b4ab)
    }

    @inlinable @inline(__always)
    public static func pair(_ low: UInt64, _ high: UInt64) -> UInt64 {
        fold(low ^ 0xe703_7ed1_a0b4_28db, high ^ 0x8ebc_6af0_9c88_c6e3) ^ word(high)
    }

    /// Numbers that are equal hash equal: -0 as 0, and every NaN as one.
    @inlinable @inline(__always)
    public static func canonical(_ number: Double) -> UInt64 {
        number == 0 ? 0 : number != number ? 0x7ff8_0000_0000_0000 : number.bitPattern
    }

    @inlinable @inline(__always)
    public static func text(_ view: StringView) -> UInt64 {
        view.isInline ? pair(view.head, view.tail) : bytes(view.pointer, view.count)
    }

    /// The hash of more than 12 bytes. (Shorter strings hash by their lane.)
    public static func bytes(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var state = UInt64(truncatingIfNeeded: count) ^ 0xa076_1d64_78bd_642f
        var at = 0
        while at &+ 16 <= count {
            let low = start.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let high = start.loadUnaligned(fromByteOffset: at &+ 8, as: UInt64.self)
            state = fold(low ^ 0xe703_7ed1_a0b4_28db, high ^ state)
            at &+= 16
        }
        if at < count, count >= 16 {
            // The last 16 bytes overlap what was hashed already, which does no harm.
            let low = start.loadUnaligned(fromByteOffset: count &- 16, as: UInt64.self)
            let high = start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            state = fold(low ^ 0x8ebc_6af0_9c88_c6e3, high ^ state)
        } else if at < count {
            var low: UInt64 = 0, high: UInt64 = 0
            if count >= 8 {
                low = start.loadUnaligned(as: UInt64.self)
                high = start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            } else {
                memcpy(&low, start, count)
            }
            state = fold(low ^ 0x8ebc_6af0_9c88_c6e3, high ^ state)
        }
        return fold(state, 0x9e37_79b9_7f4a_7c15)
    }
}
