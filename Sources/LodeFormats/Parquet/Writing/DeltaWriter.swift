/// Writing integers as bit-packed differences.

import LodeCore
import LodeVectors

/// - Source: Parquet format, Encodings, "Delta Encoding (DELTA_BINARY_PACKED)".
enum DeltaWriter {
    private static let blockValues = 128
    private static let miniblocks = 4

    /// Appends `count` values. Differences wrap, as the format says.
    static func append(_ values: Lanes<Int64>, _ count: Int, is32Bit: Bool, to sink: ByteSink) throws(SQLError) {
        try RunLengthWriter.varint(UInt64(blockValues), sink)
        try RunLengthWriter.varint(UInt64(miniblocks), sink)
        try RunLengthWriter.varint(UInt64(count), sink)
        try zigzag(count > 0 ? values[0] : 0, sink)
        var at = 1
        var deltas = [Int64](repeating: 0, count: blockValues)
        while at < count {
            let inBlock = min(blockValues, count - at)
            var minimum = Int64.max
            for index in 0..<inBlock {
                var delta = values[at + index] &- values[at + index - 1]
                // Differences of 32-bit columns are 32-bit numbers.
                if is32Bit { delta = Int64(Int32(truncatingIfNeeded: delta)) }
                deltas[index] = delta
                minimum = min(minimum, delta)
            }
            try zigzag(minimum, sink)
            try block(deltas, inBlock, minimum, is32Bit, sink)
            at += inBlock
        }
    }

    private static func block(
        _ deltas: [Int64], _ count: Int, _ minimum: Int64, _ is32Bit: Bool, _ sink: ByteSink
    ) throws(SQLError) {
        let size = blockValues / miniblocks
        var widths: [Int] = []
        for mini in 0..<miniblocks {
            var all: UInt64 = 0
            for index in (mini * size)..<((mini + 1) * size) where index < count { all |= above(deltas[index], minimum, is32Bit) }
            widths.append(64 - all.leadingZeroBitCount)
        }
        for width in widths { try sink.append(UInt8(width)) }
        for mini in 0..<miniblocks where mini * size < count {
            let width = widths[mini]
            let out = try sink.reserve(size * width / 8)
            out.update(repeating: 0, count: size * width / 8)
            pack(deltas, mini * size, min(count, (mini + 1) * size), width, minimum, is32Bit, out)
            sink.advance(size * width / 8)
        }
    }

    /// Bit-packs the differences `from ..< to`; what is not written stays as it is.
    private static func pack(
        _ deltas: [Int64], _ from: Int, _ to: Int, _ width: Int, _ minimum: Int64, _ is32Bit: Bool, _ out: UnsafeMutablePointer<UInt8>
    ) {
        guard width > 0 else { return }
        let raw = UnsafeMutableRawPointer(out)
        var buffer: UInt64 = 0, bits = 0, offset = 0
        for index in from..<to {
            let value = above(deltas[index], minimum, is32Bit)
            buffer |= value &<< UInt64(truncatingIfNeeded: bits)
            bits += width
            if bits >= 64 {
                raw.storeBytes(of: buffer.littleEndian, toByteOffset: offset, as: UInt64.self)
                offset += 8
                bits -= 64
                buffer = bits == 0 ? 0 : value &>> UInt64(truncatingIfNeeded: width - bits)
            }
        }
        while bits > 0 {
            raw.storeBytes(of: UInt8(truncatingIfNeeded: buffer), toByteOffset: offset, as: UInt8.self)
            offset += 1
            bits -= 8
            buffer &>>= 8
        }
    }

    /// Roughly the bytes that values of a width take: what their differences take in miniblocks.
    static func estimate<Lane: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _ values: UnsafePointer<UInt8>, _ count: Int, _: Lane.Type
    ) -> Int {
        let lanes = UnsafeRawPointer(values).assumingMemoryBound(to: Lane.self)
        let size = blockValues / miniblocks
        var bytes = 16, at = 1
        while at < count {
            let end = min(count, at + size)
            var low = Lane.max, high = Lane.min
            while at < end {
                let delta = lanes[at] &- lanes[at &- 1]
                low = delta < low ? delta : low
                high = delta > high ? delta : high
                at &+= 1
            }
            bytes += 2 + size * (Lane.bitWidth - (high &- low).leadingZeroBitCount) / 8
        }
        return bytes
    }

    private static func above(_ delta: Int64, _ minimum: Int64, _ is32Bit: Bool) -> UInt64 {
        let difference = delta &- minimum
        return is32Bit ? UInt64(UInt32(truncatingIfNeeded: difference)) : UInt64(bitPattern: difference)
    }

    private static func zigzag(_ value: Int64, _ sink: ByteSink) throws(SQLError) {
        try RunLengthWriter.varint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)), sink)
    }
}
