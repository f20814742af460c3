/// Writing strings with their lengths, and what they share with their predecessors, apart from their bytes.

import Glibc
import LodeCore
import LodeVectors

/// - Source: Parquet format, Encodings, "Delta-length byte array" and "Delta Strings".
enum TextDeltaWriter {
    /// All lengths, then all bytes.
    static func lengths(_ texts: [UnsafeRawBufferPointer], to sink: ByteSink) throws(SQLError) {
        let sizes = try Buffer(byteCount: texts.count * 8)
        let out = sizes.lanes(as: Int64.self)
        for (index, text) in texts.enumerated() { out[index] = Int64(text.count) }
        try DeltaWriter.append(Lanes(out), texts.count, is32Bit: true, to: sink)
        for text in texts { try sink.append(text) }
    }

    /// How many bytes each text begins with that its predecessor begins with too; then the rests, as above.
    static func prefixes(_ texts: [UnsafeRawBufferPointer], to sink: ByteSink) throws(SQLError) {
        let shared = try Buffer(byteCount: texts.count * 8)
        let out = shared.lanes(as: Int64.self)
        var rests: [UnsafeRawBufferPointer] = []
        rests.reserveCapacity(texts.count)
        var last = UnsafeRawBufferPointer(start: nil, count: 0)
        for (index, text) in texts.enumerated() {
            let limit = min(text.count, last.count)
            var common = 0
            while common < limit, text[common] == last[common] { common &+= 1 }
            out[index] = Int64(common)
            rests.append(UnsafeRawBufferPointer(rebasing: text[common...]))
            last = text
        }
        try DeltaWriter.append(Lanes(out), texts.count, is32Bit: true, to: sink)
        try lengths(rests, to: sink)
    }
}

/// Writing the bytes of numbers in streams: first all first bytes, then all second ones, and so on.
///
/// - Source: Parquet format, Encodings, "Byte Stream Split".
enum ByteStreamSplitWriter {
    static func append(_ values: UnsafeRawPointer, _ count: Int, width: Int, to sink: ByteSink) throws(SQLError) {
        let out = try sink.reserve(count * width)
        var stream = 0
        while stream < width {
            var index = 0
            let target = out + stream &* count
            while index < count {
                target[index] = values.load(fromByteOffset: index &* width &+ stream, as: UInt8.self)
                index &+= 1
            }
            stream &+= 1
        }
        sink.advance(count * width)
    }
}
