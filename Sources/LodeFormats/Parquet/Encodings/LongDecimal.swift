/// Decimals of more than 38 digits, which are read as the nearest double.

import Glibc
import LodeCore

/// Other engines that lack so long a type do the same: the rest of the file stays readable, and the column's type says that
/// its values are approximate.
enum LongDecimal {
    static func divisor(_ scale: Int) -> Double { pow(10, Double(scale)) }

    /// A big-endian two's complement number of any length, divided.
    static func double(_ bytes: UnsafeRawBufferPointer, _ divisor: Double) -> Double {
        guard let first = bytes.first else { return 0 }
        let isNegative = first >= 0x80
        let flip: UInt8 = isNegative ? 0xff : 0
        // The leading bytes of the magnitude (less one, if negative) that fit in a word, and what is known of the others.
        var head: UInt64 = 0
        var dropped = 0
        var areAllOnes = true, areAllZero = true
        for byte in bytes {
            let digit = byte ^ flip
            if dropped == 0, head < 1 << 56 {
                head = head << 8 | UInt64(digit)
            } else {
                dropped += 8
                areAllOnes = areAllOnes && digit == 0xff
                areAllZero = areAllZero && digit == 0
            }
        }
        if isNegative, areAllOnes {
            let (sum, overflow) = head.addingReportingOverflow(1)
            head = overflow ? 1 << 63 : sum
            if overflow { dropped += 1 }
        } else if isNegative || !areAllZero {
            // Bits behind the last one decide ties.
            head |= 1
        }
        let magnitude = scalbn(Double(head), Int32(clamping: dropped))
        return (isNegative ? -magnitude : magnitude) / divisor
    }
}
