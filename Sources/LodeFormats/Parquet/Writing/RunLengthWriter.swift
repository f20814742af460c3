/// Writing levels and dictionary codes: the hybrid of runs and bit packing.

import LodeCore
import LodeVectors

/// - Source: Parquet format, Encodings, "Run Length Encoding / Bit-Packing Hybrid".
enum RunLengthWriter {
    /// Bits that numbers up to `maximum` take.
    static func width(_ maximum: Int) -> Int { maximum <= 0 ? 0 : Int.bitWidth - maximum.leadingZeroBitCount }

    /// Appends `count` codes below `2^width`, width 0...32.
    static func append(_ codes: Lanes<UInt32>, _ count: Int, width: Int, to sink: ByteSink) throws(SQLError) {
        if count == 0 { return }
        if width == 0 { return try run(0, count, width, sink) }
        var at = 0, literalStart = 0
        while at < count {
            let value = codes[at]
            var end = at &+ 1
            while end < count, codes[end] == value { end &+= 1 }
            if end &- at >= 8 {
                // Literals come in eights: the run gives up what fills their last group.
                let fill = (8 &- (at &- literalStart) & 7) & 7
                if end &- at &- fill >= 8 {
                    try literals(codes + literalStart, at &+ fill &- literalStart, width, sink)
                    try run(value, end &- at &- fill, width, sink)
                    literalStart = end
                }
            }
            at = end
        }
        try literals(codes + literalStart, count &- literalStart, width, sink)
    }

    /// One run of `count` equal values.
    static func run(_ value: UInt32, _ count: Int, _ width: Int, _ sink: ByteSink) throws(SQLError) {
        try varint(UInt64(count) &<< 1, sink)
        var rest = value
        for _ in 0..<((width + 7) / 8) {
            try sink.append(UInt8(truncatingIfNeeded: rest))
            rest &>>= 8
        }
    }

    private static func literals(_ codes: Lanes<UInt32>, _ count: Int, _ width: Int, _ sink: ByteSink) throws(SQLError) {
        guard count > 0 else { return }
        let groups = (count + 7) / 8
        try varint(UInt64(groups) &<< 1 | 1, sink)
        let bytes = groups * width
        let out = UnsafeMutableRawPointer(try sink.reserve(bytes + 8))
        pack(codes, count, groups * 8, width, out)
        sink.advance(bytes)
    }

    /// Packs `count` values and zeros up to `total`, a multiple of 8. Eight bytes beyond the result may be written.
    static func pack(_ codes: Lanes<UInt32>, _ count: Int, _ total: Int, _ width: Int, _ out: UnsafeMutableRawPointer) {
        var buffer: UInt64 = 0
        var bits = 0, at = 0, offset = 0
        let step = UInt64(truncatingIfNeeded: width)
        while at < total {
            let value = at < count ? UInt64(codes[at]) : 0
            buffer |= value &<< UInt64(truncatingIfNeeded: bits)
            bits &+= Int(step)
            if bits >= 32 {
                out.storeBytes(of: UInt32(truncatingIfNeeded: buffer), toByteOffset: offset, as: UInt32.self)
                offset &+= 4
                buffer &>>= 32
                bits &-= 32
            }
            at &+= 1
        }
        if bits > 0 { out.storeBytes(of: UInt32(truncatingIfNeeded: buffer), toByteOffset: offset, as: UInt32.self) }
    }

    static func varint(_ value: UInt64, _ sink: ByteSink) throws(SQLError) {
        var rest = value
        while rest >= 0x80 {
            try sink.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        try sink.append(UInt8(truncatingIfNeeded: rest))
    }
}
