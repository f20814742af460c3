/// Integers of a fixed number of bits, unpacked to 32 and 64 bits.

/// Values packed least significant bit first, as in Parquet's hybrid and delta encodings.
///
/// Loops run over groups of eight values with the width as a constant. All functions may read up to 16 bytes past the packed
/// bits: page buffers have `Decompressor.slack`.
enum BitUnpacking {
    /// The value at `index`; `width` is 0...32.
    @inline(__always)
    static func value(_ bits: UnsafeRawPointer, _ index: Int, width: Int) -> UInt32 {
        let bit = index &* width
        let word = (bits + (bit &>> 3)).loadUnaligned(as: UInt64.self)
        let mask = (UInt64(1) &<< UInt64(truncatingIfNeeded: width)) &- 1
        return UInt32(truncatingIfNeeded: (word &>> UInt64(truncatingIfNeeded: bit & 7)) & mask)
    }

    /// The value at `index`; `width` is 0...64.
    @inline(__always)
    static func wideValue(_ bits: UnsafeRawPointer, _ index: Int, width: Int) -> UInt64 {
        if width == 0 { return 0 }
        let bit = index &* width
        let place = bits + (bit &>> 3)
        let shift = UInt64(truncatingIfNeeded: bit & 7)
        var word = place.loadUnaligned(as: UInt64.self) &>> shift
        if width &+ Int(shift) > 64 { word |= UInt64((place + 8).load(as: UInt8.self)) &<< (64 &- shift) }
        return word & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- width))
    }

    /// Unpacks `count` values from number `start` on; `width` is 0...32.
    static func unpack(
        _ bits: UnsafeRawPointer, from start: Int, _ count: Int, width: Int, into out: UnsafeMutablePointer<UInt32>
    ) {
        var i = 0
        while i < count, (start &+ i) & 7 != 0 {
            out[i] = value(bits, start &+ i, width: width)
            i &+= 1
        }
        let groups = (count &- i) &>> 3
        unpackGroups(bits + ((start &+ i) &>> 3) &* width, groups, width, out + i)
        i &+= groups &* 8
        while i < count {
            out[i] = value(bits, start &+ i, width: width)
            i &+= 1
        }
    }

    /// One call site per width, so that each becomes a loop of its own with constant shifts.
    private static func unpackGroups(
        _ bits: UnsafeRawPointer, _ groups: Int, _ width: Int, _ out: UnsafeMutablePointer<UInt32>
    ) {
        switch width {
        case 0: out.update(repeating: 0, count: groups &* 8)
        case 1: loop(1, bits, groups, out)
        case 2: loop(2, bits, groups, out)
        case 3: loop(3, bits, groups, out)
        case 4: loop(4, bits, groups, out)
        case 5: loop(5, bits, groups, out)
        case 6: loop(6, bits, groups, out)
        case 7: loop(7, bits, groups, out)
        case 8: loop(8, bits, groups, out)
        case 9: loop(9, bits, groups, out)
        case 10: loop(10, bits, groups, out)
        case 11: loop(11, bits, groups, out)
        case 12: loop(12, bits, groups, out)
        case 13: loop(13, bits, groups, out)
        case 14: loop(14, bits, groups, out)
        case 15: loop(15, bits, groups, out)
        case 16: loop(16, bits, groups, out)
        case 17: loop(17, bits, groups, out)
        case 18: loop(18, bits, groups, out)
        case 19: loop(19, bits, groups, out)
        case 20: loop(20, bits, groups, out)
        default: loop(width, bits, groups, out)
        }
    }

    @inline(__always)
    private static func loop(
        _ width: Int, _ bits: UnsafeRawPointer, _ groups: Int, _ out: UnsafeMutablePointer<UInt32>
    ) {
        let mask = (UInt64(1) &<< UInt64(truncatingIfNeeded: width)) &- 1
        var place = bits
        var o = out
        var left = groups
        while left > 0 {
            if width <= 8 {
                let word = place.loadUnaligned(as: UInt64.self)
                o[0] = part(word, 0, mask)
                o[1] = part(word, width, mask)
                o[2] = part(word, width &* 2, mask)
                o[3] = part(word, width &* 3, mask)
                o[4] = part(word, width &* 4, mask)
                o[5] = part(word, width &* 5, mask)
                o[6] = part(word, width &* 6, mask)
                o[7] = part(word, width &* 7, mask)
            } else if width <= 16 {
                let low = place.loadUnaligned(as: UInt64.self)
                let half = width &* 4
                let high = (place + (half &>> 3)).loadUnaligned(as: UInt64.self) &>> UInt64(truncatingIfNeeded: half & 7)
                o[0] = part(low, 0, mask)
                o[1] = part(low, width, mask)
                o[2] = part(low, width &* 2, mask)
                o[3] = part(low, width &* 3, mask)
                o[4] = part(high, 0, mask)
                o[5] = part(high, width, mask)
                o[6] = part(high, width &* 2, mask)
                o[7] = part(high, width &* 3, mask)
            } else {
                o[0] = at(place, 0, mask)
                o[1] = at(place, width, mask)
                o[2] = at(place, width &* 2, mask)
                o[3] = at(place, width &* 3, mask)
                o[4] = at(place, width &* 4, mask)
                o[5] = at(place, width &* 5, mask)
                o[6] = at(place, width &* 6, mask)
                o[7] = at(place, width &* 7, mask)
            }
            place += width
            o += 8
            left &-= 1
        }
    }

    @inline(__always)
    private static func part(_ word: UInt64, _ shift: Int, _ mask: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (word &>> UInt64(truncatingIfNeeded: shift)) & mask)
    }

    @inline(__always)
    private static func at(_ place: UnsafeRawPointer, _ bit: Int, _ mask: UInt64) -> UInt32 {
        part((place + (bit &>> 3)).loadUnaligned(as: UInt64.self), bit & 7, mask)
    }
}
