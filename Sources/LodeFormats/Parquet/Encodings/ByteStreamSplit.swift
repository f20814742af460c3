/// Fixed-width values whose first bytes, second bytes, … stand together.

import LodeCore
import LodeVectors

/// Decodes BYTE_STREAM_SPLIT pages to PLAIN ones.
/// - Source: Parquet format, Encodings, "Byte Stream Split".
enum ByteStreamSplit {
    /// `count` values of `width` bytes, one after another; `bytes` holds `count * width` bytes.
    static func decode(_ bytes: UnsafeRawPointer, count: Int, width: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: count * width)
        let out = buffer.lanes(as: UInt8.self)
        let source = bytes.assumingMemoryBound(to: UInt8.self)
        var stream = 0
        while stream < width {
            let from = source + stream &* count
            var to = stream, i = 0
            while i < count {
                out[to] = from[i]
                to &+= width
                i &+= 1
            }
            stream &+= 1
        }
        return buffer
    }
}
