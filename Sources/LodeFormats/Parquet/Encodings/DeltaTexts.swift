/// Strings whose lengths, and common prefixes, stand apart from their bytes.

import Glibc
import LodeCore
import LodeVectors

/// Decodes DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY pages whole, to one `StringView` a value.
/// - Source: Parquet format, Encodings, "Delta-length byte array" and "Delta Strings".
enum DeltaTexts {
    /// The most bytes that the strings of one page may expand to.
    static let maximumBytes = 1 << 28

    /// Lengths, then all the bytes. The views point into `bytes`. Nil if the page is damaged.
    static func lengths(
        _ bytes: UnsafeRawPointer, _ byteCount: Int, atLeast count: Int
    ) throws(SQLError) -> (views: Buffer, count: Int)? {
        guard let lengths = try DeltaBinaryPacked.decode(bytes, byteCount, atLeast: count) else { return nil }
        let sizes = lengths.values.lanes(as: Int64.self)
        let views = try Buffer(byteCount: max(lengths.count, 1) * 16)
        let out = views.lanes(as: StringView.self)
        var place = lengths.bytes
        var i = 0
        while i < lengths.count {
            let size = sizes[i]
            guard size >= 0, size <= byteCount &- place else { return nil }
            out[i] = StringView(bytes + place, count: Int(size))
            place &+= Int(size)
            i &+= 1
        }
        return (views, lengths.count)
    }

    /// Lengths of the prefixes shared with the predecessor, then the suffixes. The texts are put together in `heap`.
    static func prefixes(
        _ bytes: UnsafeRawPointer, _ byteCount: Int, atLeast count: Int
    ) throws(SQLError) -> (views: Buffer, count: Int, heap: Buffer)? {
        guard let shared = try DeltaBinaryPacked.decode(bytes, byteCount, atLeast: count),
            let suffixes = try lengths(bytes + shared.bytes, byteCount - shared.bytes, atLeast: count),
            suffixes.count >= shared.count
        else { return nil }
        let prefix = Lanes(shared.values.lanes(as: Int64.self))
        let suffix = Lanes(suffixes.views.lanes(as: StringView.self))
        guard let total = totalBytes(prefix, suffix, shared.count) else { return nil }
        let heap = try Buffer(byteCount: total)
        let views = try Buffer(byteCount: max(shared.count, 1) * 16)
        let out = views.lanes(as: StringView.self)
        heap.withUnsafeBytes { base in
            var previous = base, place = base
            var i = 0
            while i < shared.count {
                let kept = Int(prefix[i])
                memmove(place, previous, kept)
                suffix[i].withBytes { if let start = $0.baseAddress { memcpy(place + kept, start, $0.count) } }
                let length = kept &+ suffix[i].count
                out[i] = StringView(UnsafeRawPointer(place), count: length)
                previous = place
                place += length
                i &+= 1
            }
        }
        return (views, shared.count, heap)
    }

    /// The bytes of all strings; nil if a prefix is longer than the text that it is taken from.
    private static func totalBytes(
        _ prefix: Lanes<Int64>, _ suffix: Lanes<StringView>, _ count: Int
    ) -> Int? {
        var total = 0, last = 0
        var i = 0
        while i < count {
            guard prefix[i] >= 0, prefix[i] <= last else { return nil }
            last = Int(prefix[i]) &+ suffix[i].count
            total &+= last
            guard total <= maximumBytes else { return nil }
            i &+= 1
        }
        return total
    }
}
