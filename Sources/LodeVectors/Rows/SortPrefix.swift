/// Sort keys as one word that orders as they do.

import LodeCore

/// Packs the first keys of rows into 64 bits whose unsigned order is that of the keys, as far as they fit.
///
///     integer, date    | NULL flag | 32 bits | next key …        exact
///     bigint, double   | 64 bits, the extreme value gives way to NULL |   exact but at that extreme
///     text             | NULL flag | as many bits of the first 8 bytes as are left |   decides most pairs
///
/// Rows whose words are equal must be compared from key `exactKeys` on.
package struct SortPrefix: Sendable {
    private enum Form: Sendable {
        /// A NULL flag and the value's upper bits.
        case packed(bits: Int)
        /// All 64 bits.
        case whole
    }

    private struct Part: Sendable {
        var form: Form
        var shift: UInt64
        var key: RowSortKey
        var type: PhysicalType
    }

    private let parts: [Part]
    /// How many keys are decided by the word.
    package let exactKeys: Int
    private let keyCount: Int

    package init(_ layout: RowLayout, _ keys: [RowSortKey]) {
        var parts: [Part] = [], exact = 0, left = 64
        for key in keys {
            let physical = layout.types[key.column].physical
            let width = Self.bits(physical)
            if width == 0 { break }
            if width < 64, width + 1 <= left {
                left -= width + 1
                parts.append(Part(form: .packed(bits: width), shift: UInt64(left), key: key, type: physical))
                exact += 1
                continue
            }
            if left == 64, width == 64 {
                parts.append(Part(form: .whole, shift: 0, key: key, type: physical))
                if physical == .int64 || physical == .float64 { exact += 1 }
            } else if width >= 64, left > 8 {
                parts.append(Part(form: .packed(bits: left - 1), shift: 0, key: key, type: physical))
            }
            break
        }
        self.parts = parts
        exactKeys = exact
        keyCount = keys.count
    }

    /// Value bits of a lane; text and wide values take what there is, and nested ones have no word.
    private static func bits(_ physical: PhysicalType) -> Int {
        switch physical {
        case .bool: 1
        case .int8: 8
        case .int16: 16
        case .int32, .float32: 32
        case .int64, .float64, .int128, .interval: 64
        case .text: 65
        case .list, .structure: 0
        }
    }

    /// Writes the words of `count` rows; `values` has a flat column a key.
    /// - Returns: whether some value had to give way to NULL, so that equal words must be compared from the first key on.
    package func words(_ values: [Column], _ count: Int, into words: MutableLanes<UInt64>) -> Bool {
        words.update(repeating: 0, count: count)
        var gaveWay = false
        for (index, part) in parts.enumerated() {
            let value = values[index]
            switch part.type {
            case .bool: add(part, value, count, words) { UInt64(value.lanes(as: UInt8.self)[$0]) &<< 63 }
            case .int8: add(part, value, count, words) { UInt64(UInt8(bitPattern: value.lanes(as: Int8.self)[$0]) ^ 0x80) &<< 56 }
            case .int16: add(part, value, count, words) { UInt64(UInt16(bitPattern: value.lanes(as: Int16.self)[$0]) ^ 0x8000) &<< 48 }
            case .int32:
                let lanes = value.lanes(as: UInt32.self)
                add(part, value, count, words) { UInt64(lanes[$0] ^ 0x8000_0000) &<< 32 }
            case .float32:
                let lanes = value.lanes(as: Float.self)
                add(part, value, count, words) { Self.ordered(lanes[$0]) }
            case .int64:
                let lanes = value.lanes(as: UInt64.self)
                gaveWay = add(part, value, count, words) { lanes[$0] ^ 1 &<< 63 } || gaveWay
            case .float64:
                let lanes = value.lanes(as: Double.self)
                gaveWay = add(part, value, count, words) { Self.ordered(lanes[$0]) } || gaveWay
            case .int128:
                let lanes = value.lanes(as: Int128.self)
                add(part, value, count, words) { Self.clamped(lanes[$0]) }
            case .interval:
                let lanes = value.lanes(as: Interval.self)
                add(part, value, count, words) { Self.clamped(lanes[$0].comparisonMicros) }
            case .text:
                let lanes = value.lanes(as: StringView.self)
                add(part, value, count, words) { Self.start(lanes[$0]) }
            case .list, .structure: continue
            }
        }
        return gaveWay
    }

    /// - Parameter bits: a lane as 64 bits in order, the most significant first.
    @inline(__always) @discardableResult
    private func add(
        _ part: Part, _ value: Column, _ count: Int, _ words: MutableLanes<UInt64>, _ bits: (Int) -> UInt64
    ) -> Bool {
        let flip: UInt64 = part.key.descending ? .max : 0
        let mask = value.mask, nullsFirst = part.key.nullsFirst
        var i = 0
        switch part.form {
        case .whole:
            // NULL has one end of the scale to itself.
            var gaveWay = false
            while i < count {
                let word = bits(i) ^ flip
                let held = nullsFirst ? (word == 0 ? 1 : word) : (word == .max ? .max - 1 : word)
                gaveWay = gaveWay || held != word
                words[i] = Validity.isValid(mask, i) ? held : nullsFirst ? 0 : .max
                i &+= 1
            }
            return gaveWay
        case .packed(let width):
            let narrow = UInt64(64 - width), flag = (1 as UInt64) &<< UInt64(width), shift = part.shift
            while i < count {
                let word = (bits(i) ^ flip) &>> narrow
                let held = Validity.isValid(mask, i) ? word | (nullsFirst ? flag : 0) : nullsFirst ? 0 : flag
                words[i] |= held &<< shift
                i &+= 1
            }
            return false
        }
    }

    @inline(__always)
    static func ordered(_ number: Double) -> UInt64 {
        // NaN is the greatest, and both zeros are one.
        let bits = number != number ? 0x7ff8_0000_0000_0000 : number == 0 ? 0 : number.bitPattern
        return bits &>> 63 == 0 ? bits | 1 &<< 63 : ~bits
    }

    @inline(__always)
    private static func ordered(_ number: Float) -> UInt64 {
        let bits: UInt32 = number != number ? 0x7fc0_0000 : number == 0 ? 0 : number.bitPattern
        return UInt64(bits &>> 31 == 0 ? bits | 1 &<< 31 : ~bits) &<< 32
    }

    @inline(__always)
    private static func clamped(_ number: Int128) -> UInt64 {
        UInt64(bitPattern: Int64(clamping: number)) ^ 1 &<< 63
    }

    /// The first eight bytes, the first one most significant, zeros behind the end.
    @inline(__always)
    private static func start(_ text: StringView) -> UInt64 {
        let low: UInt64 = text.head &>> 32
        let high = text.isInline ? text.tail & 0xffff_ffff : UInt64((text.pointer + 4).loadUnaligned(as: UInt32.self))
        return (low | high &<< 32).byteSwapped
    }
}
