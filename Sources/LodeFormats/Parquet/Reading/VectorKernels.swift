/// The loops that move decoded lanes to where they belong.

import Glibc
import LodeVectors

/// Lanes picked by number.
enum Gathering {
    /// `out[i] = lanes[numbers[i]]`; every number lies within the lanes.
    static func gather(
        _ lanes: Lanes<UInt8>, _ numbers: Lanes<UInt32>, _ count: Int, stride: Int, into out: MutableLanes<UInt8>
    ) {
        switch stride {
        case 1: loop(lanes, numbers, count, out, UInt8.self)
        case 2: loop(lanes, numbers, count, out, UInt16.self)
        case 4: loop(lanes, numbers, count, out, UInt32.self)
        case 8: loop(lanes, numbers, count, out, UInt64.self)
        default: loop(lanes, numbers, count, out, SIMD2<UInt64>.self)
        }
    }

    @inline(__always)
    private static func loop<Lane>(
        _ lanes: Lanes<UInt8>, _ numbers: Lanes<UInt32>, _ count: Int, _ out: MutableLanes<UInt8>, _: Lane.Type
    ) {
        let source = lanes.bound(to: Lane.self), target = out.bound(to: Lane.self)
        var i = 0
        while i < count {
            target[i] = source[Int(numbers[i])]
            i &+= 1
        }
    }
}

/// Values set apart by the NULL rows between them.
enum NullSpreading {
    /// Puts the next of `values` into every lane whose bit is set, and zero into the others. `word` gives the bits of 64 rows.
    @inline(__always)
    static func spread(
        _ values: Lanes<UInt8>, _ stride: Int, _ count: Int, into out: MutableLanes<UInt8>, _ word: (Int) -> UInt64
    ) {
        values.withUnsafePointer { values in out.withUnsafePointer { spread(values, stride, count, $0, word) } }
    }

    @inline(__always)
    private static func spread(
        _ values: UnsafeRawPointer, _ stride: Int, _ count: Int, _ out: UnsafeMutableRawPointer, _ word: (Int) -> UInt64
    ) {
        var source = values
        var i = 0
        while i < count {
            let take = min(64, count &- i)
            let mask = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- take)
            let bits = word(i) & mask
            let target = out + i &* stride
            if bits == mask {
                memcpy(target, source, take &* stride)
            } else if bits == 0 {
                memset(target, 0, take &* stride)
            } else {
                block(source, stride, bits, take, target)
            }
            source += bits.nonzeroBitCount &* stride
            i &+= take
        }
    }

    private static func block(
        _ values: UnsafeRawPointer, _ stride: Int, _ bits: UInt64, _ count: Int, _ out: UnsafeMutableRawPointer
    ) {
        switch stride {
        case 1: loop(values, bits, count, out, UInt8(0))
        case 2: loop(values, bits, count, out, UInt16(0))
        case 4: loop(values, bits, count, out, UInt32(0))
        case 8: loop(values, bits, count, out, UInt64(0))
        default: loop(values, bits, count, out, SIMD2<UInt64>(0, 0))
        }
    }

    @inline(__always)
    private static func loop<Lane>(
        _ values: UnsafeRawPointer, _ bits: UInt64, _ count: Int, _ out: UnsafeMutableRawPointer, _ zero: Lane
    ) {
        let source = values.assumingMemoryBound(to: Lane.self), target = out.assumingMemoryBound(to: Lane.self)
        var k = 0
        var i = 0
        while i < count {
            let isValid = bits &>> UInt64(truncatingIfNeeded: i) & 1 == 1
            target[i] = isValid ? source[k] : zero
            k &+= isValid ? 1 : 0
            i &+= 1
        }
    }
}

/// The validity of up to `Chunk.capacity` listed rows.
struct ListedBits {
    private var words: InlineArray<32, UInt64> = .init(repeating: 0)

    @inline(__always)
    mutating func set(_ row: Int, _ isValid: Bool) {
        words[row &>> 6] |= (isValid ? 1 : 0) &<< UInt64(truncatingIfNeeded: row & 63)
    }

    /// The bits of 64 rows from `row` on, a multiple of 64.
    @inline(__always)
    func word(_ row: Int) -> UInt64 { words[row &>> 6] }
}
