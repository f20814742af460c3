/// Strings and binary values in PLAIN encoding: a length and the bytes, one after another.

import LodeVectors

/// A forward cursor over length-prefixed values. Lanes point into the page, nothing is copied.
///
/// The bytes must be followed by `Decompressor.slack`. Every function gives false when a value goes beyond the end.
/// - Source: Parquet format, Encodings, "Plain" (BYTE_ARRAY).
struct PlainTexts {
    /// The number of the next value.
    private(set) var position = 0
    private var next: UnsafeRawPointer
    private let end: UnsafeRawPointer

    init(_ bytes: UnsafeRawPointer, count: Int) {
        next = bytes
        end = bytes + count
    }

    mutating func read(_ count: Int, into out: UnsafeMutablePointer<StringView>) -> Bool {
        var place = next
        var i = 0
        while i < count {
            guard end - place >= 4 else { return false }
            let length = Int(place.loadUnaligned(as: UInt32.self))
            place += 4
            guard length <= end - place else { return false }
            out[i] = StringView(place, count: length)
            place += length
            i &+= 1
        }
        next = place
        position &+= count
        return true
    }

    mutating func skip(_ count: Int) -> Bool {
        var place = next
        var i = 0
        while i < count {
            guard end - place >= 4 else { return false }
            let length = Int(place.loadUnaligned(as: UInt32.self))
            place += 4
            guard length <= end - place else { return false }
            place += length
            i &+= 1
        }
        next = place
        position &+= max(count, 0)
        return true
    }

    /// Reads the values with the numbers `wanted` (ascending, none before `position`).
    mutating func pick(
        _ wanted: UnsafePointer<UInt32>, _ count: Int, into out: UnsafeMutablePointer<StringView>
    ) -> Bool {
        var i = 0
        while i < count {
            guard skip(Int(wanted[i]) &- position), read(1, into: out + i) else { return false }
            i &+= 1
        }
        return true
    }
}
