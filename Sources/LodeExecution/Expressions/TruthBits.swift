/// Truth values as bits, to be combined with validity masks a word at a time.

import LodeVectors

/// Boolean lanes are bytes, validity is bits: this is the way from one to the other.
enum TruthBits {
    /// The lowest bits of 64 bytes, the first of them lowest. What lies behind the last row may be anything: buffers are padded so far.
    @inline(__always)
    static func word(_ bytes: Lanes<UInt8>) -> UInt64 { bytes.withUnsafePointer { word(UnsafeRawPointer($0)) } }

    @inline(__always)
    private static func word(_ raw: UnsafeRawPointer) -> UInt64 {
        var word: UInt64 = 0, i = 0
        while i < 8 {
            // The product brings the bit of byte k to bit 56 + k.
            let lowest = raw.loadUnaligned(fromByteOffset: i &* 8, as: UInt64.self) & 0x0101_0101_0101_0101
            let eight = (lowest &* 0x0102_0408_1020_4080) &>> 56
            word |= eight &<< UInt64(truncatingIfNeeded: i &* 8)
            i &+= 1
        }
        return word
    }
}
