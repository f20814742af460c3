/// Strings and binary values in PLAIN encoding: a length and the bytes, one after another.

import LodeVectors

/// A forward cursor over length-prefixed values. Lanes point into the page, nothing is copied.
///
/// It is a place in bytes that come with each call, and are the same each time. They must be followed by `Decompressor.slack`.
/// Every function gives false when a value goes beyond the end.
/// - Source: Parquet format, Encodings, "Plain" (BYTE_ARRAY).
struct PlainTexts {
    /// The number of the next value.
    private(set) var position = 0
    private var next = 0
    private let end: Int

    /// - Parameter count: how many bytes there are.
    init(count: Int) { end = count }

    mutating func read(_ count: Int, of source: UnsafeRawPointer, into out: UnsafeMutablePointer<StringView>) -> Bool {
        var place = source + next
        let end = source + end
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
        next = place - source
        position &+= count
        return true
    }

    mutating func skip(_ count: Int, of source: UnsafeRawPointer) -> Bool {
        var place = source + next
        let end = source + end
        var i = 0
        while i < count {
            guard end - place >= 4 else { return false }
            let length = Int(place.loadUnaligned(as: UInt32.self))
            place += 4
            guard length <= end - place else { return false }
            place += length
            i &+= 1
        }
        next = place - source
        position &+= max(count, 0)
        return true
    }

    /// Reads the values with the numbers `wanted` (ascending, none before `position`).
    mutating func pick(
        _ wanted: UnsafePointer<UInt32>, _ count: Int, of source: UnsafeRawPointer, into out: UnsafeMutablePointer<StringView>
    ) -> Bool {
        var i = 0
        while i < count {
            guard skip(Int(wanted[i]) &- position, of: source), read(1, of: source, into: out + i) else { return false }
            i &+= 1
        }
        return true
    }
}
